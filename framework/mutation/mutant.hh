// SPDX-License-Identifier: GPL-2.0-or-later
// A mistake that could stand in a file, as a value: what is wrong, where, and how it is made in the
// typed scenario. A scenario whose checks all pass with it does not notice the mistake.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mutation/network.hh"

namespace topoproof::mutation {

struct Mutant {
  std::string name;  // "host: nat.topo.yaml:20: saddr match dropped: oifname "eth0" masquerade"
  std::function<void(Network&)> plant;
  std::string proof = {};  // why no packet can tell; empty: that is to be asked
  // What its rules ask for that no flow varies which can be asked: then it is not proved that
  // nothing tells.
  std::string unasked = {};
};

// All of a network, in the order of the file: the same file has the same mutants with the same
// names.
std::vector<Mutant> mutants_of(const Network& network);

}  // namespace topoproof::mutation
