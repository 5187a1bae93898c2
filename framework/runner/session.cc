// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/session.hh"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "netfilter/kernel_ruleset.hh"
#include "netfilter/trace.hh"
#include "netlink/batch.hh"
#include "netlink/conntrack.hh"
#include "netlink/route.hh"
#include "plan/link_steps.hh"
#include "rules/registration.hh"
#include "rules/rule_lines.hh"
#include "runner/decisions.hh"
#include "scenario/changes.hh"
#include "scenario/listeners.hh"
#include "scenario/network_plan.hh"
#include "topology/interfaces.hh"
#include "topology/listening.hh"

namespace topoproof::runner {
namespace {

using checks::RuleCompiler;
using scenario::Change;
using scenario::FlapLink;
using scenario::Impair;
using scenario::Listener;
using scenario::ReplaceRules;
using scenario::Scenario;
using scenario::SetLink;
using scenario::Step;
using scenario::Wait;
constexpr std::uint32_t kLargestMtu = 65'536;  // the loopback's

std::vector<lab::RunningNode> in_order_of(const std::vector<std::string>& names,
                                          std::vector<lab::RunningNode> running) {
  std::vector<lab::RunningNode> nodes;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(running, name, &lab::RunningNode::name);
    if (found == running.end()) {
      throw std::runtime_error(
          fmt::format("the lab has no node '{}': it was started from another topology", name));
    }
    nodes.push_back(std::move(*found));
  }
  return nodes;
}

std::chrono::nanoseconds longest_delay(const topology::Topology& topology) {
  std::chrono::nanoseconds sum{};
  for (const topology::Link& link : topology.links()) {
    for (const topology::Endpoint& end : link.ends) {
      if (end.impairment) sum += end.impairment->delay + end.impairment->jitter;
    }
  }
  return sum;
}

bool is_ever_impaired(const Scenario& scenario) {
  const auto has_impairment = [](const topology::Link& link) {
    return std::ranges::any_of(link.ends,
                               [](const auto& end) { return end.impairment.has_value(); });
  };
  const auto impairs = [](const Change& change) {
    return std::holds_alternative<Impair>(change.what);
  };
  return std::ranges::any_of(scenario.topology.links(), has_impairment) ||
         std::ranges::any_of(scenario.steps, [&](const Step& step) {
           return std::ranges::any_of(step.changes, impairs);
         });
}

}  // namespace

Session::Session(const Scenario& scenario, const RunOptions& options)
    : topology_(scenario.topology),
      run_(std::random_device{}()),
      stop_(options.stop),
      is_impaired_(is_ever_impaired(scenario)),
      barrier_(worker_),
      trace_(loop_) {
  if (options.running) {
    adopt(scenario, options);
  } else {
    build(scenario, options);
  }
  witness_ = std::make_unique<KernelWitness>(*lab_, topology_, trace_);
  open_sockets(scenario);
  observer_->wait_until_live();
}

void Session::build(const Scenario& scenario, const RunOptions& options) {
  const plan::Plan plan = make_plan_or_throw(scenario, options.limits);
  if (has_flaps(scenario)) plan_ = plan;
  lab_ = std::make_unique<lab::Lab>(plan, [this](lab::Lab& lab) { open_taps(lab); }, stop_);
  lab_->settle();
  compare_with_plan();
  start_services();
}

void Session::start_services() {
  if (!topology::has_programs(topology_)) return;
  service_files_.emplace();
  const auto& folder = service_files_->path();
  name_files_.emplace(folder).tell_of(topology_);
  services_ = std::make_unique<service::Services>(
      service::Options{.logs = folder, .name_files = *name_files_, .own_processes = true});
  services_->change_to(
      topology_, [this](NodeId node) -> const sys::Netns& { return lab_->netns(node); },
      std::filesystem::current_path(), [this] { return stop_ != nullptr && *stop_; });
}

std::string Session::services_trouble() const {
  if (ask_services_) return ask_services_();
  return services_ ? services_->trouble() : std::string();
}

// Whoever works in the lab may have changed it: that is what the checks are to find out.
void Session::adopt(const Scenario& scenario, const RunOptions& options) {
  is_adopted_ = true;
  await_idle_ = options.wait_until_idle;
  ask_services_ = options.services_trouble;
  const plan::Plan plan = make_plan_or_throw(scenario, options.limits);
  lab_ = std::make_unique<lab::Lab>(plan, in_order_of(plan.nodes, options.running()));
  open_taps(*lab_);
}

Session::~Session() {
  if (!is_adopted_) return;
  try {
    for (const NodeId node : trace_.traced()) {
      netfilter::remove_all_traces(lab_->netfilter_socket(node));
    }
  } catch (const std::exception&) {
    // The lab has ended meanwhile, and its tables with it.
  }
}

// Taps wait for the kernel: they do so while links are being made.
void Session::open_taps(lab::Lab& lab) {
  std::vector<evidence::TapPlace> places;
  for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
    const NodeId node(i);
    places.push_back(
        {node, topology_.node(node).name, &lab.netns(node), topology_.links_of(node).size()});
  }
  observer_ = std::make_unique<evidence::Observer>(loop_, run_, places);
}

