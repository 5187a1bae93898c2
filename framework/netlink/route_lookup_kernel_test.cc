// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel says of packets that it would not deliver: the facts that verdicts rest on.
#include <chrono>
#include <set>

#include <gtest/gtest.h>

#include "netlink/kernel_namespace.hh"
#include "netlink/route_lookup.hh"
#include "netlink/settle.hh"
#include "sys/error.hh"
#include "sys/kernel_test.hh"

namespace topoproof::netlink {
namespace {

using state::RouteType;

//   10.0.0.9  ------ eth0 10.0.0.1/24  [router]  10.1.0.1/24 eth1 ------  10.1.0.9
//   fd00::9          fd00::1/64                  fd01::1/64               fd01::9
class RouteLookupTest : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    connect(router, {.name = "eth0", .index = 5}, hosts, {.name = "left", .index = 6});
    connect(router, {.name = "eth1", .index = 7}, hosts, {.name = "right", .index = 8});
    router.up("lo");
    for (const char* text : {"10.0.0.1/24", "fd00::1/64"}) router.add(address("eth0", text));
    for (const char* text : {"10.1.0.1/24", "fd01::1/64"}) router.add(address("eth1", text));
    refuse(RouteType::Blackhole, "10.9.0.0/16", "fd09::/64");
    refuse(RouteType::Unreachable, "10.10.0.0/16", "fd0a::/64");
    refuse(RouteType::Prohibit, "10.11.0.0/16", "fd0b::/64");
    router.commit();
    hosts.up("left");
    hosts.up("right");
    hosts.commit();
    set_rp_filter("0");
    forward("1");
    Socket events = router.open(Protocol::Route);
    ASSERT_TRUE(await_addresses(router.socket, events, {ip("fd00::1"), ip("fd01::1")},
                                sys::Clock::now() + std::chrono::seconds(20))
                    .empty());
  }

  void refuse(RouteType type, const char* v4, const char* v6) {
    router.add(state::Route{.type = type, .destination = prefix(v4)});
    router.add(state::Route{.type = type, .destination = prefix(v6)});
  }
  void forward(const char* value) {
    router.sysctl("net.ipv4.ip_forward", value);
    router.sysctl("net.ipv6.conf.all.forwarding", value);
  }
  // The stricter of "all" and the interface's own counts.
  void set_rp_filter(const char* value) {
    router.sysctl("net.ipv4.conf.all.rp_filter", value);
    router.sysctl("net.ipv4.conf.eth0.rp_filter", value);
  }

  std::string text(const std::expected<state::Route, int>& answer) {
    if (!answer) return sys::error_name(answer.error());
    std::string way = state::to_string(answer->type);
    if (answer->gateway) way += " via " + to_string(*answer->gateway);
    if (answer->interface) way += " dev " + *answer->interface;
    return way;
  }
  RouteQuestion question(const char* source, const char* destination) {
    return {.destination = ip(destination), .source = ip(source), .incoming = "eth0"};
  }
  // A packet in transit, in at eth0.
  std::string decision(const char* source, const char* destination) {
    return text(look_up_route(router.socket, router.names, question(source, destination)));
  }
  // Kernels before 6.14 say EXDEV to the reverse path filter, later ones EINVAL.
  bool is_source_refused(const char* source, const char* destination) {
    const std::string answer = decision(source, destination);
    return answer == "EINVAL" || answer == "EXDEV";
  }
  // A packet that the router itself sends.
  std::string own(const char* destination) {
    return text(look_up_route(router.socket, router.names, {.destination = ip(destination)}));
  }

  KernelNamespace router;
  KernelNamespace hosts;
};

TEST_F(RouteLookupTest, TransitIsForwarded) {
  EXPECT_EQ(decision("10.0.0.9", "10.1.0.9"), "unicast dev eth1");
  EXPECT_EQ(decision("fd00::9", "fd01::9"), "unicast dev eth1");
  router.add(state::Route{.destination = prefix("10.2.0.0/16"), .gateway = ip("10.1.0.9")});
  router.commit();
  EXPECT_EQ(decision("10.0.0.9", "10.2.0.9"), "unicast via 10.1.0.9 dev eth1");
}

