// SPDX-License-Identifier: GPL-2.0-or-later
// Nobody said anything. The last node that saw the packet is asked, in the order in which the
// kernel would have ended it: bridge, rules, route, neighbour.
#include <cerrno>
#include <tuple>

#include <fmt/format.h>

#include "evidence/journey.hh"
#include "evidence/way.hh"
#include "sys/error.hh"

namespace topoproof::evidence {
namespace {

using flow::Fate;
using flow::FateKind;
using Kind = RouteAnswer::Kind;

struct End {
  const Direction& direction;
  NodeId node;
  flow::Tuple tuple;
  std::uint32_t incoming = 0;  // 0: it was about to be sent
};

Fate make_fate(const End& end, FateKind kind, std::string proof) {
  return {.kind = kind, .at = end.node, .proof = std::move(proof)};
}

std::optional<Fate> ended_by_isolation(const End& end, Witness& witness) {
  if (!witness.isolated_from_each_other(end.node, end.incoming, end.tuple.destination)) {
    return std::nullopt;
  }
  return make_fate(end, FateKind::Dropped,
                   fmt::format("{} and the port of {} are isolated from each other",
                               witness.interface_name(end.node, end.incoming),
                               to_string(end.tuple.destination)));
}

std::optional<Ending> ended_by_rule(const End& end, Witness& witness) {
  if (!witness.has_rules(end.node)) return std::nullopt;
  const auto hit = witness.rule_hit(end.node, end.direction.name(end.tuple));
  if (!hit || hit->verdict == RuleHit::Verdict::Accept) return std::nullopt;
  const bool reject = hit->verdict == RuleHit::Verdict::Reject;
  return Ending{
      .fate = make_fate(end, reject ? FateKind::Rejected : FateKind::Dropped, describe(*hit)),
      .traced = hit->exact};
}

// In transit the kernel says EINVAL of martians and EXDEV of reverse path failures
// (fib_validate_source, ip_route_input_slow); a local lookup says EINVAL of blackhole routes.
std::optional<Fate> ended_by_validation(const End& end, const RouteAnswer& route) {
  const bool invalid = route.error == EXDEV || route.error == EINVAL;
  if (!invalid || route.kind == Kind::Blackhole) return std::nullopt;
  return make_fate(end, FateKind::Martian,
                   fmt::format("{} fails source or destination validation: {}",
                               to_string(end.tuple), sys::error_text(route.error)));
}

// No route lookup tells of these: ip6_rcv_core takes them from no wire (RFC 4291, 2.5.3 and 2.7).
std::optional<Fate> ended_by_address(const End& end) {
  constexpr std::uint32_t kLoopback = 1;  // its index in every namespace
  const auto& [source, destination] = std::tie(end.tuple.source, end.tuple.destination);
  if (source.is_v4() || end.incoming == 0 || end.incoming == kLoopback) return std::nullopt;
  if (!source.is_loopback() && !source.is_multicast() && !destination.is_loopback()) {
    return std::nullopt;
  }
  return make_fate(end, FateKind::Martian,
                   fmt::format("{} has an address that comes from no wire", to_string(end.tuple)));
}

bool is_no_route(const RouteAnswer& route) {
  return route.kind == Kind::None || route.kind == Kind::Blackhole ||
         route.kind == Kind::Unreachable || route.kind == Kind::Prohibit;
}

// With forwarding off at the interface that it came by, ip_route_input_slow says EHOSTUNREACH of
// all that is not for the node, whatever the table says. So does an unreachable route where
// forwarding is on. ip6_forward asks behind the route, which may have refused the packet by then.
bool is_refused_transit(const End& end, const RouteAnswer& route, const Witness& witness) {
  if (end.incoming == 0 || route.kind == Kind::Local) return false;
  const Family family = end.tuple.destination.family();
  if (family == Family::Ipv6 && is_no_route(route)) return false;
  if (route.error == EHOSTUNREACH && route.kind != Kind::Unreachable) return true;
  return !witness.forwards(end.node, family, end.incoming);
}

std::optional<Fate> ended_by_route(const End& end, const RouteAnswer& route, Witness& witness) {
  // EINVAL and EXDEV come from before or behind the kernel's look at forwarding.
  if (auto fate = ended_by_validation(end, route)) return fate;
  if (is_refused_transit(end, route, witness)) {
    return make_fate(end, FateKind::NotForwarding,
                     fmt::format("{} does not forward {}", witness.node_name(end.node),
                                 to_string(end.tuple.destination.family())));
  }
  if (!is_no_route(route)) return std::nullopt;
  std::string proof = fmt::format("no route to {}", to_string(end.tuple.destination));
  if (route.kind != Kind::None) proof = fmt::format("the route says {}", route.text);
  if (route.error != 0) proof += fmt::format(" ({})", sys::error_name(route.error));
  return make_fate(end, FateKind::NoRoute, std::move(proof));
}

std::optional<Ending> ended_by_neighbor(const End& end, const RouteAnswer& route,
                                        Witness& witness) {
  if (route.kind != Kind::Unicast) return std::nullopt;
  const IpAddress next = route.gateway.value_or(end.tuple.destination);
  const auto neighbor = witness.neighbor(end.node, route.interface, next);
  const bool failed = neighbor == NeighborAnswer::Failed;
  if (!failed && neighbor != NeighborAnswer::Incomplete) return std::nullopt;
  std::string proof =
      fmt::format("{} asked for {} on {} and nobody answered", witness.node_name(end.node),
                  to_string(next), witness.interface_name(end.node, route.interface));
  if (!failed) proof += " yet";
  return Ending{make_fate(end, failed ? FateKind::NoNeighbor : FateKind::Lost, std::move(proof)),
                !failed};
}

// ip_forward and ip6_forward look at both before their hook, and complain: of what was not heard
// of, a rule may have taken the complaint, or its way back was gone.
std::optional<Fate> ended_by_forwarding(const End& end, const RouteAnswer& route) {
  if (end.incoming == 0 || route.kind != Kind::Unicast) return std::nullopt;
  const Sighting& last = end.direction.seen.back();
  if (last.ttl <= 1) {
    return make_fate(end, FateKind::TtlExceeded, "it came with a TTL of 1, and went no further");
  }
  const bool too_big = route.mtu != 0 && last.length > route.mtu && !last.may_be_cut;
  if (!too_big) return std::nullopt;
  return make_fate(end, FateKind::TooBig,
                   fmt::format("it has {} bytes, may not be cut, and the way behind takes {}",
                               last.length, route.mtu));
}

// The reset or ICMP error that says so: of the latter a trace does not show what it quotes.
PacketName refusal_name(const End& end) {
  const flow::Tuple back = end.tuple.inverse();
  if (end.tuple.protocol == flow::Protocol::Tcp) return {end.direction.number, back};
  return {.flow = end.direction.number,
          .tuple = {back.source, back.destination, flow::Protocol::Icmp},
          .is_raw = true};
}

// The packet was for this node, whose own answer cannot leave: a closed port is refused in silence.
std::optional<Ending> ended_at_closed_port(const End& end, const RouteAnswer& route,
                                           Witness& witness) {
  const bool here = route.kind == Kind::Local && end.direction.service.has_port();
  const flow::Service service{end.tuple.protocol, end.tuple.destination_port};
  if (!here || witness.listens(end.node, service)) return std::nullopt;
  if (witness.has_rules(end.node)) {
    const auto hit = witness.rule_hit(end.node, refusal_name(end));
    if (!hit || !hit->exact || hit->verdict == RuleHit::Verdict::Accept) return std::nullopt;
    return Ending{
        .fate = make_fate(end, FateKind::Dropped,
                          fmt::format("nobody listens, and the answer met {}", describe(*hit))),
        .traced = true};
  }
  const RouteAnswer back = witness.route(end.node, end.tuple.inverse(), 0);
  if (!is_no_route(back)) return std::nullopt;
  return Ending{make_fate(end, FateKind::Refused, "nobody listens, and the answer has no route")};
}

// A route that is missing ends no answer that nobody made.
std::optional<Fate> ended_unanswered(const End& end, Witness& witness) {
  const Direction& direction = end.direction;
  const bool never_left = direction.role == Role::Reply && direction.seen.empty();
  const bool is_echo = direction.service.protocol == flow::Protocol::Icmp;
  if (!never_left || !is_echo) return std::nullopt;
  if (witness.answers_echoes(end.node, end.tuple.source.family())) return std::nullopt;
  return make_fate(end, FateKind::Lost,
                   fmt::format("{} is told to ignore echo requests", witness.node_name(end.node)));
}

Fate lost(const End& end, const Witness& witness) {
  const std::string node = witness.node_name(end.node);
  if (end.direction.seen.empty()) {
    return make_fate(end, FateKind::Lost, fmt::format("never seen leaving {}", node));
  }
  return make_fate(end, FateKind::Lost, fmt::format("last seen at {}", node));
}

Fate lost_on_the_wire(const Sighting& last, const Witness& witness) {
  return {
      .kind = FateKind::Lost,
      .at = last.node,
      .proof = fmt::format("left {} by {} and was seen nowhere after", witness.node_name(last.node),
                           witness.interface_name(last.node, last.interface))};
}

// ip_rcv takes in no frame that is addressed to another station.
Fate lost_on_a_stranger(const Sighting& last, const Witness& witness) {
  return {.kind = FateKind::Lost,
          .at = last.node,
          .proof = fmt::format("came to {}, and its frame is for another station",
                               witness.node_name(last.node))};
}

// A bridge knows no routes: it has the isolation of its ports, rules, and stations.
Ending ended_in_bridge(const End& end, Witness& witness) {
  if (const auto fate = ended_by_isolation(end, witness)) return {*fate};
  if (const auto ending = ended_by_rule(end, witness)) return *ending;
  return {make_fate(
      end, FateKind::Lost,
      fmt::format("came to the bridge of {} by {}, and to no station that took it",
                  witness.node_name(end.node), witness.interface_name(end.node, end.incoming)))};
}

End end_of(const Direction& direction) {
  if (direction.seen.empty()) return {direction, direction.from, direction.tuple};
  const Sighting& last = direction.seen.back();
  return {direction, last.node, last.tuple, last.interface};
}

}  // namespace

Ending silent_end(const Direction& direction, Witness& witness) {
  if (!direction.seen.empty() && direction.seen.back().way == Way::Out) {
    // Behind a bridge's own interface its rules are still to come.
    if (const auto ending = ended_by_rule(end_of(direction), witness)) return *ending;
    return {lost_on_the_wire(direction.seen.back(), witness)};
  }
  if (!direction.seen.empty() && is_strangers(direction.seen.back(), witness)) {
    return {lost_on_a_stranger(direction.seen.back(), witness)};
  }
  End end = end_of(direction);
  const bool bridged = end.incoming != 0 && witness.is_bridge_port(end.node, end.incoming);
  if (bridged) return ended_in_bridge(end, witness);
  if (const auto fate = ended_by_address(end)) return {*fate};
  if (const auto ending = ended_by_rule(end, witness)) return *ending;
  if (const auto fate = ended_unanswered(end, witness)) return {*fate};
  // Who has not joined a group takes what is sent to it for nobody's; the route lookup does not
  // tell.
  if (end.incoming != 0 && end.tuple.destination.is_multicast()) return {lost(end, witness)};
  end.tuple = as_routed(direction, end.node, end.tuple, witness);
  const RouteAnswer route = witness.route(end.node, end.tuple, end.incoming);
  if (const auto fate = ended_by_route(end, route, witness)) return {*fate};
  if (const auto fate = ended_by_forwarding(end, route)) return {*fate};
  if (const auto ending = ended_by_neighbor(end, route, witness)) return *ending;
  if (const auto ending = ended_at_closed_port(end, route, witness)) return *ending;
  return {lost(end, witness)};
}

}  // namespace topoproof::evidence
