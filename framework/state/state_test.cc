// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "state/difference.hh"
#include "state/namespace.hh"

namespace topoproof::state {
namespace {

using namespace std::chrono_literals;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
Prefix prefix(const char* text) { return Prefix::parse(text).value(); }
Address address(const char* interface, const char* text) {
  return {.interface = interface, .address = InterfaceAddress::parse(text).value()};
}
std::string diff_text(const Namespace& expected, const Namespace& found) {
  return to_string(diff(expected, found));
}

TEST(Normalize, AnAgeingTimeThatStpShortensIsNoDifference) {
  const auto bridge = [](bool stp, std::chrono::seconds ageing) {
    return Namespace{.links = {{.name = "br",
                                .kind = LinkKind::Bridge,
                                .bridge = BridgeOptions{.stp = stp, .ageing_time = ageing}}}};
  };
  using std::chrono::seconds;
  EXPECT_EQ(normalize(bridge(true, seconds(4))), normalize(bridge(true, seconds(300))));
  EXPECT_NE(normalize(bridge(false, seconds(4))), normalize(bridge(false, seconds(300))));
}

TEST(Describe, ReadsLikeIp) {
  EXPECT_EQ(describe(Link{.name = "veth-red",
                          .index = 5,
                          .mac = MacAddress::from_bits(0x020000000001),
                          .up = true,
                          .master = "br0",
                          .port = PortOptions{.isolated = true, .learning = false}}),
            "link veth-red veth index 5 mac 02:00:00:00:00:01 mtu 1500 up master br0 "
            "port isolated on learning off");
  EXPECT_EQ(describe(Route{.destination = prefix("10.2.0.0/16"),
                           .gateway = ip("10.1.0.2"),
                           .interface = "eth0",
                           .metric = 7}),
            "route 10.2.0.0/16 via 10.1.0.2 dev eth0 metric 7");
  EXPECT_EQ(describe(Route{.type = RouteType::Blackhole, .destination = prefix("10.9.0.0/16")}),
            "route blackhole 10.9.0.0/16");
  EXPECT_EQ(describe(Route{.next_hops = {{.gateway = ip("10.0.0.1"), .interface = "a"},
                                         {.gateway = ip("10.1.0.1"), .weight = 2}}}),
            "route default nexthop via 10.0.0.1 dev a weight 1 nexthop via 10.1.0.1 weight 2");
  EXPECT_EQ(describe(Rule{.priority = 100, .mark = FirewallMark{.value = 1}, .table = 7}),
            "ipv4 rule 100: from all fwmark 0x1 lookup 7");
  EXPECT_EQ(describe(Neighbor{
                .interface = "eth0", .address = ip("fd00::2"), .state = NeighborState::Failed}),
            "neighbor fd00::2 on eth0 is unknown failed");
}

TEST(Describe, ABridgeSaysItsTimes) {
  EXPECT_EQ(describe(BridgeOptions{.forward_delay = 0s, .hello_time = Centiseconds(150)}),
            "stp off ageing_time 300s forward_delay 0s hello_time 1.5s max_age 20s priority 32768 "
            "mcast_snooping on");
}

TEST(NaturalScope, IsLinkWhereThereIsNoGateway) {
  EXPECT_EQ(natural_scope({.destination = prefix("10.0.0.0/8"), .interface = "eth0"}),
            RouteScope::Link);
  EXPECT_EQ(natural_scope({.destination = prefix("10.0.0.0/8"), .gateway = ip("10.0.0.1")}),
            RouteScope::Global);
  EXPECT_EQ(natural_scope({.type = RouteType::Blackhole}), RouteScope::Global);
  EXPECT_EQ(natural_scope({.destination = prefix("fd00::/8"), .interface = "eth0"}),
            RouteScope::Global);
}

TEST(Normalize, LeavesWhatWasConfigured) {
  const Namespace configured{
      .links = {make_loopback(true)},
      .addresses = {address("eth0", "10.0.0.1/24"), address("lo", "10.255.0.1/32")},
      .routes = {{.gateway = ip("10.0.0.2")}},
      .rules = {{.priority = 100, .table = 7}},
      .neighbors = {{.interface = "eth0", .address = ip("10.0.0.2"), .mac = MacAddress{}}}};
  Namespace with_the_kernels = configured;
  with_the_kernels.addresses.push_back(address("lo", "127.0.0.1/8"));
  with_the_kernels.addresses.push_back(address("eth0", "fe80::1/64"));
  with_the_kernels.routes.push_back({.destination = prefix("10.0.0.0/24"),
                                     .interface = "eth0",
                                     .protocol = RouteProtocol::Kernel});
  with_the_kernels.rules.push_back({.priority = 0, .table = kTableLocal});
  with_the_kernels.rules.push_back({.family = Family::Ipv6, .priority = 32766});
  with_the_kernels.neighbors.push_back(
      {.interface = "eth0", .address = ip("10.0.0.9"), .state = NeighborState::Reachable});
  EXPECT_EQ(normalize(with_the_kernels), normalize(configured));
}

TEST(Normalize, ALoopbackThatIsDownIsTheKernels) {
  EXPECT_EQ(normalize({.links = {make_loopback(false)}}), Namespace{});
  EXPECT_NE(normalize({.links = {make_loopback(true)}}), Namespace{});
}

TEST(Diff, SaysNothingAboutWhatWasNotSaid) {
  const Namespace expected{
      .links = {{.name = "eth0", .up = true}},
      .routes = {{.destination = prefix("fd00::/64"), .gateway = ip("fd01::1")}}};
  const Namespace found{.links = {{.name = "eth0", .index = 7, .mac = MacAddress{}, .up = true}},
                        .routes = {{.destination = prefix("fd00::/64"),
                                    .gateway = ip("fd01::1"),
                                    .interface = "eth0",
                                    .metric = 1024,
                                    .scope = RouteScope::Global}},
                        .sysctls = {{"net.ipv4.ip_forward", "1"}}};
  EXPECT_EQ(diff_text(expected, found), "");
}

TEST(Diff, PairsAChangedObjectAndNamesMissingAndExtraOnes) {
  const Namespace expected{
      .links = {{.name = "eth0", .up = true}, {.name = "eth1"}},
      .addresses = {address("eth0", "10.0.0.1/24")},
      .sysctls = {{"net.ipv4.ip_forward", "1"}},
  };
  const Namespace found{
      .links = {{.name = "eth0"}},
      .addresses = {address("eth0", "10.0.0.1/24"), address("eth0", "10.0.0.3/24")},
      .sysctls = {{"net.ipv4.ip_forward", "0"}},
  };
  EXPECT_EQ(diff_text(expected, found),
            "- link eth0 veth mtu 1500 up\n"
            "+ link eth0 veth mtu 1500 down\n"
            "- link eth1 veth mtu 1500 down\n"
            "+ address 10.0.0.3/24 on eth0\n"
            "- sysctl net.ipv4.ip_forward = 1\n"
            "+ sysctl net.ipv4.ip_forward = 0\n");
}

TEST(Diff, MultipathHopsMayComeInAnyOrder) {
  const Route route{.next_hops = {{.gateway = ip("10.0.0.1"), .interface = "a"},
                                  {.gateway = ip("10.1.0.1"), .interface = "b", .weight = 3}}};
  Route turned = route;
  std::swap(turned.next_hops[0], turned.next_hops[1]);
  EXPECT_EQ(diff_text({.routes = {route}}, {.routes = {turned}}), "");
  turned.next_hops[0].weight = 2;
  EXPECT_NE(diff_text({.routes = {route}}, {.routes = {turned}}), "");
}

}  // namespace
}  // namespace topoproof::state
