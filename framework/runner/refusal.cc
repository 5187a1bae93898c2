// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/refusal.hh"

#include <algorithm>

#include "routing/complete.hh"
#include "routing/fib.hh"

namespace topoproof::runner {

using Kind = evidence::RouteAnswer::Kind;

bool chooses_by_origin(const state::Namespace& ns) {
  return std::ranges::any_of(ns.rules,
                             [](const state::Rule& rule) { return rule.from || rule.incoming; });
}

std::optional<Kind> refusal_by_tables(const state::Namespace& ns, const Arrival& arrival) {
  const state::Namespace whole = routing::complete(ns);
  const auto slot_of = [&](std::string_view name) -> routing::Slot {
    if (name == "lo") return routing::kLoopback;
    const auto link = std::ranges::find(whole.links, name, &state::Link::name);
    if (link == whole.links.end()) return routing::kNoSlot;
    return static_cast<routing::Slot>(link - whole.links.begin() + 1);
  };
  const routing::Fib fib(whole, arrival.tuple.destination.family(), slot_of);
  switch (fib.find({.source = arrival.tuple.source,
                    .destination = arrival.tuple.destination,
                    .incoming = slot_of(arrival.interface),
                    .mark = arrival.mark})
              .refusal) {
    case routing::Refusal::None:
      return std::nullopt;
    case routing::Refusal::NoRoute:
      return Kind::None;
    case routing::Refusal::Blackhole:
      return Kind::Blackhole;
    case routing::Refusal::Unreachable:
      return Kind::Unreachable;
    case routing::Refusal::Prohibit:
      return Kind::Prohibit;
  }
  return std::nullopt;
}

}  // namespace topoproof::runner
