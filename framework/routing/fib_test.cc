// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing/fib.hh"

#include <gtest/gtest.h>

#include "routing/complete.hh"

namespace topoproof::routing {
namespace {

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

// lo, eth0 10.0.0.1/24, eth1 10.1.0.1/24
Slot slot_of(std::string_view name) {
  return name == "lo" ? kLoopback : name == "eth0" ? 1 : name == "eth1" ? 2 : kNoSlot;
}

state::Namespace two_networks() {
  state::Namespace ns;
  ns.links = {
      state::make_loopback(true), {.name = "eth0", .up = true}, {.name = "eth1", .up = true}};
  ns.addresses = {{.interface = "eth0", .address = InterfaceAddress::parse("10.0.0.1/24").value()},
                  {.interface = "eth1", .address = InterfaceAddress::parse("10.1.0.1/24").value()}};
  return ns;
}

Fib make_fib(state::Namespace ns) { return Fib(complete(std::move(ns)), Family::Ipv4, slot_of); }

Slot way(const Fib& fib, Query query) {
  const Found found = fib.find(query);
  return found.refusal == Refusal::None ? found.hops.front().interface : kNoSlot;
}

TEST(Fib, OwnAddressesAreLocal) {
  const Fib fib = make_fib(two_networks());
  const Found found = fib.find({.destination = ip("10.1.0.1")});
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.route->type, state::RouteType::Local);
}

TEST(Fib, TheLongestPrefixWinsThenTheMetric) {
  state::Namespace ns = two_networks();
  ns.routes = {{.destination = prefix("0.0.0.0/0"), .gateway = ip("10.0.0.9"), .interface = "eth0"},
               {.destination = prefix("10.9.0.0/16"),
                .gateway = ip("10.1.0.9"),
                .interface = "eth1",
                .metric = 5},
               {.destination = prefix("10.9.0.0/16"),
                .gateway = ip("10.0.0.9"),
                .interface = "eth0",
                .metric = 7}};
  const Fib fib = make_fib(ns);
  EXPECT_EQ(way(fib, {.destination = ip("8.8.8.8")}), 1);
  EXPECT_EQ(way(fib, {.destination = ip("10.9.1.1")}), 2);
  EXPECT_EQ(way(fib, {.destination = ip("10.9.1.1"), .outgoing = 1}), 1);
}

TEST(Fib, RefusalsAreToldApart) {
  state::Namespace ns = two_networks();
  ns.routes = {{.type = state::RouteType::Blackhole, .destination = prefix("10.9.1.0/24")},
               {.type = state::RouteType::Unreachable, .destination = prefix("10.9.2.0/24")},
               {.type = state::RouteType::Prohibit, .destination = prefix("10.9.3.0/24")}};
  const Fib fib = make_fib(ns);
  EXPECT_EQ(fib.find({.destination = ip("10.9.1.1")}).refusal, Refusal::Blackhole);
  EXPECT_EQ(fib.find({.destination = ip("10.9.2.1")}).refusal, Refusal::Unreachable);
  EXPECT_EQ(fib.find({.destination = ip("10.9.3.1")}).refusal, Refusal::Prohibit);
  EXPECT_EQ(fib.find({.destination = ip("10.9.4.1")}).refusal, Refusal::NoRoute);
}

TEST(Fib, AMarkSelectsATable) {
  state::Namespace ns = two_networks();
  ns.routes = {{.destination = prefix("0.0.0.0/0"), .interface = "eth0"},
               {.destination = prefix("0.0.0.0/0"), .interface = "eth1", .table = 7}};
  ns.rules = {{.priority = 100, .from = {}, .mark = state::FirewallMark{.value = 1}, .table = 7}};
  const Fib fib = make_fib(ns);
  EXPECT_EQ(way(fib, {.destination = ip("8.8.8.8")}), 1);
  EXPECT_EQ(way(fib, {.destination = ip("8.8.8.8"), .mark = 1}), 2);
  EXPECT_TRUE(fib.has_custom_rules());
  EXPECT_FALSE(make_fib(two_networks()).has_custom_rules());
}

TEST(Fib, ThrowGoesOnWithTheNextRule) {
  state::Namespace ns = two_networks();
  ns.routes = {{.destination = prefix("0.0.0.0/0"), .interface = "eth0"},
               {.destination = prefix("0.0.0.0/0"), .interface = "eth1", .table = 7},
               {.type = state::RouteType::Throw, .destination = prefix("10.9.0.0/16"), .table = 7}};
  ns.rules = {{.priority = 100, .from = prefix("10.0.0.0/24"), .table = 7}};
  const Fib fib = make_fib(ns);
  EXPECT_EQ(way(fib, {.source = ip("10.0.0.5"), .destination = ip("8.8.8.8")}), 2);
  EXPECT_EQ(way(fib, {.source = ip("10.0.0.5"), .destination = ip("10.9.0.1")}), 1);
}

TEST(Fib, ARuleOfAnInterfaceThatIsNotThereMatchesNothing) {
  state::Namespace ns = two_networks();
  ns.rules = {{.priority = 1,
               .from = {},
               .incoming = "eth7",
               .action = state::RuleAction::Prohibit,
               .table = 0}};
  EXPECT_EQ(way(make_fib(ns), {.destination = ip("10.0.0.7")}), 1);
}

TEST(Fib, AWiderScopeThanAskedForIsNoWay) {
  state::Namespace ns = two_networks();
  ns.routes = {
      {.destination = prefix("0.0.0.0/0"), .gateway = ip("10.0.0.9"), .interface = "eth0"}};
  EXPECT_EQ(way(make_fib(ns), {.destination = ip("8.8.8.8"), .scope = state::RouteScope::Link}),
            kNoSlot);
}

}  // namespace
}  // namespace topoproof::routing
