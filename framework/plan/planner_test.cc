// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/planner.hh"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/shell_word.hh"
#include "plan/golden.hh"
#include "plan/shell.hh"
#include "topology/test_networks.hh"

namespace topoproof::plan {
namespace {

using topology::at;
using topology::container_network;
using topology::link;
using topology::Topology;

state::Route route(const std::string& destination, const std::string& gateway) {
  return {.destination = Prefix::parse(destination).value(),
          .gateway = IpAddress::parse(gateway).value()};
}

// The container network as a container host runs it: blue's way out, masquerade, a forwarded port.
Topology container_nat() {
  Topology net = container_network();
  net.node(NodeId(1)).routes.push_back({route("0.0.0.0/0", "192.168.15.5")});
  topology::Node& host = net.node(NodeId(2));
  host.masquerade.push_back({{.from = Prefix::parse("192.168.15.0/24").value(), .out = "eth0"}});
  host.port_forwards.push_back(
      {{.in = "eth0", .port = 80, .to = IpAddress::parse("192.168.15.2").value(), .to_port = 80}});
  return net;
}

Plan plan_of(const Topology& net, const PlanOptions& options = {}) {
  auto plan = make_plan(net, options);
  EXPECT_TRUE(plan) << to_string(plan.error());
  return plan ? std::move(*plan) : Plan{};
}

std::string issues_of(const Topology& net, const PlanOptions& options = {}) {
  const auto plan = make_plan(net, options);
  return plan ? "no issues" : to_string(plan.error());
}

template <class Op>
std::vector<Op> all(const Plan& plan) {
  std::vector<Op> found;
  for (const Step& step : plan.steps) {
    if (const Op* op = std::get_if<Op>(&step.operation)) found.push_back(*op);
  }
  return found;
}

std::vector<std::string> neighbors_of(const Plan& plan) {
  std::vector<std::string> text;
  for (const AddNeighbor& op : all<AddNeighbor>(plan)) {
    text.push_back(plan.nodes[op.node.index()] + " " + to_string(op.neighbor.address));
  }
  return text;
}

std::string value_of(const Plan& plan, NodeId node, const std::string& name) {
  for (const SetSysctl& op : all<SetSysctl>(plan)) {
    if (op.node == node && op.sysctl.name == name) return op.sysctl.value;
  }
  return "not set";
}

using Names = std::vector<std::string>;

TEST(Planner, ThePlanOfTheContainerNetworkIsTheGoldenOne) {
  expect_golden("golden/container-nat.plan", to_string(plan_of(container_nat())));
}

TEST(Planner, ItsShellScriptIsTheGoldenOne) {
  const auto script = shell_script(plan_of(container_nat()));
  ASSERT_TRUE(script) << script.error().text;
  expect_golden("golden/container-nat.sh", *script);
}

// The script was printed, and failed: "File not found: ./d.inc".
TEST(Planner, ItsShellScriptHasNoFolderToIncludeFrom) {
  const auto script_with = [](const std::string& text) {
    Topology net = container_network();
    net.node(NodeId(2)).rules.push_back(
        {.text = text, .where = {.file = "net.topo.yaml", .line = 7}});
    const auto script = shell_script(plan_of(net));
    return script ? "a script" : to_string(script.error());
  };
  EXPECT_EQ(script_with("table ip t {\n  include \"./d.inc\"\n}\n"),
            "net.topo.yaml:8: error: the script gives the text to nft without its folder, from "
            "where the include counts: write the path from / on");
  EXPECT_NE(script_with("include \"d.inc\"\n"), "a script");
  EXPECT_EQ(script_with("include \"/d.inc\"\n# include \"./d.inc\"\n"), "a script");
}

TEST(Planner, IsDeterministic) { EXPECT_EQ(plan_of(container_nat()), plan_of(container_nat())); }

TEST(Planner, AVethIsMadeFromTheEndThatIsAPort) {
  const auto veths = all<CreateVeth>(plan_of(container_network()));
  ASSERT_EQ(veths.size(), 3U);
  EXPECT_EQ(veths[0].link->name, "veth-red-br");
  EXPECT_EQ(veths[0].link->master, "v-eth-0");
  EXPECT_TRUE(veths[0].link->up);
  EXPECT_EQ(veths[0].peer->name, "veth-red");
  EXPECT_FALSE(veths[0].peer->up) << "the kernel refuses that";
}

TEST(Planner, NoTwoInterfacesShareAnIndexOrAMac) {
  std::vector<std::uint32_t> indexes;
  std::vector<MacAddress> macs;
  for (const state::Namespace& ns : expected(plan_of(container_network()))) {
    for (const state::Link& link : ns.links) {
      if (link.kind == state::LinkKind::Loopback) continue;
      indexes.push_back(*link.index);
      macs.push_back(*link.mac);
    }
  }
  std::ranges::sort(indexes);
  std::ranges::sort(macs);
  EXPECT_EQ(indexes.size(), 7U);
  EXPECT_EQ(std::ranges::adjacent_find(indexes), indexes.end());
  EXPECT_EQ(std::ranges::adjacent_find(macs), macs.end());
}

TEST(Planner, GatewaysAndTheirUsersKnowEachOther) {
  EXPECT_EQ(neighbors_of(plan_of(container_nat())),
            (Names{"blue 192.168.15.5", "host 192.168.15.2"}));
}

TEST(Planner, WhatChecksNeedIsKnownBothWays) {
  const PlanOptions options{.pairs = {{NodeId(0), topology::address("192.168.15.2")}}};
  EXPECT_EQ(neighbors_of(plan_of(container_network(), options)),
            (Names{"red 192.168.15.2", "blue 192.168.15.1"}));
}

TEST(Planner, ANodeWhoseArpIsUnderTestGetsNoNeighbors) {
  const PlanOptions options{.pairs = {{NodeId(0), topology::address("192.168.15.2")}},
                            .resolving = {NodeId(0)}};
  EXPECT_EQ(neighbors_of(plan_of(container_network(), options)), (Names{"blue 192.168.15.1"}));
}

TEST(Planner, AllNeighborsMeansEveryoneOnASegment) {
  EXPECT_EQ(neighbors_of(plan_of(container_network(), {.neighbors = Neighbors::All})).size(),
            3U * 2U + 2U);
  EXPECT_EQ(neighbors_of(plan_of(container_nat(), {.neighbors = Neighbors::None})), Names{});
}

TEST(Planner, AStatedNeighborIsNotOverruled) {
  Topology net = container_nat();
  const auto wrong = MacAddress::parse("02:00:00:00:99:99").value();
  net.node(NodeId(1)).neighbors.push_back(
      {{.interface = "veth-blue", .address = topology::address("192.168.15.5"), .mac = wrong}});
  const auto neighbors = all<AddNeighbor>(plan_of(net));
  ASSERT_EQ(neighbors.size(), 2U);
  EXPECT_EQ(neighbors[0].neighbor.mac, wrong);
}

TEST(Planner, WritesForwardingBeforeAllOtherSysctls) {
  const auto sysctls = all<SetSysctl>(plan_of(container_network()));
  EXPECT_EQ(sysctls.front().sysctl, (state::Sysctl{"net.ipv4.ip_forward", "0"}));
  EXPECT_EQ(value_of(plan_of(container_network()), NodeId(2), "net.ipv4.ip_forward"), "1");
}

TEST(Planner, SwitchesIpv6OffWhereNobodyHasIt) {
  Topology net = container_network();
  EXPECT_EQ(value_of(plan_of(net), NodeId(0), "net.ipv6.conf.all.disable_ipv6"), "1");
  net.node(NodeId(3)).loopback.push_back(at("fd00::3/128"));
  EXPECT_EQ(value_of(plan_of(net), NodeId(0), "net.ipv6.conf.all.disable_ipv6"), "0");
}

TEST(Planner, TheTopologysSysctlsOverruleThePins) {
  Topology net = container_network();
  net.node(NodeId(0)).sysctls.push_back({{"net/ipv4/conf/all/rp_filter", "1"}});
  const Plan plan = plan_of(net);
  EXPECT_EQ(value_of(plan, NodeId(0), "net/ipv4/conf/all/rp_filter"), "1");
  EXPECT_EQ(value_of(plan, NodeId(0), "net.ipv4.conf.all.rp_filter"), "not set");
}

TEST(Planner, SysctlsOfAnInterfaceWaitForIt) {
  Topology net = container_network();
  net.node(NodeId(0)).sysctls.push_back({{"net.ipv4.conf.veth-red.rp_filter", "2"}});
  const Plan plan = plan_of(net);
  const auto sysctl = std::ranges::find(
      plan.steps, Operation(SetSysctl{NodeId(0), {"net.ipv4.conf.veth-red.rp_filter", "2"}, false}),
      &Step::operation);
  const auto last_veth = std::ranges::find_if(plan.steps.rbegin(), plan.steps.rend(), [](auto& s) {
    return std::holds_alternative<CreateVeth>(s.operation);
  });
  ASSERT_NE(sysctl, plan.steps.end());
  EXPECT_GT(sysctl, last_veth.base() - 1);
}

TEST(Planner, AnImpatientNodeGivesUpOnNeighborsSoon) {
  const Plan plan = plan_of(container_network(), {.impatient = {NodeId(0)}});
  EXPECT_EQ(value_of(plan, NodeId(0), "net/ipv4/neigh/veth-red/retrans_time_ms"), "20");
  EXPECT_EQ(value_of(plan, NodeId(1), "net/ipv4/neigh/veth-blue/retrans_time_ms"), "not set");
}

TEST(Planner, WhoAnswersArpForOthersDoesNotWaitBefore) {
  Topology net = container_network();
  net.node(NodeId(0)).sysctls = {{{"net.ipv4.conf.veth-red.proxy_arp", "1"}}};
  const Plan plan = plan_of(net);
  EXPECT_EQ(value_of(plan, NodeId(0), "net/ipv4/neigh/veth-red/proxy_delay"), "0");
  EXPECT_EQ(value_of(plan, NodeId(1), "net/ipv4/neigh/veth-blue/proxy_delay"), "not set");
}

TEST(Planner, TheFilesOwnPatienceIsKept) {
  Topology net = container_network();
  net.node(NodeId(0)).sysctls = {{{"net.ipv4.neigh.veth-red.mcast_solicit", "9"}}};
  const Plan plan = plan_of(net, {.impatient = {NodeId(0)}});
  EXPECT_EQ(value_of(plan, NodeId(0), "net/ipv4/neigh/veth-red/mcast_solicit"), "not set");
  EXPECT_EQ(value_of(plan, NodeId(0), "net.ipv4.neigh.veth-red.mcast_solicit"), "9");
}

// "net.ipv4.ip_forward" and "net/ipv4/ip_forward" are one sysctl, whichever is written.
TEST(Planner, ASysctlIsExpectedOnceInWhicheverSpelling) {
  States states(1);
  foresee(SetSysctl{NodeId(0), {"net.ipv4.ip_default_ttl", "1"}}, states);
  foresee(SetSysctl{NodeId(0), {"net/ipv4/ip_default_ttl", "2"}}, states);
  ASSERT_EQ(states[0].sysctls.size(), 1U);
  EXPECT_EQ(states[0].sysctls[0].value, "2");
}

// What is said of conf.all.forwarding stood beside the pin of ip_forward, which contradicted it.
TEST(Planner, ForwardingOfAllIsTheSwitchThatIpForwardIs) {
  Topology net = container_network();
  net.node(NodeId(0)).sysctls = {{{"net.ipv4.conf.all.forwarding", "1"}}};
  const Plan plan = plan_of(net);
  EXPECT_EQ(value_of(plan, NodeId(0), "net.ipv4.ip_forward"), "not set");
  States states(1);
  foresee(SetSysctl{NodeId(0), {"net.ipv4.ip_forward", "1"}}, states);
  foresee(SetSysctl{NodeId(0), {"net.ipv4.conf.all.forwarding", "0"}}, states);
  EXPECT_EQ(states[0].sysctls, (std::vector<state::Sysctl>{{"net.ipv4.ip_forward", "0"}}));
}

// inet_forward_change; to write what holds already changes nothing.
TEST(Planner, ToSwitchForwardingResetsItAtEveryInterface) {
  States states(1);
  const auto set = [&](const char* name, const char* value) {
    foresee(SetSysctl{NodeId(0), {name, value}}, states);
  };
  set("net.ipv4.ip_forward", "1");
  set("net.ipv4.conf.eth0.forwarding", "0");
  set("net.ipv4.ip_forward", "1");
  EXPECT_EQ(states[0].sysctls.back().value, "0");
  set("net.ipv4.conf.all.forwarding", "0");
  set("net.ipv4.conf.all.forwarding", "1");
  EXPECT_EQ(states[0].sysctls.back().value, "1");
}

TEST(Planner, ARouteSaysTheInterfaceOfItsGateway) {
  const auto routes = all<AddRoute>(plan_of(container_nat()));
  ASSERT_EQ(routes.size(), 1U);
  EXPECT_EQ(routes[0].route->interface, "veth-blue");
}

TEST(Planner, RefusesAGatewayThatNobodyReaches) {
  Topology net = container_network();
  net.node(NodeId(0)).routes.push_back({route("0.0.0.0/0", "10.0.0.1"), {"net.topo.yaml", 7, 3}});
  net.node(NodeId(1)).routes.push_back({route("10.1.0.0/16", "10.0.0.2"), {"net.topo.yaml", 8, 3}});
  EXPECT_EQ(issues_of(net),
            "net.topo.yaml:7:3: error: route default via 10.0.0.1: no interface of red is on a "
            "network with gateway 10.0.0.1\n"
            "net.topo.yaml:8:3: error: route 10.1.0.0/16 via 10.0.0.2: no interface of blue is on "
            "a network with gateway 10.0.0.2\n");
}

TEST(Planner, RefusesMoreNeighborsThanTheMachineKeeps) {
  const PlanOptions options{.neighbors = Neighbors::None, .limits = Limits{.neighbor_entries = 1}};
  EXPECT_EQ(issues_of(container_nat(), options),
            "error: the nodes would learn 2 ipv4 neighbours, but this machine's table holds 1: "
            "raise net.ipv4.neigh.default.gc_thresh3, or let the plan make permanent entries\n");
}

TEST(Planner, RefusesABridgeThatOverflowsTheBacklog) {
  EXPECT_EQ(issues_of(container_network(), {.limits = Limits{.backlog = 1}}),
            "error: bridge v-eth-0 has 2 ports, but a frame to all of them would overflow this "
            "machine's backlog of 1 frames: raise net.core.netdev_max_backlog\n");
}

TEST(Expected, ABridgeHasTheSmallestMtuOfItsPortsUnlessStated) {
  Topology net("mtu");
  const NodeId host = net.add_node({.name = "host"});
  net.add_node({.name = "a"});
  net.add_bridge({.name = "auto", .node = host});
  net.add_bridge({.name = "set", .node = host, .mtu = 1300});
  net.connect({.ends = {topology::endpoint(net, "host:auto/p1"), topology::endpoint(net, "a:e1")},
               .mtu = 1400});
  net.connect({.ends = {topology::endpoint(net, "host:set/p2"), topology::endpoint(net, "a:e2")},
               .mtu = 1400});
  const state::Namespace ns = expected(plan_of(net))[host.index()];
  const auto mtu = [&](const std::string& name) {
    return std::ranges::find(ns.links, name, &state::Link::name)->mtu;
  };
  EXPECT_EQ(mtu("auto"), 1400U);
  EXPECT_EQ(mtu("set"), 1300U);
}

TEST(Expected, AnInterfaceThatGoesDownLosesItsRoutesAndNeighbors) {
  const Plan plan = plan_of(container_nat());
  States states = expected(plan);
  foresee(SetLink{.node = NodeId(1), .interface = "veth-blue", .up = false}, states);
  EXPECT_TRUE(states[1].routes.empty());
  EXPECT_TRUE(states[1].neighbors.empty());
  EXPECT_EQ(states[1].addresses.size(), 1U);
}

TEST(Shell, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_quoted("veth-red"), "veth-red");
  EXPECT_EQ(shell_quoted("net.ipv4.ip_local_port_range=1 2"), "'net.ipv4.ip_local_port_range=1 2'");
  EXPECT_EQ(shell_quoted("a'; rm -r b"), "'a'\\''; rm -r b'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace topoproof::plan
