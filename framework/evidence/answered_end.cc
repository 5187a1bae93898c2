// SPDX-License-Identifier: GPL-2.0-or-later
// An answer on the wire ended the packet: a TCP reset or an ICMP error. Who sent it, and whether a
// rule made it do so, tells refused, rejected and the rest apart: on the wire they can be equal.
#include <algorithm>

#include <fmt/format.h>

#include "evidence/journey.hh"
#include "evidence/way.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"

namespace topoproof::evidence {
namespace {

using flow::Fate;
using flow::FateKind;

// What an error says by itself, before anybody is asked.
enum class Meaning { Ttl, TooBig, NoRoute, NoHost, Port, Prohibited, None };

Meaning meaning_v4(std::uint8_t type, std::uint8_t code) {
  using packet::Icmp;
  if (type == Icmp::kTimeExceeded) return Meaning::Ttl;
  if (type != Icmp::kUnreachable) return Meaning::None;
  switch (code) {
    case Icmp::kHost:
      return Meaning::NoHost;
    case Icmp::kProtocolCode:
    case Icmp::kPort:
      return Meaning::Port;
    case Icmp::kFragmentationNeeded:
      return Meaning::TooBig;
    case 9:   // network administratively prohibited (RFC 1122)
    case 10:  // host administratively prohibited
    case Icmp::kProhibited:
      return Meaning::Prohibited;
    default:
      return Meaning::NoRoute;
  }
}

// RFC 4443 section 3.
Meaning meaning_v6(std::uint8_t type, std::uint8_t code) {
  using packet::Icmpv6;
  if (type == Icmpv6::kTimeExceeded) return Meaning::Ttl;
  if (type == Icmpv6::kTooBig) return Meaning::TooBig;
  if (type != Icmpv6::kUnreachable) return Meaning::None;
  switch (code) {
    case 0:
    case 6:
      return Meaning::NoRoute;  // 6: reject route
    case 3:
      return Meaning::NoHost;
    case 4:
      return Meaning::Port;
    default:
      return Meaning::Prohibited;
  }
}

Meaning meaning_of(const Sighting& answer) {
  if (answer.role == Role::Reset) return Meaning::Port;
  return answer.tuple.source.is_v4() ? meaning_v4(answer.icmp_type, answer.icmp_code)
                                     : meaning_v6(answer.icmp_type, answer.icmp_code);
}

flow::Answer to_answer(const Sighting& s) {
  return {s.tuple.source, s.role == Role::Reset, s.icmp_type, s.icmp_code};
}

// The packet as it came to the node that answered, or as it was sent there.
const Sighting* seen_at(const Direction& direction, NodeId node, const Witness& witness) {
  const auto found = std::ranges::find_if(
      direction.seen, [&](const Sighting& s) { return s.node == node && is_taken_in(s, witness); });
  return found == direction.seen.end() ? nullptr : &*found;
}

struct Scene {
  NodeId node;
  flow::Tuple tuple;           // as the node's rules met it first
  flow::Tuple routed;          // as its route was looked up
  std::uint32_t incoming = 0;  // 0: it was about to be sent

  RouteAnswer route(Witness& witness) const { return witness.route(node, routed, incoming); }
};

Scene scene_of(const Direction& direction, NodeId node, Witness& witness) {
  const Sighting* seen = seen_at(direction, node, witness);
  const flow::Tuple tuple = seen == nullptr ? direction.tuple : seen->tuple;
  return {.node = node,
          .tuple = tuple,
          .routed = as_routed(direction, node, tuple, witness),
          .incoming = seen == nullptr ? 0 : seen->interface};
}

FateKind kind_from_host_unreachable(const Scene& scene, Witness& witness) {
  const RouteAnswer route = scene.route(witness);
  if (route.kind == RouteAnswer::Kind::Unreachable) return FateKind::NoRoute;
  const IpAddress next = route.gateway.value_or(scene.routed.destination);
  const auto neighbor = witness.neighbor(scene.node, route.interface, next);
  const bool failed = neighbor == NeighborAnswer::Failed || neighbor == NeighborAnswer::Incomplete;
  return failed ? FateKind::NoNeighbor : FateKind::NoRoute;
}

FateKind kind_of(Meaning meaning, const Scene& scene, Witness& witness) {
  switch (meaning) {
    case Meaning::Ttl:
      return FateKind::TtlExceeded;
    case Meaning::TooBig:
      return FateKind::TooBig;
    case Meaning::NoRoute:
      return FateKind::NoRoute;
    case Meaning::NoHost:
      return kind_from_host_unreachable(scene, witness);
    case Meaning::Prohibited:
      return scene.route(witness).kind == RouteAnswer::Kind::Prohibit ? FateKind::NoRoute
                                                                      : FateKind::Rejected;
    case Meaning::Port:
      // A host that the packet was not for does not refuse: its firewall speaks in another's name.
      return scene.route(witness).kind == RouteAnswer::Kind::Local ? FateKind::Refused
                                                                   : FateKind::Rejected;
    case Meaning::None:
      break;
  }
  return FateKind::Lost;
}

// What the node's rules did to the packet, if they may be what the answer comes from.
std::optional<RuleHit> rule_behind(Meaning meaning, const Scene& scene, const Direction& direction,
                                   Witness& witness) {
  const bool could_be_a_rule = meaning != Meaning::Ttl && meaning != Meaning::TooBig;
  if (!could_be_a_rule || !witness.has_rules(scene.node)) return std::nullopt;
  auto hit = witness.rule_hit(scene.node, direction.name(scene.tuple));
  if (hit && hit->verdict == RuleHit::Verdict::Accept) return std::nullopt;
  return hit;
}

}  // namespace

std::optional<Fate> answered_end(const Direction& direction, Witness& witness) {
  const auto answer = std::ranges::find_if(
      direction.answers, [](const Sighting& s) { return meaning_of(s) != Meaning::None; });
  if (answer == direction.answers.end()) return std::nullopt;
  const Meaning meaning = meaning_of(*answer);
  // The first tap that saw it is the answering node's own: it saw it leave.
  const Scene scene = scene_of(direction, answer->node, witness);
  Fate fate{.kind = FateKind::Rejected, .at = answer->node, .answer = to_answer(*answer)};
  fate.proof =
      fmt::format("{} answered {}", witness.node_name(answer->node), to_string(*fate.answer));
  // A rule says more than a route, and costs less to ask.
  if (const auto hit = rule_behind(meaning, scene, direction, witness)) {
    fate.proof += ", by " + describe(*hit);
  } else {
    fate.kind = kind_of(meaning, scene, witness);
  }
  return fate;
}

}  // namespace topoproof::evidence
