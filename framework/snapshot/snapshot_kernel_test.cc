// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/lab.hh"
#include "netfilter/text.hh"
#include "netlink/observe.hh"
#include "plan/planner.hh"
#include "snapshot/snapshot.hh"
#include "sys/kernel_test.hh"
#include "sys/process.hh"
#include "topofile/reader.hh"

namespace topoproof::snapshot {
namespace {

using SnapshotTest = sys::KernelTest;

constexpr std::string_view kNetwork = R"(
name: net
nodes:
  red:  { routes: [default via 10.0.0.5, blackhole 10.9.0.0/16], loopback: [10.255.0.1/32] }
  blue: { routes: ["default via 10.0.0.5 metric 7"], sysctls: { net.ipv4.conf.all.rp_filter: 2 } }
  host:
    forwarding: true
    bridges: { br0: { ipv4: 10.0.0.5/24, ipv6: fd00::5/64, ageing: 20s } }
    nftables: |
      table inet filter {
        set ports { type inet_service; elements = { 22, 80 } }
        chain forward { type filter hook forward priority filter; policy drop;
                        ct state established accept
                        tcp dport @ports counter accept
        }
      }
    masquerade: [{ from: 10.0.0.0/24, out: eth0 }]
  client: {}
links:
  - red:eth0 10.0.0.1/24 -- host:br0/p1
  - { endpoints: ["blue:eth0 10.0.0.2/24", { bridge: br0, node: host, interface: p2, isolated: true }], mtu: 1400 }
  - host:eth0 10.1.0.2/24 -- client:eth0 10.1.0.3/24
  - host:eth1 fd01::1/64 -- client:eth1 fd01::2/64
)";

topology::Topology read(const std::string& text) {
  Issues issues;
  const auto file = topofile::single_file(text, "net.topo.yaml");
  topology::Topology net = topofile::load_topology("net.topo.yaml", {}, file, issues);
  EXPECT_FALSE(has_errors(issues)) << to_string(issues) << text;
  return net;
}

plan::Plan plan_of(const topology::Topology& net) {
  const auto plan = plan::make_plan(net);
  if (!plan) throw std::runtime_error(to_string(plan.error()));
  return *plan;
}

std::vector<Place> places_of(const lab::Lab& lab) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < lab.nodes().size(); ++i) {
    places.push_back({lab.nodes()[i], lab.netns(NodeId(i)).dup()});
  }
  return places;
}

// What a node holds, but for what the kernel numbers by itself.
std::string holdings(lab::Lab& lab, NodeId node) {
  state::Namespace ns = state::normalize(lab.observe(node));
  for (state::Link& link : ns.links) {
    link.index.reset();
    link.peer_index.reset();
  }
  return state::describe(ns) +
         netfilter::list_ruleset_text(lab.netns(node), netfilter::Listing::Stateless);
}

TEST_F(SnapshotTest, OfALabRebuildsWhatTheLabIs) {
  lab::Lab lab(plan_of(read(std::string(kNetwork))));
  lab.settle();
  const Snapshot snapshot = take(places_of(lab), "net");
  EXPECT_EQ(fmt::format("{}", fmt::join(snapshot.not_captured, "\n")), "");
  const std::string text = to_yaml(snapshot, "");
  lab::Lab again(plan_of(read(text)));
  again.settle();
  EXPECT_EQ(to_string(again.differences()), "") << text;
  for (std::size_t i = 0; i < lab.nodes().size(); ++i) {
    EXPECT_EQ(holdings(lab, NodeId(i)), holdings(again, NodeId(i))) << text;
  }
}

sys::Netns with_commands(const std::string& script) {
  sys::Netns netns = sys::Netns::create();
  const auto run = sys::run_process({"sh", "-e"}, &netns, script);
  EXPECT_EQ(run.exit_status, 0) << run.output;
  return netns;
}

std::vector<Place> one_place(sys::Netns netns) {
  std::vector<Place> places;
  places.push_back({"box", std::move(netns)});
  return places;
}

TEST_F(SnapshotTest, SaysWhatItLeavesOut) {
  const auto places =
      one_place(with_commands("ip link add v0 type veth peer name v1\n"
                              "ip link add br0 type bridge stp_state 1 priority 4096\n"
                              "ip link set br0 up\n"));
  const Snapshot snapshot = take(places, "box");
  EXPECT_EQ(
      snapshot.not_captured,
      (std::vector<std::string>{
          "box: bridge br0: stp on ageing_time 300s forward_delay 15s hello_time 2s max_age "
          "20s priority 4096 mcast_snooping on",
          "box: lo is down; a topology builds it up", "box: v1 is down; a topology builds it up",
          "box: v0 is down; a topology builds it up"}));
  EXPECT_NE(to_yaml(snapshot, "").find("not_captured:"), std::string::npos);
  EXPECT_EQ(snapshot.topology.links().size(), 1U);
}

