// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/simulator.hh"

#include <algorithm>

#include "packet/view.hh"
#include "sim/bridge_netfilter.hh"
#include "sim/build_host.hh"
#include "sim/device.hh"
#include "sim/journey.hh"
#include "sim/multipath.hh"
#include "sim/netfilter.hh"
#include "sim/transport.hh"
#include "sim/world.hh"

namespace topoproof::sim {
namespace {

state::Tuple to_tuple(const conntrack::Tuple& from) {
  state::Tuple tuple{.source = from.source_address(),
                     .destination = from.destination_address(),
                     .protocol = from.protocol};
  if (conntrack::is_icmp(from.protocol)) {
    tuple.icmp_id = from.source_port;
    tuple.icmp_type = from.icmp_type();
    tuple.icmp_code = from.icmp_code();
  } else {
    tuple.source_port = from.source_port;
    tuple.destination_port = from.destination_port;
  }
  return tuple;
}

state::Connection to_connection(const conntrack::Entry& entry) {
  state::Connection connection{.original = to_tuple(entry.original()),
                               .reply = to_tuple(entry.reply()),
                               .status = entry.status,
                               .zone = entry.zone.id,
                               .mark = entry.mark};
  if (entry.protocol() == conntrack::kTcp) {
    connection.tcp_state = static_cast<state::TcpState>(entry.tcp.state);
  }
  return connection;
}

bool has_same_way(const Host& before, const Host& after, const IpAddress& destination) {
  const auto hops_of = [&](const Host& host) {
    const routing::Fib* fib = host.fib(destination.family());
    return fib == nullptr ? std::span<const routing::Hop>()
                          : fib->find({.source = {}, .destination = destination}).hops;
  };
  return std::ranges::equal(hops_of(before), hops_of(after));
}

// What was learned of a way is forgotten with its route.
void keep_path_mtus(Host& old, Host& made) {
  for (PathMtu& known : old.path_mtus) {
    if (has_same_way(old, made, known.destination)) made.path_mtus.push_back(std::move(known));
  }
}

// masq_device_event, masq_inet_event: masqueraded flows end with the interface, or the address.
void forget_masqueraded(const Host& old, const Host& made) {
  if (made.tracking == nullptr) return;
  conntrack::Nat& nat = made.tracking->nat;
  for (const Interface& before : old.interfaces) {
    const auto after = std::ranges::find(made.interfaces, before.index, &Interface::index);
    if (after == made.interfaces.end() || (before.up && !after->up)) {
      nat.forget_masqueraded(before.index);
      continue;
    }
    for (const InterfaceAddress& own : before.addresses) {
      const auto has_it = std::ranges::find(after->addresses, own) != after->addresses.end();
      if (!has_it) nat.forget_masqueraded(before.index, own.address);
    }
  }
}

std::vector<Place> ends_behind_what_went_down(const Host& old, const Host& made) {
  std::vector<Place> places;
  for (Slot slot = 0; slot < std::min(made.interfaces.size(), old.interfaces.size()); ++slot) {
    const bool went_down = old.at(slot).up && !made.at(slot).up;
    if (went_down && old.at(slot).peer.is_set()) places.push_back(old.at(slot).peer);
  }
  return places;
}

// One that stays the same goes on counting.
void keep_direction(std::unique_ptr<impair::Direction>& old,
                    std::unique_ptr<impair::Direction>& made) {
  if (old && made && old->impairment() == made->impairment()) made = std::move(old);
}

}  // namespace

class Simulator::Impl {
 public:
  using NodeMaker = Simulator::NodeMaker;
  Impl(std::size_t count, const NodeMaker& make) {
    world_.hosts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      world_.hosts.push_back(make_host(world_, static_cast<std::uint32_t>(i), make(i)));
    }
    connect_veths(world_.hosts);
    see_what_draws();
  }

