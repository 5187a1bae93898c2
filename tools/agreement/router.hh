// SPDX-License-Identifier: GPL-2.0-or-later
// One router, two bodies: in the kernel and in the simulator. What both are made of, and what is
// seen of both, are values of the same types.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firewall/ruleset.hh"
#include "sim/simulator.hh"
#include "state/connection.hh"
#include "state/namespace.hh"
#include "zones.hh"

namespace topoproof::agreement {

// A frame that came out of the router.
struct Arrival {
  std::size_t zone = 0;
  Bytes frame;
  friend auto operator<=>(const Arrival&, const Arrival&) = default;
};

using sim::RuleCounter;

// The router's namespace, and that of the wires' other ends.
state::Namespace make_router(const Zones& zones);
state::Namespace make_far_end(const Zones& zones);

}  // namespace topoproof::agreement