TEST_F(SnapshotTest, KeepsSysctlsOfInterfaces) {
  const auto places =
      one_place(with_commands("ip link set lo up\n"
                              "ip link add v0.1 type veth peer name v1\n"
                              "ip addr add 10.0.0.1/24 dev v0.1\n"
                              "ip link set v0.1 up; ip link set v1 up\n"
                              "sysctl -qw net/ipv4/conf/v0.1/rp_filter=2\n"
                              "sysctl -qw net/ipv4/conf/v1/proxy_arp=1\n"));
  const Snapshot snapshot = take(places, "box");
  std::vector<std::string> of_interfaces;
  for (const auto& sysctl : snapshot.topology.node(NodeId(0U)).sysctls) {
    if (sysctl.value.name.str().find("/v") == std::string::npos) continue;
    of_interfaces.push_back(sysctl.value.name.str() + "=" + sysctl.value.value.str());
  }
  EXPECT_EQ(of_interfaces, (std::vector<std::string>{"net/ipv4/conf/v1/proxy_arp=1",
                                                     "net/ipv4/conf/v0.1/rp_filter=2"}))
      << to_yaml(snapshot, "");
  EXPECT_EQ(fmt::format("{}", fmt::join(snapshot.not_captured, "\n")), "");
}

TEST_F(SnapshotTest, CallsANodeOtherwiseWhereItsNameIsNone) {
  std::vector<Place> places;
  places.push_back({"my box", sys::Netns::create()});
  const Snapshot snapshot = take(places, "box");
  EXPECT_EQ(snapshot.notes, std::vector<std::string>{"my box is called my-box here"});
  EXPECT_EQ(snapshot.not_captured,
            std::vector<std::string>{"my-box: lo is down; a topology builds it up"});
  EXPECT_NE(to_yaml(snapshot, "").find("# my box is called my-box here"), std::string::npos);
}

TEST_F(SnapshotTest, FindsTheFarEndAmongEqualIndexes) {
  // In each namespace eth0 has index 2, and so has its far end: only the namespaces' ids tell.
  std::vector<Place> places;
  for (const char* name : {"a", "b", "c", "d"}) places.push_back({name, sys::Netns::create()});
  const auto connect = [&](std::size_t near, std::size_t far) {
    const auto run = sys::run_process(
        {"ip", "link", "add", "eth0", "index", "2", "type", "veth", "peer", "name", "eth0", "index",
         "2", "netns", fmt::format("/proc/{}/fd/{}", ::getpid(), places[far].netns.fd())},
        &places[near].netns);
    EXPECT_EQ(run.exit_status, 0) << run.output;
  };
  connect(0, 2);
  connect(3, 1);
  const Snapshot snapshot = take(places, "four");
  std::vector<std::string> pairs;
  for (const topology::Link& link : snapshot.topology.links()) {
    pairs.push_back(snapshot.topology.node(link.ends[0].node).name +
                    snapshot.topology.node(link.ends[1].node).name);
  }
  EXPECT_EQ(pairs, (std::vector<std::string>{"ac", "bd"}));
}

TEST_F(SnapshotTest, TellsOfAnEndThatIsElsewhere) {
  sys::Netns outside = sys::Netns::create();
  sys::Netns inside = sys::Netns::create();
  const auto run =
      sys::run_process({"ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far", "netns",
                        fmt::format("/proc/{}/fd/{}", ::getpid(), outside.fd())},
                       &inside);
  ASSERT_EQ(run.exit_status, 0) << run.output;
  EXPECT_EQ(take(one_place(std::move(inside)), "box").not_captured,
            (std::vector<std::string>{
                "box: lo is down; a topology builds it up",
                "box: veth eth0, with its addresses and routes: its other end is in no place that "
                "was read"}));
}

std::string missed(const Snapshot& snapshot) {
  return fmt::format("{}", fmt::join(snapshot.not_captured, "\n"));
}

constexpr const char* kPair =
    "ip link set lo up\n"
    "ip link add v0 type veth peer name v1\n"
    "ip link set v0 up; ip link set v1 up\n";

