// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/snapshot.hh"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "netlink/observe.hh"
#include "plan/planner.hh"
#include "snapshot/topology_of.hh"
#include "sys/error.hh"
#include "topofile/yaml_writer.hh"

namespace topoproof::snapshot {
namespace {

constexpr std::string_view kForwarding = "net.ipv4.ip_forward";

// Those that are there, of the named ones.
std::vector<state::Sysctl> sysctls_in(const Place& place, std::span<const std::string> names) {
  auto sysctls = sys::call_in(place.netns, [&] { return netlink::observe_sysctls(names); });
  // The kernel prints several numbers with tabs between, and takes them with blanks as well.
  for (state::Sysctl& sysctl : sysctls) std::ranges::replace(sysctl.value, '\t', ' ');
  return sysctls;
}

bool forwards(const Place& place) {
  const std::string name(kForwarding);
  const auto found = sysctls_in(place, {&name, 1});
  return !found.empty() && found.front().value == "1";
}

// What the plan would set otherwise than it is.
void keep_sysctls(const Place& place, const state::Namespace& planned, topology::Node& node) {
  std::vector<std::string> names;
  for (const state::Sysctl& sysctl : planned.sysctls) names.push_back(sysctl.name);
  for (const state::Sysctl& found : sysctls_in(place, names)) {
    if (std::ranges::find(planned.sysctls, found) == planned.sysctls.end()) {
      node.sysctls.push_back({found});
    }
  }
}

}  // namespace

Snapshot take(std::span<const Place> places, const std::string& name) {
  const std::vector<Found> found = find_all(places);
  Snapshot snapshot = topology_of(found, name);
  const auto attempt = [&](std::size_t place, const auto& part) {
    try {
      part();
    } catch (const std::exception& refused) {
      snapshot.not_captured.push_back(
          fmt::format("{}: its sysctls: {}", found[place].name, refused.what()));
    }
  };
  for (std::size_t i = 0; i < places.size(); ++i) {
    attempt(i, [&] { snapshot.topology.node(NodeId(i)).forwarding = forwards(places[i]); });
  }
  const auto plan = plan::make_plan(snapshot.topology);
  if (!plan) {
    for (const Issue& issue : plan.error()) snapshot.not_captured.push_back(to_string(issue));
    return snapshot;
  }
  const plan::States planned = plan::expected(*plan);
  for (std::size_t i = 0; i < places.size(); ++i) {
    attempt(i, [&] { keep_sysctls(places[i], planned[i], snapshot.topology.node(NodeId(i))); });
  }
  return snapshot;
}

bool is_in_use(const Place& place) {
  return sys::call_in(place.netns, [] {
    netlink::Socket socket(netlink::Protocol::Route);
    return netlink::observe_namespace(socket).links.size() > 1;
  });
}

std::string to_yaml(const Snapshot& snapshot, const std::string& comment) {
  return topofile::to_yaml(snapshot.topology,
                           {.comment = comment, .not_captured = snapshot.not_captured});
}

}  // namespace topoproof::snapshot
