// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/rule_trace.hh"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>

#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/trace.hh"
#include "netlink/peer_namespace.hh"
#include "packet/tcp.hh"
#include "packet/view.hh"
#include "probe/echo.hh"
#include "rules/rule_lines.hh"

namespace topoproof::runner {
namespace {

using evidence::PacketName;
using evidence::Part;
using evidence::RuleHit;

// What a packet is looked up by: no translation of its destination changes it. An echo's sequence
// no translation changes at all, so that it stands alone.
struct Key {
  IpAddress source;
  std::uint16_t number = 0;  // the source port; of an echo: its sequence
  bool is_raw_icmp = false;  // then the identifier, of errors 0
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct FarSide {
  IpAddress destination;
  std::optional<std::uint16_t> destination_port;
  std::uint32_t mark = 0;
};

// A packet that nf_tables ended, and where.
struct End {
  netfilter::TraceEvent event;
  FarSide target;
  Part part = Part::None;
};

// Options may hide where the header ends: what our sockets send is pushed.
Part part_of(const packet::PacketView& seen) {
  const auto* tcp = seen.tcp();
  if (tcp == nullptr || !tcp->flags) return Part::None;
  if ((*tcp->flags & packet::Tcp::kSyn) != 0) return Part::Handshake;
  if ((*tcp->flags & packet::Tcp::kFin) != 0) return Part::End;
  return (*tcp->flags & packet::Tcp::kPsh) != 0 ? Part::Data : Part::Acknowledgement;
}

bool is_other_part(Part part, const PacketName& name) {
  return name.part != Part::None && part != Part::None && name.part != part;
}

// A packet that a rule took, as it was then.
struct Pass {
  netfilter::TraceEvent event;
  firewall::Hook hook = firewall::Hook::Prerouting;
  flow::Tuple tuple;           // of an echo: addresses alone
  std::uint16_t sequence = 0;  // of an echo
  Part part = Part::None;
};

bool is_of(const Pass& pass, const PacketName& name, const flow::Tuple& as_left) {
  const auto is_end = [](const IpAddress& address, std::uint16_t port, const IpAddress& wanted,
                         std::uint16_t wanted_port,
                         bool echo) { return address == wanted && (echo || port == wanted_port); };
  const bool echo = name.tuple.protocol == flow::Protocol::Icmp;
  if (echo && pass.sequence != probe::echo_name(name.flow).sequence) return false;
  if (is_other_part(pass.part, name)) return false;
  const auto is_one_of = [&](const flow::Tuple& a, const flow::Tuple& b) {
    const flow::Tuple& t = pass.tuple;
    return (is_end(t.source, t.source_port, a.source, a.source_port, echo) ||
            is_end(t.source, t.source_port, b.source, b.source_port, echo)) &&
           (is_end(t.destination, t.destination_port, a.destination, a.destination_port, echo) ||
            is_end(t.destination, t.destination_port, b.destination, b.destination_port, echo));
  };
  return is_one_of(name.tuple, as_left);
}

std::optional<Key> key_of(const packet::PacketView& seen) {
  if (const auto* icmp = seen.icmp()) {
    return icmp->sequence ? Key{{}, *icmp->sequence} : Key{seen.src, 0, true};
  }
  return seen.sport() ? std::optional(Key{seen.src, *seen.sport()}) : std::nullopt;
}

Key key_of(const PacketName& name) {
  const bool icmp = name.tuple.protocol == flow::Protocol::Icmp;
  if (icmp && !name.is_raw) return {{}, probe::echo_name(name.flow).sequence};
  return {name.tuple.source, name.tuple.source_port, icmp};
}

// An ICMP error, of which the trace does not show what it quotes.
bool is_error(const PacketName& name) {
  return name.is_raw && name.tuple.protocol == flow::Protocol::Icmp && name.tuple.source_port == 0;
}

// How surely the end is that of the packet: destination NAT changes the far end.
constexpr int kExact = 3;
int likeness(const End& end, const PacketName& name) {
  if (is_error(name) && end.target.destination != name.tuple.destination) return 0;
  if (name.tuple.protocol == flow::Protocol::Icmp) return kExact;
  return (end.target.destination == name.tuple.destination ? 1 : 0) +
         (end.target.destination_port == name.tuple.destination_port ? 2 : 0);
}

bool is_reject(const firewall::Rule& rule) {
  return std::ranges::any_of(rule.expressions, [](const firewall::Expression& e) {
    const auto* target = std::get_if<firewall::XtTarget>(&e);
    return std::holds_alternative<firewall::Reject>(e) ||
           (target != nullptr && target->name == "REJECT");
  });
}

// One traced node.
class Node {
 public:
  Node(lab::Lab& lab, NodeId node) {
    read_rules(lab, node);
    routes_by_mark_ = std::ranges::any_of(
        lab.expected(node).rules, [](const state::Rule& rule) { return rule.mark.has_value(); });
    install(lab.netfilter_socket(node));
  }

