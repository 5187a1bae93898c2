// SPDX-License-Identifier: GPL-2.0-or-later
#include "explain/explanation.hh"

#include <algorithm>

#include <fmt/format.h>

#include "explain/neighborhood.hh"
#include "explain/routes.hh"
#include "topology/listening.hh"

namespace topoproof::explain {
namespace {

using flow::FateKind;
using flow::StepKind;
using topology::Topology;

// " (nat.topo.yaml:7:3)", or nothing.
std::string at(const Location& where) {
  const std::string text = to_string(where);
  return text.empty() ? text : fmt::format(" ({})", text);
}

// One direction of the flow, which ended at a node.
class Ending {
 public:
  Ending(const Topology& topology, const Subject& subject, const flow::Journey& journey)
      : topology_(topology),
        flow_(subject.flow),
        journey_(journey),
        fate_(journey.fate),
        node_id_(*journey.fate.at),
        node_(topology.node(node_id_)),
        is_reply_(&journey == subject.reply),
        packet_(last_packet(subject)) {}

  Explanation explain() && {
    why_end();
    return std::move(out_);
  }

 private:
  void why_end() {
    switch (fate_.kind) {
      case FateKind::NotForwarding:
        return not_forwarding();
      case FateKind::NoRoute:
        return no_route();
      case FateKind::NoNeighbor:
        return no_neighbor();
      case FateKind::Refused:
        return refused();
      case FateKind::Dropped:
      case FateKind::Rejected:
        return by_rule();
      case FateKind::TtlExceeded:
        return ttl_exceeded();
      case FateKind::TooBig:
        return too_big();
      case FateKind::Martian:
        return martian();
      case FateKind::Lost:
        return lost();
      case FateKind::Delivered:
        return why("{}", fate_.proof);
    }
  }

  template <class... Args>
  void why(fmt::format_string<Args...> format, Args&&... args) {
    out_.why.push_back(which() + fmt::format(format, std::forward<Args>(args)...));
  }
  // Of the flow's packets.
  std::string which() const {
    const std::string_view of = is_reply_ ? "the answer" : "the request";
    if (!fate_.packet.empty()) return fmt::format("{}'s {}: ", of, fate_.packet);
    return is_reply_ ? "the answer: " : "";
  }

