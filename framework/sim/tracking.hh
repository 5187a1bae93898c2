// SPDX-License-Identifier: GPL-2.0-or-later
// What a node remembers of flows: it outlives rules, those that asked for it as well (fact 27).
// Internal to this module.
#pragma once

#include "conntrack/defrag.hh"
#include "conntrack/nat.hh"
#include "conntrack/tracker.hh"

namespace topoproof::sim {

struct Tracking {
  Tracking(const conntrack::Clock& clock, const conntrack::Settings& settings)
      : tracker(clock, settings),
        nat(tracker),
        at_prerouting(clock, tracker.settings()),
        at_output(clock, tracker.settings()) {}

  conntrack::Tracker tracker;
  conntrack::Nat nat;
  conntrack::Defragmenter at_prerouting;
  conntrack::Defragmenter at_output;
};

}  // namespace topoproof::sim