TEST_F(RouteLookupTest, LocalDeliveryAndBroadcast) {
  EXPECT_EQ(decision("10.0.0.9", "10.0.0.1"), "local dev lo");
  EXPECT_EQ(decision("10.0.0.9", "10.1.0.1"), "local dev lo");
  EXPECT_EQ(decision("fd00::9", "fd01::1"), "local dev lo");
  EXPECT_EQ(decision("fd00::9", "fd00::1"), "local dev lo");
  EXPECT_EQ(decision("10.0.0.9", "10.0.0.255"), "broadcast dev lo");
  EXPECT_EQ(own("10.0.0.1"), "local dev lo");
}

TEST_F(RouteLookupTest, TheEntryThatDecidesIsTold) {
  const auto host = question("10.0.0.9", "10.1.0.9");
  EXPECT_EQ(look_up_route(router.socket, router.names, host)->destination, prefix("10.1.0.9"));
  EXPECT_EQ(match_route(router.socket, router.names, host)->destination, prefix("10.1.0.0/24"));
  const auto host6 = question("fd00::9", "fd01::9");
  EXPECT_EQ(match_route(router.socket, router.names, host6)->destination, prefix("fd01::/64"));
}

TEST_F(RouteLookupTest, NoRoute) {
  EXPECT_EQ(decision("10.0.0.9", "10.99.0.1"), "ENETUNREACH");
  EXPECT_EQ(decision("fd00::9", "fdff::1"), "ENETUNREACH");
  EXPECT_EQ(own("10.99.0.1"), "ENETUNREACH");
  EXPECT_EQ(own("fdff::1"), "ENETUNREACH");
}

TEST_F(RouteLookupTest, RoutesThatRefuse) {
  EXPECT_EQ(decision("10.0.0.9", "10.9.0.1"), "EINVAL");
  EXPECT_EQ(decision("10.0.0.9", "10.10.0.1"), "EHOSTUNREACH");
  EXPECT_EQ(decision("10.0.0.9", "10.11.0.1"), "EACCES");
  EXPECT_EQ(decision("fd00::9", "fd09::1"), "EINVAL");
  EXPECT_EQ(decision("fd00::9", "fd0a::1"), "EHOSTUNREACH");
  EXPECT_EQ(decision("fd00::9", "fd0b::1"), "EACCES");
  EXPECT_EQ(own("10.9.0.1"), "EINVAL");
  EXPECT_EQ(own("10.10.0.1"), "EHOSTUNREACH");
  EXPECT_EQ(own("10.11.0.1"), "EACCES");
  EXPECT_EQ(own("fd09::1"), "EINVAL");
  EXPECT_EQ(own("fd0a::1"), "EHOSTUNREACH");
  EXPECT_EQ(own("fd0b::1"), "EACCES");
}

// IPv4 says EHOSTUNREACH whatever the tables say; only asking as a sender tells an unreachable
// route from it. IPv6 looks at forwarding when the packet is there, and not here.
TEST_F(RouteLookupTest, ForwardingOff) {
  forward("0");
  for (const char* destination : {"10.1.0.9", "10.99.0.1", "10.9.0.1", "10.10.0.1"}) {
    EXPECT_EQ(decision("10.0.0.9", destination), "EHOSTUNREACH") << destination;
  }
  EXPECT_EQ(own("10.1.0.9"), "unicast dev eth1");
  EXPECT_EQ(own("10.10.0.1"), "EHOSTUNREACH");
  EXPECT_EQ(decision("10.0.0.9", "10.0.0.1"), "local dev lo");
  EXPECT_EQ(decision("fd00::9", "fd01::9"), "unicast dev eth1");
  EXPECT_EQ(decision("fd00::9", "fdff::1"), "ENETUNREACH");
}