  void install(netlink::Socket& socket) {
    netfilter::TraceWish wish =
        known_ ? netfilter::packets_that_meet(ruleset_) : netfilter::TraceWish{.translated = true};
    wish.translated |= routes_by_mark_;
    Issues issues = netfilter::install_trace(socket, wish);
    if (issues.empty() && may_filter_frames()) issues = netfilter::install_bridge_trace(socket);
    if (issues.empty()) issues = netfilter::install_device_trace(socket, ruleset_);
    if (!issues.empty()) throw std::runtime_error("trace rules: " + to_string(issues));
  }

  void read_rules(lab::Lab& lab, NodeId node) {
    auto observed = netfilter::observe_ruleset(lab.netfilter_socket(node));
    // Rules with what the values cannot say yet are named by table, chain and handle alone.
    known_ = observed.has_value();
    ruleset_ = observed ? *std::move(observed) : firewall::Ruleset{};
    rules::give_origins(lab.rule_lines(node), ruleset_);
    index_ = std::make_unique<netfilter::RuleIndex>(ruleset_);
  }

  void take(netfilter::TraceEvent event) {
    Bytes& headers = headers_[event.id];
    if (!event.network_header.empty()) {
      hooks_[event.id] = hook_of(event);
      headers = event.network_header;
      headers.insert(headers.end(), event.transport_header.begin(), event.transport_header.end());
    }
    if (event.goes_on()) {
      note_routed(headers, event.mark.value_or(0));
    } else if (event.ends_packet()) {
      note_end(std::move(event), headers);
    } else if (keeps_passed && is_decision(event)) {
      note_passed(std::move(event), headers);
    }
  }

  void forget_events() {
    ends_.clear();
    routed_.clear();
    headers_.clear();
    hooks_.clear();
    passed_.clear();
  }

  bool keeps_passed = false;

  std::vector<RuleTrace::Passed> passed(const PacketName& as_came,
                                        const flow::Tuple& as_left) const {
    std::vector<RuleTrace::Passed> out;
    for (const Pass& pass : passed_) {
      if (!is_of(pass, as_came, as_left)) continue;
      RuleHit hit = hit_of(pass.event);
      hit.verdict = RuleHit::Verdict::Accept;
      const bool before =
          pass.hook == firewall::Hook::Prerouting || pass.hook == firewall::Hook::Ingress;
      out.push_back({before, std::move(hit)});
    }
    return out;
  }

  std::optional<RuleHit> find(const PacketName& name) const {
    const End* best = nullptr;
    const auto [first, last] = ends_.equal_range(key_of(name));
    for (auto at = first; at != last; ++at) {
      const End& end = at->second;
      if (is_other_part(end.part, name)) continue;
      if (best == nullptr || likeness(end, name) > likeness(*best, name)) best = &end;
    }
    if (best == nullptr) return std::nullopt;
    RuleHit hit = hit_of(best->event);
    hit.exact = likeness(*best, name) == kExact;
    return hit;
  }

  std::optional<RuleTrace::Routed> routed(const PacketName& name) const {
    const auto found = routed_.find(key_of(name));
    if (found == routed_.end()) return std::nullopt;
    flow::Tuple tuple = name.tuple;
    tuple.destination = found->second.destination;
    if (found->second.destination_port) tuple.destination_port = *found->second.destination_port;
    return RuleTrace::Routed{tuple, found->second.mark};
  }

