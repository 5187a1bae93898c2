// SPDX-License-Identifier: GPL-2.0-or-later
// The sender's own kernel refused the send, and nothing is on any tap.
#include <cerrno>

#include <fmt/format.h>

#include "evidence/journey.hh"
#include "sys/error.hh"

namespace topoproof::evidence {
namespace {

using flow::FateKind;

// Errnos of ip_route_output_key and of the route types (fib_props in net/ipv4/fib_semantics.c).
std::optional<FateKind> kind_of_errno(int error, const RouteAnswer& route) {
  switch (error) {
    case EMSGSIZE:
      return FateKind::TooBig;
    case ENETUNREACH:
    case EHOSTUNREACH:
      return FateKind::NoRoute;
    case EACCES:  // a route that prohibits; also of broadcast, which says nothing of the network
      if (route.kind == RouteAnswer::Kind::Broadcast) return std::nullopt;
      return FateKind::NoRoute;
    case EPERM:
      return FateKind::Dropped;  // NF_DROP in the OUTPUT hook
    case EINVAL:
      return route.kind == RouteAnswer::Kind::Blackhole ? FateKind::NoRoute : FateKind::Martian;
    default:
      return std::nullopt;
  }
}

std::string route_text(const RouteAnswer& route) {
  return route.text.empty() ? std::string() : fmt::format(" ({})", route.text);
}

}  // namespace

std::optional<flow::Fate> local_refusal(const Direction& direction, Witness& witness) {
  if (direction.error == 0 || !direction.seen.empty()) return std::nullopt;
  const RouteAnswer route = witness.route(direction.from, direction.tuple, 0);
  const auto kind = kind_of_errno(direction.error, route);
  if (!kind) return std::nullopt;
  flow::Fate fate{.kind = *kind, .at = direction.from};
  fate.proof = fmt::format("the send was refused: {}", sys::error_text(direction.error));
  if (*kind == FateKind::Dropped) {
    const auto hit = witness.rule_hit(direction.from, direction.name(direction.tuple));
    if (hit) fate.proof = describe(*hit);
    // A reject in the OUTPUT hook fails the send as a drop does.
    if (hit && hit->verdict == RuleHit::Verdict::Reject) fate.kind = FateKind::Rejected;
  } else {
    fate.proof += route_text(route);
  }
  return fate;
}

}  // namespace topoproof::evidence