void Session::compare_with_plan() {
  const auto differences = lab_->differences_of_building();
  if (differences.empty()) return;
  throw std::runtime_error("the kernel does not hold what was planned:\n" +
                           lab::to_string(differences));
}

void Session::open_sockets(const Scenario& scenario) {
  prober_ = std::make_unique<probe::Prober>(loop_, worker_, run_);
  const bool ipv4 = topology::uses_family(topology_, Family::Ipv4);
  const bool ipv6 = topology::uses_family(topology_, Family::Ipv6);
  for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
    if (stop_ != nullptr && *stop_) throw lab::Stopped();
    prober_->add_node(NodeId(i), lab_->netns(NodeId(i)), ipv4, ipv6);
  }
  for (const Listener& listener : listeners_of(scenario)) {
    if (witness_->is_program(listener.node, listener.service)) continue;
    prober_->listen(listener.node, listener.service, listener.family);
    witness_->add_listener(listener.node, listener.service);
  }
}

Instruments Session::instruments() {
  return {loop_,
          *prober_,
          barrier_,
          *observer_,
          *witness_,
          stop_,
          [this](sys::Clock::time_point deadline) { return wait_until_idle(deadline); },
          !is_adopted_ && is_impaired_};
}

// Others may send in a lab that goes on: it is given no more time than a packet can take.
bool Session::wait_until_idle(sys::Clock::time_point deadline) {
  if (!is_adopted_) return lab_->wait_until_idle(deadline);
  const auto longest = longest_delay(topology_);
  if (longest.count() == 0) return true;
  const auto end = std::min<sys::Clock::time_point>(deadline, sys::Clock::now() + longest);
  if (await_idle_) {
    await_idle_(end);
  } else {
    loop_.run_until([] { return false; }, end);
  }
  return true;
}

void Session::wait(std::chrono::nanoseconds time) {
  const auto stopped = [this] { return stop_ != nullptr && *stop_; };
  loop_.run_until(stopped, sys::Clock::now() + time);
}

void Session::flap(const FlapLink& link) {
  lab_->change(plan::link_steps(*plan_, link.node, link.interface, false));
  lab_->settle();
  wait(link.down_for);
  lab_->change(plan::link_steps(*plan_, link.node, link.interface, true));
  lab_->settle();
}

void Session::change(const Change& change) {
  if (const auto* pause = std::get_if<Wait>(&change.what)) return wait(pause->time);
  if (const auto* link = std::get_if<FlapLink>(&change.what)) return flap(*link);
  lab_->change(steps_of(change));
  apply_to(topology_, change);
  if (std::holds_alternative<SetLink>(change.what)) lab_->settle();
  if (const auto* rules = std::get_if<ReplaceRules>(&change.what)) {
    trace_.restart(*lab_, rules->node);
  }
}

void Session::trace_rules(NodeId node) { trace_.start(*lab_, node); }

void Session::trace_all_rules() {
  for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
    if (has_rules(topology_.node(NodeId(i)))) trace_rules(NodeId(i));
  }
}

void Session::keep_decisions() {
  trace_.keep_passed();
  trace_all_rules();
}

void Session::add_decisions(checks::Judged& judged) {
  runner::add_decisions(*witness_, trace_, *lab_, judged);
}

void Session::flush_connections() {
  for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
    if (has_rules(topology_.node(NodeId(i)))) {
      netlink::flush_connections(lab_->netfilter_socket(NodeId(i)));
    }
  }
}

void Session::forget_ways(const evidence::Case& evidence) {
  for (const evidence::Sighting& s : evidence.sightings) {
    const bool told = s.role == evidence::Role::Error && s.mtu != 0;
    if (!told || s.way != evidence::Way::In || !s.for_this_host) continue;
    if (s.about.is_v4()) {
      lab_->run(s.node, [] { sys::write_sysctl("net.ipv4.route.flush", "1"); });
      continue;
    }
    netlink::Batch batch;
    encode_learned_way(s.about, batch.add(0, netlink::kRemoveRoute));
    lab_->route_socket(s.node).refusals(batch);  // who has only passed the error on knows nothing
  }
}

std::uint32_t Session::smallest_mtu() const {
  std::uint32_t smallest = kLargestMtu;
  for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
    const state::Namespace& node = lab_->expected(NodeId(i));
    for (const state::Link& link : node.links) smallest = std::min(smallest, link.mtu);
    for (const state::Route& route : node.routes) {
      smallest = std::min(smallest, route.mtu.value_or(smallest));
    }
  }
  return smallest;
}

RuleCompiler Session::rule_compiler() {
  return [this](NodeId node,
                const topology::RulesText&) -> std::expected<firewall::Ruleset, std::string> {
    auto found = netfilter::observe_ruleset(lab_->netfilter_socket(node));
    if (!found) return std::unexpected(to_string(found.error()));
    std::erase_if(found->tables,
                  [](const firewall::Table& t) { return t.name == netfilter::kTraceTableName; });
    if (rules::is_order_open(*found)) {
      return std::unexpected(
          "chains of several tables meet at one hook and priority, and the "
          "kernel does not tell in which order");
    }
    rules::give_origins(lab_->rule_lines(node), *found);
    return *std::move(found);
  };
}

}  // namespace topoproof::runner
