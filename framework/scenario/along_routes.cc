// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/along_routes.hh"

#include <memory>

#include <fmt/format.h>

#include "topology/forwarding.hh"
#include "topology/interfaces.hh"

namespace topoproof::scenario {
namespace {

class Routes {
 public:
  explicit Routes(const topology::Topology& topology) : tables_(topology) {}

  Expectation expected(NodeId from, const IpAddress& to) const {
    auto path = tables_.path(from, to);
    if (path.empty()) return {.should = {.fate = flow::FateKind::NoRoute, .at = from}};
    return {.should = {.fate = flow::FateKind::Delivered, .at = path.back()},
            .translated = Translation{},
            .path = std::move(path)};
  }

 private:
  topology::ForwardingTables tables_;
};

}  // namespace

Matrix matrix_along_routes(const topology::Topology& topology, flow::Service service) {
  Matrix matrix;
  matrix.name = fmt::format("matrix {}: along the routes", to_string(service));
  matrix.services = {service};
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    auto address = address_of(topology, NodeId(i), Family::Ipv4);
    if (!address) address = address_of(topology, NodeId(i), Family::Ipv6);
    if (!address) continue;
    matrix.nodes.emplace_back(i);
    matrix.addresses.push_back(*address);
  }
  matrix.expected_of = [routes = std::make_shared<const Routes>(topology)](
                           NodeId from, const IpAddress& to) { return routes->expected(from, to); };
  return matrix;
}

}  // namespace topoproof::scenario
