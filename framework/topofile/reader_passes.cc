// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/reader_passes.hh"

#include "document/fields.hh"
#include "topology/checks.hh"

namespace topoproof::topofile {
namespace {

using document::Fields;

bool is_word(const document::Node& node, std::string_view word) {
  return node.is_scalar() && node.text() == word;
}

// `ipv6: true` takes the usual pools, `false` none; a mapping replaces some of them.
auto pool_reader(const topology::AddressPool& usual) {
  return [usual](const document::Node& node,
                 Issues& issues) -> std::optional<std::optional<topology::AddressPool>> {
    if (node.is_scalar()) {
      const auto wanted = document::read_bool(node, issues);
      if (!wanted) return std::nullopt;
      return *wanted ? std::optional(usual) : std::optional<topology::AddressPool>();
    }
    topology::AddressPool pool = usual;
    Fields fields(node, issues);
    fields.optional("loopbacks", Prefix::parse, pool.loopbacks);
    fields.optional("links", Prefix::parse, pool.links);
    fields.optional("lans", Prefix::parse, pool.lans);
    fields.finish();
    return std::optional(pool);
  };
}

}  // namespace

std::optional<topology::RoutingOptions> read_routing(const document::Node& node, Issues& issues) {
  using enum topology::RoutingOptions::Destinations;
  topology::RoutingOptions options;
  if (is_word(node, "shortest-path")) return options;
  if (!node.is_mapping()) {
    document::report_unexpected(node, "shortest-path, or a mapping with its options", issues);
    return std::nullopt;
  }
  Fields fields(node, issues);
  fields.optional("destinations",
                  document::choice<topology::RoutingOptions::Destinations>(
                      {{"all", All}, {"loopbacks", Loopbacks}}),
                  options.destinations);
  fields.finish();
  return options;
}

std::optional<topology::AddressingOptions> read_addressing(const document::Node& node,
                                                           Issues& issues) {
  topology::AddressingOptions options;
  if (is_word(node, "auto")) return options;
  if (!node.is_mapping()) {
    document::report_unexpected(node, "auto, or a mapping with its options", issues);
    return std::nullopt;
  }
  Fields fields(node, issues);
  fields.optional("ipv4", pool_reader(topology::default_ipv4_pool()), options.ipv4);
  fields.optional("ipv6", pool_reader(topology::default_ipv6_pool()), options.ipv6);
  fields.optional("loopbacks", document::read_bool, options.loopbacks);
  fields.finish();
  return options;
}

void complete(Description& description, Issues& issues) {
  topology::Topology& topology = description.topology;
  if (description.addressing) {
    auto addressed = topology::assign_addresses(topology, *description.addressing);
    if (!addressed) return issues.push_back(std::move(addressed.error()));
    topology = *std::move(addressed);
  }
  if (description.routing)
    topology = topology::add_shortest_path_routes(topology, *description.routing);
  const Issues found = topology::check_topology(topology);
  issues.insert(issues.end(), found.begin(), found.end());
}

}  // namespace topoproof::topofile
