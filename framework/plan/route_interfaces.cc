// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/route_interfaces.hh"

#include <optional>

#include <fmt/format.h>

#include "topology/interfaces.hh"

namespace topoproof::plan {
namespace {

class Resolver {
 public:
  Resolver(const topology::Topology& topology, NodeId node, const Neighborhood& neighborhood)
      : topology_(topology), node_(node), neighborhood_(neighborhood) {}

  // Fills in `interface` from `gateway`. RETURNS: what is wrong; empty if nothing is.
  std::string fill(const std::optional<IpAddress>& gateway, std::optional<std::string>& interface) {
    if (interface) {
      return topology::has_interface(topology_, node_, *interface)
                 ? ""
                 : fmt::format("{} has no interface {}", name(), *interface);
    }
    if (!gateway) return {};
    const Member* sender = neighborhood_.sender(node_, *gateway);
    if (sender == nullptr) {
      return fmt::format("no interface of {} is on a network with gateway {}", name(),
                         to_string(*gateway));
    }
    interface = sender->device->name;
    return {};
  }

 private:
  const std::string& name() const { return topology_.node(node_).name; }

  const topology::Topology& topology_;
  NodeId node_;
  const Neighborhood& neighborhood_;
};

}  // namespace

std::expected<state::Route, std::string> with_interfaces(const state::Route& route,
                                                         const topology::Topology& topology,
                                                         NodeId node,
                                                         const Neighborhood& neighborhood) {
  Resolver resolver(topology, node, neighborhood);
  state::Route complete = route;
  std::string wrong = resolver.fill(complete.gateway, complete.interface);
  for (state::NextHop& hop : complete.next_hops) {
    if (wrong.empty()) wrong = resolver.fill(hop.gateway, hop.interface);
  }
  if (!wrong.empty()) return std::unexpected(fmt::format("{}: {}", state::describe(route), wrong));
  return complete;
}

}  // namespace topoproof::plan
