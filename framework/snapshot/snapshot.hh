// SPDX-License-Identifier: GPL-2.0-or-later
// A picture of running namespaces: a topology that builds the same, without what comes and goes
// (indexes, handles, counters, lifetimes, what was learned). Nothing is changed by taking it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/issue.hh"
#include "snapshot/found.hh"
#include "topology/topology.hh"

namespace topoproof::snapshot {

struct Snapshot {
  topology::Topology topology;
  // "red: ipv4 rule 100: ...": what could not be read, or that no topology can say, by node.
  std::vector<std::string> not_captured = {};
  std::vector<std::string> notes = {};  // what is otherwise here, and decides no flow
};

// Sysctls are those that a topology would set otherwise. THROWS: sys::SystemError;
// std::runtime_error if the caller may not look into a place
Snapshot take(std::span<const Place> places, const std::string& name);

// The file: what is left out stands under `not_captured:`, the notes below the comment.
std::string to_yaml(const Snapshot& snapshot, const std::string& comment);

// What keeps the file from being read as a topology: nothing, or this is a bug.
Issues check_text(const std::string& text);

// The names below /run/netns, as ip-netns(8) keeps them, in order. THROWS: sys::SystemError if one
// cannot be opened.
std::vector<Place> named_places();
Place named_place(const std::string& name);  // THROWS: sys::SystemError
Place place_of_process(int pid);             // THROWS: sys::SystemError
Place own_place(const std::string& name);    // the caller's. THROWS: sys::SystemError
bool is_in_use(const Place& place);          // it has more than a loopback

}  // namespace topoproof::snapshot