  template <class... Args>
  void change(fmt::format_string<Args...> format, Args&&... args) {
    out_.change.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  static const flow::Step* last_seen(const flow::Trace& trace) {
    const auto step = std::ranges::find_if(trace.rbegin(), trace.rend(),
                                           [](const flow::Step& s) { return s.ttl != 0; });
    return step == trace.rend() ? nullptr : &*step;
  }

  // As it was where it ended, translated there or not. An answer that never left answers what had
  // come; of a request that never left, its source is not known.
  flow::Tuple last_packet(const Subject& subject) const {
    const bool says_end = !journey_.trace.empty() && journey_.trace.back().node == node_id_ &&
                          journey_.trace.back().tuple.destination_port != 0;
    if (says_end) return journey_.trace.back().tuple;
    if (const flow::Step* step = last_seen(journey_.trace)) return step->tuple;
    const flow::Step* arrived = is_reply_ ? last_seen(subject.request.trace) : nullptr;
    if (arrived != nullptr) return arrived->tuple.inverse();
    const flow::Flow& flow = subject.flow;
    return {.source = flow.source.value_or(flow.destination),
            .destination = flow.destination,
            .protocol = flow.service.protocol,
            .destination_port = flow.service.port};
  }

  bool is_ipv4() const { return packet_.destination.is_v4(); }

  // The end of a link that it left by last.
  const topology::Endpoint* last_end() const {
    const auto step = std::ranges::find_if(
        journey_.trace.rbegin(), journey_.trace.rend(),
        [&](const flow::Step& s) { return s.node == node_id_ && !s.interface.empty(); });
    if (step == journey_.trace.rend()) return nullptr;
    for (const topology::Link& link : topology_.links()) {
      for (const topology::Endpoint& end : link.ends) {
        if (end.node == node_id_ && end.interface == step->interface) return &end;
      }
    }
    return nullptr;
  }

  void lost() {
    const topology::Endpoint* end = last_end();
    const bool may_be_lost =
        end != nullptr && end->impairment && end->impairment->loss != impair::Share();
    if (!may_be_lost) return why("{}", fate_.proof);
    why("{}:{}, on the link: it loses {} of what leaves there{}", node_.name, end->interface,
        to_string(end->impairment->loss), at(end->where));
    change("take `loss:` out of its `impair:`, or choose another `seed:` than {}",
           end->impairment->seed);
  }

  void not_forwarding() {
    const std::string_view name =
        is_ipv4() ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
    why("{}, after its route decision: the packet for {} is not its own, and it has {}=0",
        node_.name, to_string(packet_.destination), name);
    const auto sysctl =
        std::ranges::find_if(node_.sysctls, [&](const auto& s) { return s.value.name == name; });
    if (sysctl != node_.sysctls.end()) {
      change("{} has {}=0: take this sysctl away{}", node_.name, name, at(sysctl->where));
    } else {
      change("{} has {}=0: set `forwarding: true`{}", node_.name, name, at(node_.where));
    }
  }

  // Which table was asked is the rules' affair: what was seen says more than what is stated.
  bool has_policy() const { return !node_.policy_rules.empty(); }

  void no_route() {
    if (has_policy()) {
      why("{}, when it looks for a route by its rules: {}", node_.name, fate_.proof);
      return change("see its `rules:` and the tables that they name{}", at(node_.where));
    }
    const auto* route = stated_route(node_, packet_.destination);
    if (route != nullptr && route->value.type != state::RouteType::Unicast) {
      why("{}, when it looks for a route: `{}`{}", node_.name, describe(route->value),
          at(route->where));
      return change("take this route away, or add a more exact one");
    }
    why("{}, when it looks for a route: its table has none to {}", node_.name,
        to_string(packet_.destination));
    const auto router = router_towards(topology_, node_id_, packet_.destination);
    if (!router) {
      return change(
          "give {} a route, `routes: [default via ADDRESS]`{}: no node beside it forwards",
          node_.name, at(node_.where));
    }
    change("give {} a route over {}: `routes: [default via {}]`{}", node_.name,
           topology_.node(router->node).name, to_string(router->address), at(node_.where));
    if (is_reply_) {
      change(
          "or let the flow come from an address that {} knows the way to: `masquerade:` before it",
          node_.name);
    }
  }

  void no_neighbor() {
    if (has_policy()) return why("{}, behind its rules: {}", node_.name, fate_.proof);
    const auto* route = is_on_link(topology_, node_id_, packet_.destination)
                            ? nullptr
                            : stated_route(node_, packet_.destination);
    const IpAddress next =
        route != nullptr ? route->value.gateway.value_or(packet_.destination) : packet_.destination;
    why("{}, behind its rules: nobody answered when it asked for {}{}", node_.name, to_string(next),
        route != nullptr
            ? fmt::format(", the gateway of `{}`{}", describe(route->value), at(route->where))
            : "");
    const auto owner = topology::owner_of(topology_, next);
    if (!owner)
      return change("no node has {}: give it to one, or ask for another", to_string(next));
    if (!shares_segment(topology_, node_id_, next)) {
      return change(
          "{} has {}, but on no segment of {}: connect them, or route over a node between",
          topology_.node(*owner).name, to_string(next), node_.name);
    }
    change("{} has {} on the same segment: is the link up, and does it take the question?",
           topology_.node(*owner).name, to_string(next));
  }

  // Its sender has a socket, but for another's answer: of whom it asked.
  void refused_answer() {
    why("{}, at its sockets: it asked {}, and none of them awaits this from {}", node_.name,
        place_text(flow_.destination, flow_.service.port),
        place_text(packet_.source, packet_.source_port));
    change(
        "let the answer come back by the node that translated the request, which then translates "
        "it as well: `masquerade:` or `snat:` there makes that node the way back");
  }

  std::string place_text(const IpAddress& address, std::uint16_t port) const {
    return fmt::format("{}{}{}", to_string(address), address.is_v4() ? ":" : " port ", port);
  }

  void refused() {
    if (is_reply_) return refused_answer();
    const flow::Service service{packet_.protocol, packet_.destination_port};
    if (const auto* program = topology::program_at(node_, service)) {
      why("{}, at its sockets: nobody listens on {}: service '{}'{} has ended, or has closed it",
          node_.name, to_string(service), program->name, at(program->where));
      return change("see what it says: `topoproof logs {} {}`", node_.name, program->name);
    }
    std::vector<std::string> others;
    for (const auto& listener : topology::listened_on(node_))
      others.push_back(to_string(listener.value));
    why("{}, at its sockets: nobody listens on {} ({})", node_.name, to_string(service),
        others.empty() ? std::string("nor on anything else")
                       : fmt::format("but on {}", fmt::join(others, ", ")));
    change("let {} listen: `listens: [{}]`{}", node_.name, to_string(service), at(node_.where));
  }

  // "rules.v4:6 ip filter INPUT: -A INPUT -p udp -j REJECT"; empty: no rule did it.
  std::string rule() const {
    static constexpr std::string_view kBy = ", by ";
    const std::size_t by = fate_.proof.find(kBy);
    if (by != std::string::npos) return fate_.proof.substr(by + kBy.size());
    const bool is_rule = fate_.proof.find(": ") != std::string::npos &&
                         !fate_.proof.starts_with("the send was refused");
    return is_rule ? fate_.proof : std::string();
  }

  void by_rule() {
    const std::string found = rule();
    if (found.empty()) return why("{}: {}", node_.name, fate_.proof);
    why("{}, in its rules: {} by {}", node_.name,
        fate_.kind == FateKind::Dropped ? "dropped" : "rejected", found);
    const bool policy = found.ends_with("policy drop");
    change("{} that takes `{}`", policy ? "add a rule to this chain" : "put a rule before this one",
           accepting_rule());
  }

  std::string accepting_rule() const {
    const bool echo = packet_.protocol == flow::Protocol::Icmp;
    const std::string_view family = is_ipv4() ? "ip" : "ip6";
    const std::string what =
        echo ? std::string(is_ipv4() ? "icmp type echo-request" : "icmpv6 type echo-request")
             : fmt::format("{} dport {}", to_string(packet_.protocol), packet_.destination_port);
    if (is_reply_) return "ct state established,related accept";
    return fmt::format("{} saddr {} {} accept", family, to_string(packet_.source), what);
  }

  void ttl_exceeded() {
    std::vector<std::string> names;
    for (const NodeId node : flow::path_of(journey_.trace)) {
      names.push_back(topology_.node(node).name);
    }
    const std::size_t shown = std::min<std::size_t>(names.size(), 8);
    names.resize(shown);
    why("{}, before it forwards: the packet's TTL is used up, after {}", node_.name,
        fmt::join(names, ", "));
    change("send with a larger TTL; if it goes round, correct the route of a node in the round");
  }

  void too_big() {
    why("{}, when it sends: {}", node_.name, fate_.proof);
    change("raise the `mtu:` of the link behind {}, send less, or allow fragments", node_.name);
  }

  void martian() {
    why("{}, at its route decision: it takes no packet {} there", node_.name, to_string(packet_));
    change(
        "give {} a route back to {} by the interface that it comes by, or set "
        "`sysctls: {{ net.ipv4.conf.all.rp_filter: 0 }}` and that of the interface{}",
        node_.name, to_string(packet_.source), at(node_.where));
  }

  const Topology& topology_;
  const flow::Flow& flow_;
  const flow::Journey& journey_;
  const flow::Fate& fate_;
  NodeId node_id_;
  const topology::Node& node_;
  bool is_reply_;
  flow::Tuple packet_;
  Explanation out_;
};

// What changed the packet, and which rule did, where the way tells decisions.
void add_translations(const flow::Trace& trace, const Topology& topology, Explanation& out) {
  std::optional<flow::Tuple> before;
  std::vector<std::string> rules;  // since the last hop
  for (const flow::Step& step : trace) {
    if (step.kind == StepKind::Rule) rules.push_back(step.detail);
    if (step.ttl == 0) continue;
    if (step.kind == StepKind::Translated && before) {
      const std::string& node = topology.node(step.node).name;
      out.why.push_back(
          fmt::format("{} made {} of {}", node, to_string(step.tuple), to_string(*before)));
      for (const std::string& rule : rules) out.why.push_back(fmt::format("{}, by {}", node, rule));
    }
    rules.clear();
    before = step.tuple;
  }
}

// Who translates what is only passing takes it from whom it was for.
void advise_on_translation(const Subject& subject, const Topology& topology, Explanation& out) {
  const auto owner = topology::owner_of(topology, subject.flow.destination);
  const auto& end = subject.request.fate.at;
  if (!owner || !end || *owner == *end) return;
  for (const flow::Step& step : subject.request.trace) {
    const bool redirects =
        step.kind == StepKind::Translated && step.tuple.destination != subject.flow.destination;
    if (!redirects || step.node == *owner) continue;
    out.change.insert(out.change.begin(),
                      fmt::format("the packet was for {}: let {}'s translation name the address or "
                                  "the interface that it is meant for",
                                  topology.node(*owner).name, topology.node(step.node).name));
    return;
  }
}

}  // namespace

Explanation explain(const Subject& subject, const Topology& topology) {
  const bool arrived = subject.request.fate.kind == FateKind::Delivered;
  const bool answered = subject.reply != nullptr && arrived;
  const flow::Journey& last = answered ? *subject.reply : subject.request;
  Explanation out;
  if (last.fate.kind != FateKind::Delivered && last.fate.at) {
    out = Ending(topology, subject, last).explain();
  }
  add_translations(subject.request.trace, topology, out);
  advise_on_translation(subject, topology, out);
  return out;
}

Explanation join(const Explanation& kernel, const Explanation& simulator) {
  const auto known = [&](const std::string& line) {
    return std::ranges::find(simulator.why, line) != simulator.why.end();
  };
  if (std::ranges::all_of(kernel.why, known)) return simulator;
  Explanation both = kernel;
  for (const std::string& line : simulator.why) {
    const bool told = std::ranges::find(kernel.why, line) != kernel.why.end();
    if (!told) both.why.push_back("in the simulator: " + line);
  }
  return both;
}

}  // namespace topoproof::explain
