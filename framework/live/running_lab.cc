// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/running_lab.hh"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "live/rule_lines_json.hh"
#include "live/service_list.hh"
#include "plan/between.hh"
#include "plan/identities.hh"
#include "plan/link_steps.hh"
#include "plan/namespace_steps.hh"
#include "plan/planner.hh"
#include "rules/import.hh"
#include "sys/error.hh"
#include "sys/files.hh"

namespace topoproof::live {
namespace {

plan::Plan make_plan(const topology::Topology& topology, const plan::PlanOptions& options) {
  auto plan = plan::make_plan(topology, options);
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

// Nodes at which something is done that the kernel finishes later, or that has consequences: these
// are looked at afterwards. A neighbour, a route or an entry of a bridge is there once the kernel
// has said so.
struct Touched {
  std::set<NodeId> nodes;
  std::set<NodeId> by_sysctls;
};

Touched touched_by(const plan::Update& update) {
  Touched touched;
  for (const plan::Step& step : update.steps) {
    const plan::Operation& op = step.operation;
    const bool is_done_at_once = std::holds_alternative<plan::AddNeighbor>(op) ||
                                 std::holds_alternative<plan::DeleteNeighbor>(op) ||
                                 std::holds_alternative<plan::AddRoute>(op) ||
                                 std::holds_alternative<plan::DeleteRoute>(op) ||
                                 std::holds_alternative<plan::AddBridgeEntry>(op) ||
                                 std::holds_alternative<plan::AddPolicyRule>(op) ||
                                 std::holds_alternative<plan::DeletePolicyRule>(op);
    if (is_done_at_once) continue;
    const bool sets = std::holds_alternative<plan::CreateNamespace>(op) ||
                      std::holds_alternative<plan::SetSysctl>(op);
    (sets ? touched.by_sysctls : touched.nodes).insert(node_of(op));
    const auto* veth = std::get_if<plan::CreateVeth>(&op);
    if (veth != nullptr) touched.nodes.insert(veth->peer_node);
  }
  for (const NodeId node : touched.by_sysctls) touched.nodes.erase(node);
  return touched;
}

std::set<std::string> changed_nodes(const plan::Update& update) {
  std::set<std::string> names;
  for (const plan::Step& step : update.steps) {
    names.insert(update.nodes[node_of(step.operation).index()]);
    const auto* veth = std::get_if<plan::CreateVeth>(&step.operation);
    if (veth != nullptr) names.insert(update.nodes[veth->peer_node.index()]);
  }
  return names;
}

std::vector<std::string> names_of_nodes(const topology::Topology& topology) {
  std::vector<std::string> names;
  for (const topology::Node& node : topology.nodes()) names.push_back(node.name);
  return names;
}

std::set<std::string> without(std::set<std::string> names, const std::set<std::string>& others) {
  std::erase_if(names, [&](const std::string& name) { return others.contains(name); });
  return names;
}

std::vector<rules::Interface> interfaces_of(const plan::Plan& plan, NodeId node) {
  std::vector<rules::Interface> interfaces;
  const auto add = [&](NodeId of, const state::Link& link) {
    if (of == node) interfaces.push_back({.name = link.name, .index = link.index.value_or(0)});
  };
  for (const plan::Step& step : plan.steps) {
    if (const auto* bridge = std::get_if<plan::CreateBridge>(&step.operation)) {
      add(bridge->node, bridge->link);
    }
    if (const auto* veth = std::get_if<plan::CreateVeth>(&step.operation)) {
      add(veth->node, veth->link);
      add(veth->peer_node, *veth->peer);
    }
  }
  return interfaces;
}

bool may_be_done(const plan::Operation& operation, int error) {
  const bool adds = std::holds_alternative<plan::AddAddress>(operation) ||
                    std::holds_alternative<plan::AddRoute>(operation) ||
                    std::holds_alternative<plan::AddPolicyRule>(operation) ||
                    std::holds_alternative<plan::AddNeighbor>(operation);
  const bool deletes = std::holds_alternative<plan::DeleteAddress>(operation) ||
                       std::holds_alternative<plan::DeleteRoute>(operation) ||
                       std::holds_alternative<plan::DeletePolicyRule>(operation) ||
                       std::holds_alternative<plan::DeleteNeighbor>(operation);
  return (adds && error == EEXIST) ||
         (deletes && (error == ESRCH || error == ENOENT || error == EADDRNOTAVAIL));
}

}  // namespace

RunningLab::RunningLab(const Holding& holding, const std::filesystem::path& folder)
    : holding_(holding),
      file_(std::filesystem::absolute(holding.file).string()),
      topology_(holding.topology),
      plan_(make_plan(topology_, {.limits = holding.limits})),
      lab_(plan_),
      name_files_(folder),
      services_({.logs = logs_of(folder), .name_files = name_files_, .lab = holding.name}) {
  plan::drop_namespace_steps(plan_);
  lab_.settle();
  check_nothing_differs(lab_.differences_of_building());
  std::filesystem::create_directory(logs_of(folder));
  start_services(std::filesystem::current_path());
}

void RunningLab::start_services(const std::filesystem::path& base) {
  name_files_.tell_of(topology_);
  services_.change_to(
      topology_, [this](NodeId node) -> const sys::Netns& { return netns(node); }, base);
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

const sys::Surroundings& RunningLab::surroundings(NodeId node) {
  const std::string& name = name_of(node);
  const auto known = surroundings_.find(name);
  if (known != surroundings_.end()) return known->second;
  name_files_.of(name);
  return surroundings_.emplace(name, sys::make_surroundings(name, netns(node))).first->second;
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
  plan::Update update = update_to(topology);
  try_rules(update);
  std::string text = update.is_empty() ? "" : plan::to_string(update);
  text += services_.difference(topology);
  if (text.empty()) text = "nothing to do\n";
  text += taken_down_.outlook(update);
  if (!request.dry_run) {
    carry_out(std::move(update), std::move(topology));
    file_ = (base / request.file).lexically_normal().string();
    start_services(base);
  }
  return text;
}

plan::Update RunningLab::update_to(const topology::Topology& topology) const {
  plan::Plan after = make_plan(topology, {.limits = holding_.limits, .namespaces = false});
  auto differing = plan::differing_namespaces(topology_, topology);
  plan::Plan known{.nodes = names_of_nodes(topology_), .steps = {}};
  plan::put_namespace_steps(known, topology_, without(differing, half_renewed_));
  differing.insert(half_renewed_.begin(), half_renewed_.end());
  if (differing.empty()) return plan::make_update(plan_, std::move(after));
  plan::Plan before = plan::renumbered(std::move(known), plan_.nodes);
  std::ranges::copy(plan_.steps, std::back_inserter(before.steps));
  plan::put_namespace_steps(after, topology, differing);
  plan::Update update = plan::make_update(before, std::move(after));
  plan::drop_namespace_steps(update.plan);
  return update;
}

// A mistake in rules is found before anything is done.
void RunningLab::try_rules(const plan::Update& update) const {
  std::map<NodeId, std::vector<rules::Source>> sources;
  for (const plan::Step& step : update.steps) {
    const auto* load = std::get_if<plan::LoadRulesText>(&step.operation);
    if (load != nullptr) sources[load->node].push_back(load->rules);
  }
  for (const auto& [node, texts] : sources) {
    const Issues issues = rules::try_rules(texts, interfaces_of(update.plan, node));
    if (!issues.empty()) throw Refusal(to_string(issues));
  }
}

// What is down takes no routes: it is up while its node changes.
void RunningLab::set_taken_down(const std::set<std::string>& nodes, bool up) {
  for (const TakenDown::Place& place : taken_down_.at(nodes)) {
    lab_.change(plan::link_steps(plan_, node_named(place.node), place.interface, up));
  }
}

void RunningLab::carry_out(plan::Update update, topology::Topology topology) {
  Touched touched = touched_by(update);
  const std::set<std::string> changed = changed_nodes(update);
  const bool was_between = std::exchange(is_between_, true);
  auto renewed = plan::differing_namespaces(topology_, topology);
  renewed.insert(half_renewed_.begin(), half_renewed_.end());
  set_taken_down(changed, true);
  lab_.renumber(update.nodes);
  do_steps(update, renewed);
  taken_down_.forget_lost(update);
  lab_.renumber(update.plan.nodes);
  plan_ = std::move(update.plan);
  topology_ = std::move(topology);
  half_renewed_.clear();
  set_taken_down(changed, false);
  if (was_between) {
    for (const NodeId node : nodes_named({})) touched.by_sysctls.insert(node);
  }
  wait_and_compare(touched.by_sysctls, lab::Lab::Sysctls::Compared);
  wait_and_compare(touched.nodes, lab::Lab::Sysctls::LeftOut);
  is_between_ = false;
  std::erase_if(surroundings_, [this](const auto& of) {
    return std::ranges::find(lab_.nodes(), of.first) == lab_.nodes().end();
  });
}

// Where one fails, what runs is known all the same.
void RunningLab::do_steps(const plan::Update& update, const std::set<std::string>& renewed) {
  std::size_t done = 0;
  try {
    for (; done < update.steps.size(); ++done) do_step(update.steps[done]);
  } catch (...) {
    plan::Plan known{.nodes = names_of_nodes(topology_), .steps = {}};
    plan::put_namespace_steps(known, topology_, without(renewed, half_renewed_));
    plan::Plan before = plan::renumbered(std::move(known), update.nodes);
    std::ranges::move(plan::renumbered(std::move(plan_), update.nodes).steps,
                      std::back_inserter(before.steps));
    plan_ = plan::plan_between(before, update.nodes, std::span(update.steps).first(done));
    half_renewed_ = renewed;
    take_down_again();
    throw;
  }
}

// Somebody may have added a route by hand, or taken one away, that the steps add or take away.
void RunningLab::do_step(const plan::Step& step) {
  try {
    lab_.change({&step, 1});
  } catch (const sys::SystemError& refused) {
    if (!may_be_done(step.operation, refused.error()) || !lab_.is_done_already(step)) throw;
  }
}

// Of a network that is between two: what is not there any more is left.
void RunningLab::take_down_again() noexcept {
  for (const std::string& node : lab_.nodes()) {
    try {
      set_taken_down({node}, false);
    } catch (const std::exception&) {
      continue;
    }
  }
}

void RunningLab::wait_and_compare(const std::set<NodeId>& some, lab::Lab::Sysctls sysctls) {
  const std::vector<NodeId> nodes(some.begin(), some.end());
  lab_.settle(nodes);
  check_nothing_differs(lab_.differences(nodes, sysctls));
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
  taken_down_.set({name_of(node), request.interface}, request.up);
  return fmt::format("{} is {}\n", place, state);
}

}  // namespace topoproof::live