// The same errno as a blackhole's; asking as a sender tells them apart. IPv6 has no such check.
TEST_F(RouteLookupTest, MartianSource) {
  for (const char* source : {"127.0.0.1", "10.0.0.1", "10.1.0.1", "255.255.255.255", "224.0.0.1"}) {
    EXPECT_EQ(decision(source, "10.1.0.9"), "EINVAL") << source;
  }
  EXPECT_EQ(own("10.1.0.9"), "unicast dev eth1");
  EXPECT_EQ(decision("10.99.0.1", "10.1.0.9"), "unicast dev eth1");
  EXPECT_EQ(decision("fd00::1", "fd01::9"), "unicast dev eth1");
}

TEST_F(RouteLookupTest, MartianDestination) {
  for (const char* destination : {"127.0.0.1", "0.0.0.0"}) {
    EXPECT_EQ(decision("10.0.0.9", destination), "EINVAL") << destination;
  }
}

TEST_F(RouteLookupTest, ReversePathFilter) {
  EXPECT_EQ(decision("10.1.0.8", "10.1.0.9"), "unicast dev eth1");
  set_rp_filter("1");
  EXPECT_EQ(decision("10.0.0.9", "10.1.0.9"), "unicast dev eth1");
  EXPECT_TRUE(is_source_refused("10.1.0.8", "10.1.0.9"));
  EXPECT_TRUE(is_source_refused("10.99.0.8", "10.1.0.9"));
  EXPECT_TRUE(is_source_refused("10.99.0.8", "10.0.0.1"));
  set_rp_filter("2");
  EXPECT_EQ(decision("10.1.0.8", "10.1.0.9"), "unicast dev eth1");
  EXPECT_TRUE(is_source_refused("10.99.0.8", "10.1.0.9"));
}

TEST_F(RouteLookupTest, LinkDown) {
  hosts.change({.name = "right", .up = false});
  hosts.commit();
  EXPECT_EQ(decision("10.0.0.9", "10.1.0.9"), "unicast dev eth1");  // no carrier, still routed
  router.change({.name = "eth1", .up = false});
  router.commit();
  EXPECT_EQ(decision("10.0.0.9", "10.1.0.9"), "ENETUNREACH");
}

TEST_F(RouteLookupTest, RulesAndMarksCount) {
  router.add(state::Rule{.priority = 100, .mark = state::FirewallMark{.value = 7}, .table = 1000});
  router.add(state::Rule{.priority = 101,
                         .from = prefix("10.0.0.66"),
                         .action = state::RuleAction::Prohibit,
                         .table = 0});
  router.add(state::Route{.gateway = ip("10.0.0.9"), .table = 1000});
  router.commit();
  RouteQuestion marked = question("10.0.0.9", "10.1.0.9");
  marked.mark = 7;
  const auto answer = look_up_route(router.socket, router.names, marked);
  EXPECT_EQ(text(answer), "unicast via 10.0.0.9 dev eth0");
  EXPECT_EQ(answer->table, 1000U);
  EXPECT_EQ(decision("10.0.0.66", "10.1.0.9"), "EACCES");
}

TEST_F(RouteLookupTest, PortsChooseAmongPaths) {
  router.add(state::Route{.destination = prefix("10.5.0.0/16"),
                          .next_hops = {{.gateway = ip("10.0.0.9")}, {.gateway = ip("10.1.0.9")}}});
  router.commit();
  router.sysctl("net.ipv4.fib_multipath_hash_policy", "1");
  std::set<std::string> ways;
  for (std::uint16_t port = 1; port <= 64; ++port) {
    RouteQuestion flow = question("10.0.0.9", "10.5.0.1");
    flow.protocol = std::uint8_t{17};
    flow.source_port = port;
    flow.destination_port = std::uint16_t{53};
    ways.insert(text(look_up_route(router.socket, router.names, flow)));
  }
  EXPECT_EQ(ways, (std::set<std::string>{"unicast via 10.0.0.9 dev eth0",
                                         "unicast via 10.1.0.9 dev eth1"}));
}

}  // namespace
}  // namespace topoproof::netlink