 private:
  void note_routed(BytesView headers, std::uint32_t mark) {
    const auto view = packet::parse_view(headers);
    const auto key = view ? key_of(*view) : std::nullopt;
    if (key) routed_.insert_or_assign(*key, FarSide{view->dst, view->dport(), mark});
  }

  void note_end(netfilter::TraceEvent event, BytesView headers) {
    const auto view = packet::parse_view(headers);
    const auto key = view ? key_of(*view) : std::nullopt;
    if (!key) return;
    const End end{std::move(event), {view->dst, view->dport()}, part_of(*view)};
    ends_.emplace(*key, end);
    // An echo of the user's own has another number than ours would have.
    const auto* icmp = view->icmp();
    if (icmp != nullptr && icmp->id) ends_.emplace(Key{view->src, *icmp->id, true}, end);
  }

  static bool is_decision(const netfilter::TraceEvent& event) {
    return event.type == netfilter::TraceType::Rule &&
           event.verdict.kind == firewall::VerdictKind::Accept;
  }

  // REQUIRES: the event is the first about the packet in a base chain.
  firewall::Hook hook_of(const netfilter::TraceEvent& event) const {
    const auto* table = firewall::find_table(ruleset_, event.family, event.table);
    const auto* chain = table == nullptr ? nullptr : firewall::find_chain(*table, event.chain);
    return chain == nullptr || !chain->base ? firewall::Hook::Prerouting : chain->base->hook;
  }

  void note_passed(netfilter::TraceEvent event, BytesView headers) {
    const auto view = packet::parse_view(headers);
    if (!view || view->is_icmp_error()) return;
    const firewall::Hook hook = hooks_[event.id];
    Pass pass{.event = std::move(event),
              .hook = hook,
              .tuple = {view->src, view->dst, flow::Protocol::Raw, view->sport().value_or(0),
                        view->dport().value_or(0)},
              .part = part_of(*view)};
    if (const auto* icmp = view->icmp()) pass.sequence = icmp->sequence.value_or(0);
    passed_.push_back(std::move(pass));
  }

  bool may_filter_frames() const {
    return !known_ || std::ranges::any_of(ruleset_.tables, [](const firewall::Table& table) {
      return table.family == firewall::TableFamily::Bridge;
    });
  }

  RuleHit hit_of(const netfilter::TraceEvent& event) const {
    RuleHit hit{.chain =
                    fmt::format("{} {} {}", to_string(event.family), event.table, event.chain)};
    if (event.type == netfilter::TraceType::Policy) {
      hit.text = "policy drop";
      return hit;
    }
    const firewall::Rule* rule = index_->find(event);
    hit.text =
        rule == nullptr ? fmt::format("rule with handle {}", event.rule) : text_of(*rule, event);
    if (rule != nullptr && is_reject(*rule)) hit.verdict = RuleHit::Verdict::Reject;
    if (rule != nullptr) hit.origin = rule->origin.where;
    return hit;
  }

  std::string text_of(const firewall::Rule& rule, const netfilter::TraceEvent& event) const {
    const auto table = std::ranges::find_if(ruleset_.tables, [&](const firewall::Table& t) {
      return t.family == event.family && t.name == event.table;
    });
    // The user's own words, where they are known.
    if (table == ruleset_.tables.end() || !rule.origin.text.empty()) return rule.origin.text;
    const auto text = listing::to_text(rule, *table);
    return text ? *text : fmt::format("rule with handle {}", event.rule);
  }

  firewall::Ruleset ruleset_;
  bool known_ = false;  // the values can say all of it
  bool routes_by_mark_ = false;
  std::unique_ptr<netfilter::RuleIndex> index_;
  std::map<std::uint32_t, Bytes> headers_;         // by trace id
  std::map<std::uint32_t, firewall::Hook> hooks_;  // by trace id
  std::multimap<Key, End> ends_;
  std::vector<Pass> passed_;
  std::map<Key, FarSide> routed_;  // behind destination NAT
};

}  // namespace

// One monitor hears all nodes: for each event the kernel looks at every socket that is subscribed.
class RuleTrace::Impl {
 public:
  explicit Impl(sys::EventLoop& loop) : loop_(loop) {}
  ~Impl() {
    if (monitor_) loop_.forget(monitor_->fd());
  }

