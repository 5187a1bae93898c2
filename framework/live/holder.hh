// SPDX-License-Identifier: GPL-2.0-or-later
// The process that is a lab: it holds the namespaces, answers who asks for them, carries out
// changes and ends with all that runs inside. One for each lab; there is no daemon.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/issue.hh"
#include "live/state_folder.hh"
#include "plan/planner.hh"
#include "sys/channel.hh"
#include "topology/topology.hh"

namespace topoproof::live {

// How a file becomes a topology: those who know more kinds of files than this module bring their
// own. Test the issues before use.
using TopologyReader = std::function<topology::Topology(
    const std::string& file, std::span<const std::string> variants, Issues& issues)>;

struct Holding {
  std::string name;
  std::string file = {};  // of the topology
  topology::Topology topology;
  std::optional<plan::Limits> limits = {};  // the machine's
  TopologyReader read_topology;             // for apply
};

// Builds the lab, says so to `starter`, and serves until it is told to end. REQUIRES: the process
// is the pid 1 that sys::become_init() made, and `claim` is the lab's.
// THROWS: what keeps it from being built
void hold(const StateFolder& state, const Claim& claim, const Holding& holding,
          sys::Channel& starter);

}  // namespace topoproof::live