TEST_F(SnapshotTest, KeepsSysctlsThatNoPlanSets) {
  const auto places =
      one_place(with_commands("ip link set lo up\n"
                              "sysctl -qw net.ipv4.icmp_echo_ignore_all=1\n"
                              "sysctl -qw net.ipv4.ip_default_ttl=7\n"
                              "sysctl -qw net.ipv4.tcp_syncookies=2\n"
                              "sysctl -qw net.ipv4.conf.all.proxy_arp=1\n"));
  const std::string text = to_yaml(take(places, "box"), "");
  for (const char* line : {"net.ipv4.icmp_echo_ignore_all: 1", "net.ipv4.ip_default_ttl: 7",
                           "net.ipv4.tcp_syncookies: 2", "net.ipv4.conf.all.proxy_arp: 1"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST_F(SnapshotTest, OfANewNamespaceHasNoSysctls) {
  const Snapshot snapshot = take(one_place(with_commands("ip link set lo up")), "box");
  std::string unplanned;
  for (const auto& sysctl : snapshot.topology.node(NodeId(0U)).sysctls) {
    if (sysctl.value.name.str().find("conf.") == std::string::npos)
      unplanned += sysctl.value.name.str() + " ";
  }
  EXPECT_EQ(unplanned,
            "net.ipv4.icmp_ratelimit net.ipv4.icmp_msgs_per_sec net.ipv4.icmp_msgs_burst ");
}

TEST_F(SnapshotTest, SaysWhichAddressesHaveAPeerOrNoRoute) {
  const auto places = one_place(with_commands(std::string(kPair) +
                                              "ip addr add 10.0.0.1 peer 10.0.0.2 dev v0\n"
                                              "ip addr add 10.7.0.1/24 dev v1 noprefixroute\n"));
  EXPECT_EQ(missed(take(places, "box")),
            "box: v1 has 10.7.0.1/24 without a route to its network\n"
            "box: v0 has 10.0.0.1 with the peer 10.0.0.2/32");
}

std::string addresses_in(const sys::Netns& netns) {
  return sys::run_process({"sh", "-c", "ip -br addr show dev v0 | sed 's/  */ /g'"}, &netns).output;
}

// They were written by value, and rebuilt in another order packets were sent with another one.
TEST_F(SnapshotTest, KeepsTheOrderOfAddresses) {
  const auto places =
      one_place(with_commands(std::string(kPair) + "ip addr add 10.0.0.9/24 dev v0\n"
                                                   "ip addr add 10.0.0.1/24 dev v0\n"
                                                   "ip addr add fd00::9/64 dev v0 nodad\n"
                                                   "ip addr add fd00::1/64 dev v0 nodad\n"
                                                   "ip addr add fd00::5/64 dev v0 nodad\n"));
  const std::string text = to_yaml(take(places, "box"), "");
  lab::Lab again(plan_of(read(text)));
  again.settle();
  const auto global = [](const std::string& addresses) {
    return addresses.substr(0, addresses.find(" fe80"));
  };
  EXPECT_EQ(global(addresses_in(again.netns(NodeId(0U)))),
            global(addresses_in(places.front().netns)))
      << text;
}

TEST_F(SnapshotTest, SaysThatPacketsAreTransformed) {
  sys::Netns netns = with_commands("ip link set lo up\n");
  const auto policy = sys::run_process({"ip", "xfrm", "policy", "add", "src", "10.0.0.0/8", "dst",
                                        "10.1.0.0/16", "dir", "out", "action", "block"},
                                       &netns);
  if (policy.exit_status != 0) TOPOPROOF_SKIP("policies of XFRM");
  EXPECT_EQ(missed(take(one_place(std::move(netns)), "box")),
            "box: XFRM (IPsec): policies: 1, states: 0");
}

TEST_F(SnapshotTest, SaysWhichFiltersPacketsMeet) {
  sys::Netns netns = with_commands(kPair);
  const auto filter = sys::run_process(
      {"sh", "-ec",
       "tc qdisc add dev v0 clsact\n"
       "tc filter add dev v0 ingress protocol ip u32 match ip src 10.0.0.1 classid 1:1\n"},
      &netns);
  if (filter.exit_status != 0) TOPOPROOF_SKIP("filters of tc");
  EXPECT_EQ(missed(take(one_place(std::move(netns)), "box")),
            "box: v0 has the queueing discipline clsact, with filters: u32");
}

TEST_F(SnapshotTest, SaysWhereArpIsOff) {
  const auto places = one_place(with_commands(std::string(kPair) + "ip link set v0 arp off\n"));
  EXPECT_EQ(missed(take(places, "box")), "box: v0 has ARP off");
}

TEST_F(SnapshotTest, KeepsTheMacOfABridge) {
  const auto places = one_place(
      with_commands(std::string(kPair) + "ip link add br0 type bridge; ip link set br0 up\n"
                                         "ip link set v0 master br0 address 02:00:00:00:77:01\n"));
  const Snapshot snapshot = take(places, "box");
  EXPECT_EQ(to_string(snapshot.topology.bridge(BridgeId(0U)).mac.value()), "02:00:00:00:77:01");
}

TEST_F(SnapshotTest, WritesOnlyRoutesThatCanBeRead) {
  const auto places =
      one_place(with_commands(std::string(kPair) + "ip addr add 10.0.0.1/24 dev v0\n"
                                                   "ip -6 route add local fd98::/64 dev lo\n"
                                                   "ip route add local 10.98.0.0/16 dev lo\n"
                                                   "ip route add 10.6.0.0/16 via 10.0.0.2\n"));
  const Snapshot snapshot = take(places, "box");
  const std::string all = missed(snapshot);
  for (const char* route : {"route local 10.98.0.0/16", "route local fd98::/64"})
    EXPECT_NE(all.find(route), std::string::npos) << route << " in\n" << all;
  EXPECT_EQ(snapshot.topology.node(NodeId(0U)).routes.size(), 1U);
  const std::string text = to_yaml(snapshot, "");
  EXPECT_EQ(to_string(check_text(text)), "") << text;
}

TEST_F(SnapshotTest, KeepsPolicyRoutingAsItIs) {
  const auto places = one_place(with_commands(std::string(kPair) +
                                              "ip addr add 10.0.0.1/24 dev v0\n"
                                              "ip link set v0 up; ip link set v1 up\n"
                                              "ip route add default via 10.0.0.2 table 7\n"
                                              "ip rule add from 10.0.0.0/8 lookup 7\n"
                                              "ip rule add not fwmark 51820 lookup 51820\n"
                                              "ip rule add lookup main suppress_prefixlength 0\n"
                                              "ip rule add iif v0 unreachable\n"));
  const Snapshot snapshot = take(places, "box");
  EXPECT_EQ(missed(snapshot).find("rule"), std::string::npos) << missed(snapshot);
  const std::string text = to_yaml(snapshot, "");
  EXPECT_NE(text.find("default via 10.0.0.2 dev v0 table 7"), std::string::npos) << text;
  for (const char* rule :
       {"from 10.0.0.0/8 lookup 7 priority 32765", "not from all fwmark 0xca6c lookup 51820",
        "lookup main suppress_prefixlength 0", "iif v0 unreachable"}) {
    EXPECT_NE(text.find(rule), std::string::npos) << rule << " in\n" << text;
  }
  EXPECT_EQ(to_string(check_text(text)), "") << text;
}

// A thread has capabilities of its own, and threads that it starts have those.
TEST_F(SnapshotTest, IsRefusedToWhoMayNotLook) {
  const auto places = one_place(sys::Netns::create());
  std::string refused;
  std::thread([&] {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, 2> none{};
    ASSERT_EQ(::syscall(SYS_capset, &header, none.data()), 0);
    try {
      take(places, "box");
    } catch (const std::runtime_error& error) {
      refused = error.what();
    }
  }).join();
  EXPECT_TRUE(refused.starts_with("'box' may not be looked into: ")) << refused;
  EXPECT_TRUE(refused.ends_with("; run this as root")) << refused;
}

TEST_F(SnapshotTest, KeepsRulesOfIptablesInItsOwnWords) {
  const auto places =
      one_place(with_commands("ip link set lo up\n"
                              "iptables -A INPUT -p tcp -m string --string x --algo bm -j ACCEPT\n"
                              "iptables -P INPUT DROP\n"));
  const Snapshot snapshot = take(places, "box");
  std::string text;
  for (const auto& rules : snapshot.topology.node(NodeId(0U)).rules) text += rules.text;
  EXPECT_NE(text.find("-m string --string"), std::string::npos) << text;
  EXPECT_EQ(fmt::format("{}", fmt::join(snapshot.not_captured, "\n")), "");
}

}  // namespace
}  // namespace topoproof::snapshot
