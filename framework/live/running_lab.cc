// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/running_lab.hh"

#include <algorithm>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "live/rule_lines_json.hh"
#include "live/service_list.hh"
#include "plan/link_steps.hh"
#include "plan/planner.hh"
#include "service/hosts.hh"
#include "sys/files.hh"

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

// Of a large lab most are not.
std::vector<NodeId> touched_nodes(const plan::Update& update) {
  std::set<NodeId> touched;
  for (const plan::Step& step : update.steps) {
    touched.insert(node_of(step.operation));
    const auto* veth = std::get_if<plan::CreateVeth>(&step.operation);
    if (veth != nullptr) touched.insert(veth->peer_node);
  }
  return {touched.begin(), touched.end()};
}

}  // namespace

RunningLab::RunningLab(const Holding& holding, const std::filesystem::path& folder)
    : holding_(holding),
      folder_(folder),
      plan_(make_plan(holding.topology, holding.limits)),
      lab_(plan_),
      services_({.logs = logs_of(folder), .name_files = folder, .lab = holding.name}) {
  lab_.settle();
  check_nothing_differs(lab_.differences_of_building());
  std::filesystem::create_directory(logs_of(folder));
  start_services(holding.topology, std::filesystem::current_path());
}

void RunningLab::start_services(const topology::Topology& topology,
                                const std::filesystem::path& base) {
  service::save_name_files(folder_, topology);
  services_.change_to(
      topology, [this](NodeId node) -> const sys::Netns& { return netns(node); }, base);
}

void RunningLab::check_nothing_differs(const std::vector<lab::NodeDifference>& differences) {
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

std::string RunningLab::rule_lines() {
  NodeRuleLines lines;
  for (std::size_t i = 0; i < lab_.nodes().size(); ++i) {
    const rules::RuleLines& of_node = lab_.rule_lines(NodeId(i));
    if (!of_node.chains().empty()) lines.emplace(lab_.nodes()[i], of_node);
  }
  return to_json(lines);
}

std::string RunningLab::change(const Request& request, const sys::Parcel& parcel) {
  if (is_between_) {
    throw Refusal(fmt::format(
        "lab '{}' is between two topologies: a change failed on its way; end it and start it anew",
        holding_.name));
  }
  return request.verb == Verb::Apply ? apply(request, parcel) : set_link(request);
}

std::string RunningLab::apply(const Request& request, const sys::Parcel& parcel) {
  Issues issues;
  topology::Topology topology;
  std::filesystem::path base;
  {
    const sys::FolderVisit visit(parcel.descriptors.at(0));
    base = std::filesystem::current_path();
    topology = holding_.read_topology(request.file, request.variants, issues);
  }
  if (has_errors(issues)) throw Refusal(to_string(issues));
  plan::Update update = plan::make_update(plan_, make_plan(topology, holding_.limits));
  const std::string steps = update.is_empty() ? "" : plan::to_string(update);
  const std::string text = steps + services_.difference(topology);
  if (!request.dry_run) {
    carry_out(std::move(update));
    start_services(topology, base);
  }
  return text.empty() ? "nothing to do\n" : text;
}

void RunningLab::carry_out(plan::Update update) {
  is_between_ = true;
  lab_.renumber(update.nodes);
  lab_.change(update.steps);
  lab_.renumber(update.plan.nodes);
  const std::vector<NodeId> touched = touched_nodes(update);
  lab_.settle(touched);
  plan_ = std::move(update.plan);
  check_nothing_differs(lab_.differences(touched));
  is_between_ = false;
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
