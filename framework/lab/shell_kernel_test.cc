// SPDX-License-Identifier: GPL-2.0-or-later
// The commands that a plan prints build what the lab builds: both are run, and what the kernel then
// holds is compared.
#include <algorithm>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "lab/lab.hh"
#include "lab/test_topologies.hh"
#include "netfilter/text.hh"
#include "netlink/observe.hh"
#include "plan/shell.hh"
#include "sys/error.hh"
#include "sys/kernel_test.hh"
#include "sys/own_mounts.hh"
#include "sys/process.hh"

namespace topoproof::lab {
namespace {

using ShellTest = sys::KernelTest;

sys::Netns named_namespace(const std::string& name) {
  const std::string path = "/run/netns/" + name;
  return sys::Netns(sys::Fd(
      sys::check_result(::open(path.c_str(), O_RDONLY | O_CLOEXEC), "open a named namespace")));
}

// Runs the plan's script. RETURNS: the namespaces that it made, by NodeId.
std::vector<sys::Netns> build_by_shell(const plan::Plan& plan) {
  std::vector<sys::Netns> made;
  std::thread([&] {
    sys::enter_own_mounts();
    const auto run = sys::run_process({"sh"}, nullptr, plan::shell_script(plan).value());
    EXPECT_EQ(run.exit_status, 0) << run.output;
    for (const std::string& name : plan.nodes) made.push_back(named_namespace(name));
  }).join();
  return made;
}

std::vector<std::string> sysctls_of(const state::Namespace& ns) {
  std::vector<std::string> names;
  for (const state::Sysctl& sysctl : ns.sysctls) names.push_back(sysctl.name);
  return names;
}

// What the kernel holds there, in words.
std::string holdings(const sys::Netns& netns, const std::vector<std::string>& sysctls) {
  const state::Namespace ns = sys::call_in(netns, [&] {
    netlink::Socket socket(netlink::Protocol::Route);
    state::Namespace observed = netlink::observe_namespace(socket);
    sys::Sysctls inside;
    observed.sysctls = netlink::observe_sysctls(inside, sysctls);
    return observed;
  });
  return state::describe(state::normalize(ns)) + netfilter::list_ruleset_text(netns);
}

// Those of the plan's bridge entries for `node` that are not there. (Others are, learned
// meanwhile.)
std::vector<std::string> missing_entries(const sys::Netns& netns, const plan::Plan& plan,
                                         NodeId node) {
  const auto found = sys::call_in(netns, [] {
    netlink::Socket socket(netlink::Protocol::Route);
    return netlink::observe_bridge_entries(socket, netlink::observe_names(socket));
  });
  std::vector<std::string> missing;
  for (const plan::Step& step : plan.steps) {
    const auto* op = std::get_if<plan::AddBridgeEntry>(&step.operation);
    if (op == nullptr || op->node != node || std::ranges::count(found, op->entry) == 1) continue;
    missing.push_back(state::describe(op->entry));
  }
  return missing;
}

void expect_same_network(const plan::Plan& plan) {
  Lab lab(plan);
  const auto by_shell = build_by_shell(plan);
  const plan::States expected = plan::expected(plan);
  for (std::size_t i = 0; i < by_shell.size(); ++i) {
    const auto sysctls = sysctls_of(expected[i]);
    EXPECT_EQ(holdings(by_shell[i], sysctls), holdings(lab.netns(NodeId(i)), sysctls))
        << "in " << plan.nodes[i];
    EXPECT_EQ(missing_entries(by_shell[i], plan, NodeId(i)), std::vector<std::string>{})
        << "in " << plan.nodes[i];
  }
}

TEST_F(ShellTest, BuildsTheContainerNetwork) { expect_same_network(plan_of(container_nat())); }

TEST_F(ShellTest, BuildsEverythingThatAPlanCanSay) {
  expect_same_network(plan_of(everything(), {.neighbors = plan::Neighbors::All}));
}

}  // namespace
}  // namespace topoproof::lab