  void start(lab::Lab& lab, NodeId node) {
    if (!traced_.insert(node).second) return;
    if (!monitor_) open_monitor(lab, node);
    Node& traced = *(nodes_[node] = std::make_unique<Node>(lab, node));
    traced.keeps_passed = keeps_passed_;
    by_id_[id_of(lab, node)] = &traced;
  }

  void restart(lab::Lab& lab, NodeId node) {
    const auto traced = nodes_.find(node);
    if (traced == nodes_.end()) return;
    traced->second->read_rules(lab, node);
    traced->second->install(lab.netfilter_socket(node));
  }

  void forget_events() {
    receive();
    for (const auto& [node, traced] : nodes_) traced->forget_events();
  }

  std::optional<RuleHit> find(NodeId node, const PacketName& packet) {
    const Node* traced = up_to_date(node);
    return traced == nullptr ? std::nullopt : traced->find(packet);
  }

  void keep_passed() {
    keeps_passed_ = true;
    for (const auto& [node, traced] : nodes_) traced->keeps_passed = true;
  }

  std::vector<Passed> passed(NodeId node, const PacketName& as_came, const flow::Tuple& as_left) {
    const Node* traced = up_to_date(node);
    return traced == nullptr ? std::vector<Passed>() : traced->passed(as_came, as_left);
  }

  std::optional<Routed> routed(NodeId node, const PacketName& packet) {
    const Node* traced = up_to_date(node);
    return traced == nullptr ? std::nullopt : traced->routed(packet);
  }

  const std::set<NodeId>& traced() const { return traced_; }

 private:
  void open_monitor(lab::Lab& lab, NodeId home) {
    home_ = home;
    lab.run(home, [this] { monitor_.emplace(); });
    monitor_->hear_other_namespaces();
    loop_.watch(monitor_->fd(), EPOLLIN, [this](std::uint32_t) { receive(); });
  }

  // As events name it: those of the monitor's own namespace name none.
  std::optional<std::uint32_t> id_of(lab::Lab& lab, NodeId node) const {
    if (node == home_) return std::nullopt;
    return netlink::number_namespace(lab.route_socket(home_), lab.netns(node).fd());
  }

  void receive() {
    if (!monitor_) return;
    for (netfilter::TraceEvent& event : monitor_->receive()) {
      const auto traced = by_id_.find(event.namespace_id);
      if (traced != by_id_.end()) traced->second->take(std::move(event));
    }
  }

  const Node* up_to_date(NodeId node) {
    receive();
    const auto traced = nodes_.find(node);
    return traced == nodes_.end() ? nullptr : traced->second.get();
  }

  sys::EventLoop& loop_;
  bool keeps_passed_ = false;
  std::set<NodeId> traced_;
  std::map<NodeId, std::unique_ptr<Node>> nodes_;
  std::map<std::optional<std::uint32_t>, Node*> by_id_;  // that the home namespace has for theirs
  NodeId home_;
  std::optional<netfilter::TraceMonitor> monitor_;
};

RuleTrace::RuleTrace(sys::EventLoop& loop) : impl_(std::make_unique<Impl>(loop)) {}
RuleTrace::~RuleTrace() = default;
void RuleTrace::start(lab::Lab& lab, NodeId node) { impl_->start(lab, node); }
const std::set<NodeId>& RuleTrace::traced() const { return impl_->traced(); }
void RuleTrace::restart(lab::Lab& lab, NodeId node) { impl_->restart(lab, node); }
void RuleTrace::forget_events() { impl_->forget_events(); }
std::optional<RuleHit> RuleTrace::find(NodeId node, const PacketName& packet) {
  return impl_->find(node, packet);
}
void RuleTrace::keep_passed() { impl_->keep_passed(); }
std::vector<RuleTrace::Passed> RuleTrace::passed(NodeId node, const PacketName& as_came,
                                                 const flow::Tuple& as_left) {
  return impl_->passed(node, as_came, as_left);
}
std::optional<RuleTrace::Routed> RuleTrace::routed(NodeId node, const PacketName& packet) {
  return impl_->routed(node, packet);
}

}  // namespace topoproof::runner
