// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <gtest/gtest.h>

#include "lab/lab.hh"
#include "lab/sysctl_writer.hh"
#include "lab/test_topologies.hh"
#include "netlink/error.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::lab {
namespace {

using LabTest = sys::KernelTest;

plan::Step because_of_the_test(plan::Operation operation) {
  return {std::move(operation), "it is a test"};
}

TEST_F(LabTest, TheContainerNetworkIsAsItsPlanExpects) {
  Lab lab(plan_of(container_nat()));
  EXPECT_EQ(to_string(lab.differences()), "");
}

TEST_F(LabTest, EverythingThatAPlanCanSayIsThere) {
  Lab lab(plan_of(everything(),
                  {.neighbors = plan::Neighbors::All, .impatient = {NodeId(0), NodeId(1)}}));
  EXPECT_EQ(to_string(lab.differences()), "");
}

TEST_F(LabTest, ADifferenceShowsBothSides) {
  Lab lab(plan_of(container_nat()));
  sys::run_in(lab.netns(kHost), [] { sys::write_sysctl("net.ipv4.icmp_ratelimit", "2000"); });
  EXPECT_EQ(
      to_string(lab.differences()),
      "host:\n- sysctl net.ipv4.icmp_ratelimit = 0\n+ sysctl net.ipv4.icmp_ratelimit = 2000\n");
}

// What had to be written is read back at once; what new namespaces have anyway, when asked for.
TEST_F(LabTest, ReadingBackAfterBuildingLeavesOutWhatNobodyWrote) {
  Lab lab(plan_of(container_nat()));
  sys::run_in(lab.netns(kHost), [] { sys::write_sysctl("net.ipv4.conf.all.rp_filter", "2"); });
  EXPECT_EQ(to_string(lab.differences_of_building()), "");
  EXPECT_NE(to_string(lab.differences()), "");
  sys::run_in(lab.netns(kHost), [] { sys::write_sysctl("net.ipv4.icmp_ratelimit", "2000"); });
  EXPECT_NE(to_string(lab.differences_of_building()), "");
}

// A machine may say that interfaces are born forwarding where nothing forwards (as by
// net.ipv4.conf.default.forwarding=1), and its new namespaces have that from it.
TEST_F(LabTest, LinksForwardAsTheirNodeDoesWhateverTheMachineSays) {
  const sys::Netns netns = sys::Netns::create();
  sys::run_in(netns, [] {
    sys::Sysctls sysctls;
    for (const char* name : {"net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"}) {
      sys::write_sysctl("net.ipv4.conf.default.forwarding", "1");
      SysctlWriter writer;
      writer.begin_namespace(sysctls);
      EXPECT_FALSE(writer.write({name, "0"}, false));
      EXPECT_EQ(sysctls.read("net.ipv4.conf.default.forwarding"), "0") << name;
    }
  });
}

// They had the machine's, which decide who is answered and what is dropped.
TEST_F(LabTest, TakesNothingOverFromTheMachine) {
  Lab lab(plan_of(container_nat()));
  const auto& sysctls = lab.expected(kHost).sysctls;
  for (const char* name : {"proxy_arp", "route_localnet", "arp_filter", "accept_source_route",
                           "src_valid_mark", "drop_unicast_in_l2_multicast", "arp_accept"}) {
    const SharedText all = std::string("net.ipv4.conf.all.") + name;
    EXPECT_NE(std::ranges::find(sysctls, all, &state::Sysctl::name), sysctls.end()) << all;
  }
  EXPECT_EQ(to_string(lab.differences()), "");
}

TEST_F(LabTest, ARefusalNamesTheStepAndItsReason) {
  topology::Topology net = container_nat();
  net.node(kRed).routes.push_back({route("10.0.0.0/8", "192.168.15.5"), {"net.topo.yaml", 9, 5}});
  net.node(kRed).routes.push_back({route("10.0.0.0/8", "192.168.15.2"), {"net.topo.yaml", 10, 5}});
  try {
    Lab lab(plan_of(net));
    FAIL() << "the kernel took two routes to one network";
  } catch (const netlink::NetlinkError& refused) {
    EXPECT_STREQ(refused.what(),
                 "add route 10.0.0.0/8 via 192.168.15.2 dev veth-red in red "
                 "(net.topo.yaml:10:5): File exists");
  }
}

TEST_F(LabTest, ARefusedSysctlNamesTheStepToo) {
  topology::Topology net = container_nat();
  net.node(kRed).sysctls.push_back({{"net.ipv4.no_such_thing", "1"}, {"net.topo.yaml", 9, 5}});
  try {
    Lab lab(plan_of(net));
    FAIL() << "the kernel took a sysctl that does not exist";
  } catch (const sys::SystemError& refused) {
    EXPECT_STREQ(refused.what(),
                 "set sysctl net.ipv4.no_such_thing = 1 in red (net.topo.yaml:9:5): No such file "
                 "or directory");
  }
}

TEST_F(LabTest, ChangesArePerformedAndExpected) {
  Lab lab(plan_of(container_nat()));
  const plan::Step down =
      because_of_the_test(plan::SetLink{.node = kBlue, .interface = "veth-blue", .up = false});
  lab.change({&down, 1});
  EXPECT_FALSE(lab.observe(kBlue).links.back().up);
  EXPECT_EQ(to_string(lab.differences()), "");
}

TEST_F(LabTest, RoutesComeAndGo) {
  Lab lab(plan_of(container_nat()));
  state::Route way = route("10.0.0.0/8", "192.168.15.5");
  way.interface = "veth-red";
  const std::vector steps = {
      because_of_the_test(plan::AddRoute{kRed, way}),
      because_of_the_test(plan::SetSysctl{kRed, {"net.ipv4.ip_forward", "1"}, false})};
  lab.change(steps);
  EXPECT_EQ(to_string(lab.differences()), "");
  const plan::Step gone = because_of_the_test(plan::DeleteRoute{kRed, way});
  lab.change({&gone, 1});
  EXPECT_EQ(to_string(lab.differences()), "");
}

// As `ip route delete` takes it; it was told "No such process".
TEST_F(LabTest, ARouteWithAGatewayIsDeletedByItsInterfaceAlone) {
  Lab lab(plan_of(container_nat()));
  state::Route way = route("10.0.0.0/8", "192.168.15.5");
  way.interface = "veth-red";
  const plan::Step come = because_of_the_test(plan::AddRoute{kRed, way});
  lab.change({&come, 1});
  way.gateway.reset();
  const plan::Step gone = because_of_the_test(plan::DeleteRoute{kRed, way});
  lab.change({&gone, 1});
  EXPECT_EQ(to_string(lab.differences()), "");
}

TEST_F(LabTest, ForwardingIsSwitchedWithoutSideEffects) {
  Lab lab(plan_of(container_nat()));
  lab.change(plan::make_forwarding_steps(kHost, false, "it is a test"));
  EXPECT_EQ(to_string(lab.differences()), "");
  lab.change(plan::make_forwarding_steps(kHost, true, "it is a test"));
  EXPECT_EQ(to_string(lab.differences()), "");
}

// s1 br ====== br s2: two links, of which STP must block one
TEST_F(LabTest, ALoopThatStpBreaksComesToRest) {
  topology::Topology net("loop");
  const NodeId s1 = net.add_node({.name = "s1"});
  const NodeId s2 = net.add_node({.name = "s2"});
  const BridgeId b1 = net.add_bridge({.name = "br", .node = s1, .stp = true});
  const BridgeId b2 = net.add_bridge({.name = "br", .node = s2, .stp = true});
  for (const char* port : {"p1", "p2"}) {
    net.connect({.ends = {{{.node = s1, .interface = port, .bridge = b1},
                           {.node = s2, .interface = port, .bridge = b2}}}});
  }
  Lab lab(plan_of(net));
  EXPECT_NO_THROW(lab.settle());
}

// Its ports have a carrier and forward nothing: they were waited for until the time was over.
TEST_F(LabTest, PortsOfABridgeThatIsDownAreNotWaitedFor) {
  Lab lab(plan_of(container_nat()));
  lab.settle();
  const auto set_bridge = [&](bool up) {
    const plan::Step step =
        because_of_the_test(plan::SetLink{.node = kHost, .interface = "v-eth-0", .up = up});
    lab.change({&step, 1});
    lab.settle();
  };
  EXPECT_NO_THROW(set_bridge(false));
  EXPECT_NO_THROW(set_bridge(true));
}

TEST_F(LabTest, ThatIsStoppedIsNotBuilt) {
  std::atomic<bool> stop = false;
  const auto stop_now = [&](Lab&) { stop = true; };
  EXPECT_THROW(Lab(plan_of(container_nat()), stop_now, &stop), Stopped);
}

TEST_F(LabTest, ThatIsStoppedIsNeitherComparedNorWaitedFor) {
  std::atomic<bool> stop = false;
  Lab lab(plan_of(container_nat()), nullptr, &stop);
  stop = true;
  EXPECT_THROW(lab.settle(), Stopped);
  EXPECT_THROW(lab.differences(), Stopped);
}

TEST_F(LabTest, NamespacesExistBeforeTheirLinks) {
  std::size_t links = 99;
  Lab lab(plan_of(container_nat()), [&](Lab& born) { links = born.observe(kHost).links.size(); });
  EXPECT_EQ(links, 1U) << "the loopback only";
}

}  // namespace
}  // namespace topoproof::lab
