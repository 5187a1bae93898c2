// SPDX-License-Identifier: GPL-2.0-or-later
// What one node has around it, prepared for the many questions of the checks. Internal to the
// module.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "topology/interfaces.hh"
#include "topology/topology.hh"

namespace topoproof::topology {

class Surroundings {
 public:
  using Neighbors = std::set<IpAddress>;  // all addresses on a segment

  Surroundings(const Topology& topology, NodeId id);
  void add_segment(std::shared_ptr<const Neighbors> neighbors);

  bool has_interface(const std::string& name) const;
  bool owns(const IpAddress& address) const;
  // In the network of an interface, or behind an interface by a route without a gateway.
  bool is_connected(const IpAddress& address) const;
  // Somebody on one of its segments has the address; itself, too.
  bool has_neighbor(const IpAddress& address) const;

 private:
  template <class F>
  bool has_address(F matches) const;

  std::vector<Interface> interfaces_;
  std::vector<Prefix> direct_;
  std::vector<std::shared_ptr<const Neighbors>> segments_;
};

std::vector<Surroundings> surroundings_of(const Topology& topology);  // by NodeId

}  // namespace topoproof::topology