  Prediction predict(const Question& question, const Seen& seen) {
    if (!world_.draws) return run(question);
    const auto before = world_.remember();
    world_.choices.follow({});
    const Prediction first = run(question);
    if (world_.choices.course().empty()) {
      world_.choices.close();
      return first;
    }
    return choose(question, *before, first, seen);
  }

 private:
  struct Outcome {
    Prediction prediction;
    machine::Choices::Course course;
  };
  using Outcomes = std::vector<Outcome>;

  // The network is as after the outcome that is returned.
  Prediction choose(const Question& question, const World::Memory& before, const Prediction& first,
                    const Seen& seen) {
    Outcomes all = outcomes(question, before, first);
    const auto is_seen = [&](const Outcome& o) { return seen && seen(o.prediction); };
    const auto found = std::ranges::find_if(all, is_seen);
    if (found != all.end()) std::iter_swap(all.begin(), found);
    world_.choices.follow(all.front().course);
    Prediction chosen = run(question);
    chosen.unknown = all.front().prediction.unknown;
    world_.choices.close();
    for (Outcome& other : std::span(all).subspan(1)) {
      chosen.others.push_back(std::move(other.prediction));
    }
    return chosen;
  }

  Outcomes outcomes(const Question& question, const World::Memory& before,
                    const Prediction& first) {
    constexpr std::size_t kMostCourses = 1024;
    Outcomes all{{first, world_.choices.course()}};
    world_.restore(before);
    for (std::size_t i = 1;; ++i) {
      auto course = world_.choices.next();
      if (course.empty()) return all;
      if (i == kMostCourses) break;
      world_.choices.follow(std::move(course));
      Prediction prediction = run(question);
      const bool is_new = std::ranges::none_of(
          all, [&](const Outcome& known) { return is_same(known.prediction, prediction); });
      if (is_new) all.push_back({std::move(prediction), world_.choices.course()});
      world_.restore(before);
    }
    for (Outcome& outcome : all) {
      outcome.prediction.unknown.push_back(
          {.reason = "more draws than can be gone through", .node = question.flow.from});
    }
    return all;
  }

  static bool is_same(const Prediction& a, const Prediction& b) {
    return a.request == b.request && a.reply == b.reply && a.at_target == b.at_target &&
           a.back_at_sender == b.back_at_sender && a.unknown == b.unknown;
  }

  // neigh_carrier_down
  void forget_learned_neighbors(const Place& place) {
    std::erase_if(world_.hosts[place.node].neighbors, [&](const Neighbor& neighbor) {
      return neighbor.slot == place.slot && !neighbor.permanent && neighbor.waiting.empty();
    });
  }

  void see_what_draws() {
    world_.draws = std::ranges::any_of(world_.hosts, draws);
    translating_.clear();
    for (const Host& host : world_.hosts) {
      if (host.netfilter && host.netfilter->translates()) translating_.push_back(host.id);
    }
  }
  void forget_draws() {
    for (const std::uint32_t node : translating_)
      world_.hosts[node].netfilter->nat().forget_draws();
  }
  std::vector<DrawnPort> drawn_ports() {
    std::vector<DrawnPort> ports;
    for (const std::uint32_t node : translating_) {
      for (const auto& drawn : world_.hosts[node].netfilter->nat().drawn()) {
        ports.push_back({drawn.port, drawn.among.first, drawn.among.last});
      }
    }
    return ports;
  }

  static bool draws(const Host& host) {
    return draws_ways(host) || draws_bridged_ways(host) ||
           (host.netfilter && host.netfilter->program().draws());
  }

  Prediction run(const Question& question) {
    forget_draws();
    world_.clear_records();
    Host& host = world_.hosts[question.flow.from.index()];
    const RecordId start =
        launch(world_, host, {question.flow, question.source_port, question.echo_sequence});
    world_.run();
    world_.close_sockets();
    Prediction prediction = read_prediction(world_, start, question.flow.from);
    prediction.drawn_ports = drawn_ports();
    // Who sends a frame by a packet socket waits for no answer.
    if (question.flow.service.protocol == flow::Protocol::Raw) prediction.reply.reset();
    return prediction;
  }

