// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/running_lab.hh"

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "plan/link_steps.hh"
#include "plan/planner.hh"

namespace topoproof::live {
namespace {

plan::Plan make_plan(const topology::Topology& topology,
                     const std::optional<plan::Limits>& limits) {
  auto plan = plan::make_plan(topology, {.limits = limits});
  if (!plan) throw Refusal("the network cannot be planned:\n" + to_string(plan.error()));
  return *std::move(plan);
}

std::vector<std::string_view> link_names(const state::Namespace& ns) {
  std::vector<std::string_view> names;
  for (const state::Link& link : ns.links) names.push_back(link.name);
  return names;
}

const state::Link* find_link(const state::Namespace& ns, const std::string& name) {
  const auto found = std::ranges::find(ns.links, name, &state::Link::name);
  return found != ns.links.end() ? &*found : nullptr;
}

}  // namespace

RunningLab::RunningLab(const Holding& holding)
    : holding_(holding), plan_(make_plan(holding.topology, holding.limits)), lab_(plan_) {
  lab_.settle();
  const auto differences = lab_.differences();
  if (differences.empty()) return;
  throw std::runtime_error("the kernel does not hold what was planned:\n" +
                           lab::to_string(differences));
}

NodeId RunningLab::node_named(const std::string& name) const {
  const auto& names = lab_.nodes();
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return NodeId(static_cast<std::size_t>(found - names.begin()));
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw Refusal(
      fmt::format("lab '{}' has no node '{}'{}", holding_.name, name, did_you_mean(name, known)));
}

std::vector<NodeId> RunningLab::nodes_named(const std::vector<std::string>& names) const {
  std::vector<NodeId> nodes;
  for (const std::string& name : names) nodes.push_back(node_named(name));
  if (!names.empty()) return nodes;
  for (std::size_t i = 0; i < lab_.nodes().size(); ++i) nodes.emplace_back(i);
  return nodes;
}

std::string RunningLab::change(const Request& request, const sys::Parcel& /*parcel*/) {
  if (request.verb == Verb::SetLink) return set_link(request);
  throw Refusal("a running lab cannot do this yet");
}

std::string RunningLab::set_link(const Request& request) {
  const NodeId node = node_named(request.nodes.at(0));
  const state::Namespace& expected = lab_.expected(node);
  const state::Link* link = find_link(expected, request.interface);
  if (link == nullptr) {
    throw Refusal(fmt::format("node '{}' has no interface '{}'{}", name_of(node), request.interface,
                              did_you_mean(request.interface, link_names(expected))));
  }
  const std::string_view state = request.up ? "up" : "down";
  const auto place = fmt::format("{}:{}", name_of(node), request.interface);
  if (link->up == request.up) return fmt::format("{} is {} already\n", place, state);
  lab_.change(plan::link_steps(plan_, node, request.interface, request.up));
  lab_.settle();
  return fmt::format("{} is {}\n", place, state);
}

}  // namespace topoproof::live
