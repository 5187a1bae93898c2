// SPDX-License-Identifier: GPL-2.0-or-later
// What running namespaces hold, as values. Only read.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "netlink/peculiar.hh"
#include "netlink/queueing.hh"
#include "state/namespace.hh"
#include "sys/netns.hh"
#include "topology/topology.hh"

namespace topoproof::snapshot {

struct Place {
  std::string name;  // of the node that it becomes
  sys::Netns netns;
};

struct Found {
  std::string name;
  state::Namespace state;  // not normalized
  // Of veths whose other end is in one of the places: which one, by the veth's index.
  std::map<std::uint32_t, std::size_t> peers = {};
  std::vector<netlink::Queueing> queueing = {};
  std::vector<netlink::Peculiarity> peculiarities = {};
  std::vector<topology::RulesText> rules = {};
  std::vector<std::string> missed = {};  // sentences: what could not be read
};

// A namespace that is gone meanwhile is one that nothing is found in but a sentence.
// THROWS: std::runtime_error if the caller may not look into one
std::vector<Found> find_all(std::span<const Place> places);

// The rules of a namespace as text: iptables' own where nf_tables cannot say what they are.
std::vector<topology::RulesText> read_rules(const sys::Netns& netns,
                                            std::vector<std::string>& missed);

}  // namespace topoproof::snapshot