 public:
  void change(NodeId id, const Node& node) {
    world_.touch();
    Host& old = world_.hosts[id.index()];
    Host made = make_host(world_, old.id, node, &old);
    for (Slot slot = 0; slot < std::min(made.interfaces.size(), old.interfaces.size()); ++slot) {
      made.interfaces[slot].peer = old.interfaces[slot].peer;
      keep_direction(old.interfaces[slot].impaired, made.interfaces[slot].impaired);
      if (made.interfaces[slot].bridge && old.interfaces[slot].bridge) {
        made.interfaces[slot].bridge->stations = std::move(old.interfaces[slot].bridge->stations);
      }
    }
    for (Neighbor& neighbor : old.neighbors) {
      const bool keeps = !neighbor.permanent && neighbor.mac && made.at(neighbor.slot).up;
      if (keeps && made.find_neighbor(neighbor.slot, neighbor.address) == nullptr) {
        made.add_neighbor(std::move(neighbor));
      }
    }
    keep_path_mtus(old, made);
    forget_masqueraded(old, made);
    const std::vector<Place> without_carrier = ends_behind_what_went_down(old, made);
    old = std::move(made);
    for (const Place& place : without_carrier) forget_learned_neighbors(place);
    see_what_draws();
  }

  void load(NodeId node, firewall::Ruleset ruleset) {
    world_.touch();
    Host& host = world_.hosts[node.index()];
    host.netfilter = ruleset.tables.empty()
                         ? nullptr
                         : std::make_unique<Netfilter>(world_, host, std::move(ruleset));
    see_what_draws();
  }

  std::vector<Unknown> inject(NodeId node, const std::string& interface, BytesView frame,
                              Time until) {
    Host& host = world_.hosts[node.index()];
    const auto at = std::ranges::find(host.interfaces, interface, &Interface::name);
    const auto view = packet::parse_frame_view(frame);
    if (at == host.interfaces.end() || !view || view->vlan) return {};
    world_.touch();
    forget_draws();
    world_.clear_records();
    Packet packet{.skb = skb::Skb(view->network, view->ether_type),
                  .tail = world_.answer(host, kNoRecord, Event::Replied, 0)};
    packet.skb.link = skb::LinkHeader{view->src, view->dst, view->ether_type};
    packet.skb.type = packet_type(view->dst, *at);
    world_.send({host.id, static_cast<Slot>(at - host.interfaces.begin())}, std::move(packet));
    world_.count_complaints(true);
    world_.run(until);
    world_.count_complaints(false);
    return world_.unknowns;
  }
  Time now() const { return world_.now(); }

  void watch(Tap tap) { world_.tap = std::move(tap); }
  void expect_draws(const std::vector<std::uint16_t>& drawn) {
    for (Host& host : world_.hosts) {
      if (host.netfilter) host.netfilter->nat().expect_draws(drawn);
    }
  }

  void keep_trace(bool keep) { world_.trace.keep_trace(keep); }

  std::vector<RuleUse> rule_uses() {
    std::vector<RuleUse> uses;
    for (Host& host : world_.hosts) {
      if (host.netfilter == nullptr) continue;
      for (const machine::CompiledChain& chain : host.netfilter->program().chains()) {
        for (const machine::CompiledRule& rule : chain.rules) {
          const RuleHit hit{chain.table, chain.source, rule.source};
          uses.push_back({host.node(), describe(hit), rule.source->origin.where, rule.matches});
        }
      }
    }
    return uses;
  }

  std::uint64_t route_use(NodeId node, const state::Route& route) const {
    const bool is_v6 = route.family() == Family::Ipv6;
    constexpr std::uint32_t kUsualMetric = 1024;  // of IPv6
    const auto found =
        world_.route_uses.find({static_cast<std::uint32_t>(node.index()), is_v6,
                                routing::key_of(route.destination.address()),
                                static_cast<std::uint8_t>(route.destination.length()),
                                is_v6 && route.metric == 0 ? kUsualMetric : route.metric});
    return found == world_.route_uses.end() ? 0 : found->second;
  }

  std::vector<RuleCounter> counters(NodeId node) {
    std::vector<RuleCounter> counters;
    Host& host = world_.hosts[node.index()];
    if (host.netfilter == nullptr) return counters;
    const machine::Program& program = host.netfilter->program();
    for (const machine::CompiledChain& chain : program.chains()) {
      for (const machine::CompiledRule& rule : chain.rules) {
        const auto counter = program.counter_of(rule);
        if (!counter) continue;
        counters.push_back({chain.table->family, chain.table->name, rule.source->handle, *counter});
      }
    }
    return counters;
  }

  std::vector<state::Connection> connections(NodeId node) {
    std::vector<state::Connection> out;
    Host& host = world_.hosts[node.index()];
    if (host.tracking == nullptr) return out;
    host.tracking->tracker.table().for_each([&](const conntrack::Entry& entry) {
      if (entry.expires > world_.now()) out.push_back(to_connection(entry));
    });
    return out;
  }

  void wait(std::chrono::nanoseconds time) {
    const Time end = world_.now() + time;
    world_.run(end);
    world_.clock.now = end;
  }
  void forget_path_mtus() { world_.forget_path_mtus(); }
  void flush_connections() {
    for (Host& host : world_.hosts) {
      if (host.tracking) host.tracking->tracker.table().clear();
    }
  }

 private:
  World world_;
  std::vector<std::uint32_t> translating_;  // nodes with NAT
};

Simulator::Simulator(std::span<const Node> nodes)
    : Simulator(nodes.size(), [&](std::size_t i) { return nodes[i]; }) {}
Simulator::Simulator(std::size_t count, const NodeMaker& make)
    : impl_(std::make_unique<Impl>(count, make)) {}
Simulator::~Simulator() = default;
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;

Prediction Simulator::predict(const Question& question, const Seen& seen) {
  return impl_->predict(question, seen);
}
void Simulator::change(NodeId id, const Node& node) { impl_->change(id, node); }
void Simulator::load(NodeId node, firewall::Ruleset ruleset) {
  impl_->load(node, std::move(ruleset));
}
std::chrono::nanoseconds Simulator::now() const { return impl_->now(); }
std::vector<Unknown> Simulator::inject(NodeId node, const std::string& interface, BytesView frame) {
  return impl_->inject(node, interface, frame, kForever);
}
std::vector<Unknown> Simulator::inject_now(NodeId node, const std::string& interface,
                                           BytesView frame) {
  return impl_->inject(node, interface, frame, impl_->now());
}
void Simulator::watch(Tap tap) { impl_->watch(std::move(tap)); }
void Simulator::expect_draws(std::vector<std::uint16_t> drawn) { impl_->expect_draws(drawn); }
std::vector<RuleCounter> Simulator::counters(NodeId node) const { return impl_->counters(node); }
std::vector<state::Connection> Simulator::connections(NodeId node) const {
  return impl_->connections(node);
}
void Simulator::keep_trace(bool keep) { impl_->keep_trace(keep); }
std::vector<RuleUse> Simulator::rule_uses() const { return impl_->rule_uses(); }
std::uint64_t Simulator::route_use(NodeId node, const state::Route& route) const {
  return impl_->route_use(node, route);
}
void Simulator::wait(std::chrono::nanoseconds time) { impl_->wait(time); }
void Simulator::forget_path_mtus() { impl_->forget_path_mtus(); }
void Simulator::flush_connections() { impl_->flush_connections(); }

}  // namespace topoproof::sim
