// SPDX-License-Identifier: GPL-2.0-or-later
// The fates with IPv6, where the kernel's words differ: other ICMP types, other errnos, and it
// does not say when it refuses to forward.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/fate_test.hh"

namespace topoproof::runner {
namespace {

using checks::RoutedPair;
using checks::rules_of;
using checks::Story;
using checks::to_ipv6_text;

constexpr const char* kDefault = "routes: [default via fd01::1]";

std::string network(RoutedPair pair) {
  if (pair.a == RoutedPair().a) pair.a = kDefault;
  if (pair.b == RoutedPair().b) pair.b = "routes: [default via fd02::1]";
  return to_ipv6_text(pair);
}

std::string rule_at_b(std::string_view hook, std::string_view policy, std::string_view rule) {
  return network({.b = "routes: [default via fd02::1], " + rules_of(hook, policy, rule)});
}

std::string rule_at_r(std::string_view hook, std::string_view policy, std::string_view rule) {
  return network({.r = "forwarding: true, " + rules_of(hook, policy, rule)});
}

std::string rule_at_a(std::string_view hook, std::string_view policy, std::string_view rule) {
  return network({.a = fmt::format("{}, {}", kDefault, rules_of(hook, policy, rule))});
}

std::string route_at_r(std::string_view route) {
  return network({.r = fmt::format("forwarding: true, routes: ['{}']", route)});
}

std::string route_at_a(std::string_view route) {
  return network({.a = fmt::format("routes: ['{}']", route)});
}

using enum flow::FateKind;

const Story kStories[] = {
    {"EchoDelivered", network({}), "a -> b icmp", Delivered,
     "delivered at b, reply delivered at a"},
    {"DatagramDelivered", network({}), "a -> b udp/53", Delivered,
     "delivered at b, reply delivered at a"},
    {"ConnectionDelivered", network({}), "a -> b tcp/80", Delivered,
     "delivered at b, reply delivered at a"},
    {"ConnectionRefused", network({}), "a -> b tcp/80", Refused,
     "refused at b: b answered tcp reset from fd02::2"},
    {"DatagramRefused", network({}), "a -> b udp/53", Refused,
     "refused at b: b answered icmpv6 1/4 from fd02::2"},
    {"RejectedByTheTarget", rule_at_b("input", "accept", "udp dport 53 reject"), "a -> b udp/53",
     Rejected,
     "rejected at b: b answered icmpv6 1/4 from fd02::2, by fates.scenario.yaml:4 inet f c: udp "
     "dport 53 reject"},
    {"ConnectionRejectedByTheTarget",
     rule_at_b("input", "accept", "tcp dport 80 reject with tcp reset"), "a -> b tcp/80", Rejected,
     "rejected at b: b answered tcp reset from fd02::2, by fates.scenario.yaml:4 inet f c: tcp "
     "dport 80 reject with tcp reset"},
    {"RejectedOnTheWay", rule_at_r("forward", "accept", "udp dport 53 reject"), "a -> b udp/53",
     Rejected,
     "rejected at r: r answered icmpv6 1/4 from fd01::1, by fates.scenario.yaml:3 inet f c: udp "
     "dport 53 reject"},
    {"ConnectionResetOnTheWay",
     rule_at_r("forward", "accept", "tcp dport 80 reject with tcp reset"), "a -> b tcp/80",
     Rejected,
     "rejected at r: r answered tcp reset from fd02::2, by fates.scenario.yaml:3 inet f c: tcp "
     "dport 80 reject with tcp reset"},
    {"ProhibitedOnTheWay",
     rule_at_r("forward", "accept", "meta l4proto ipv6-icmp reject with icmpv6 admin-prohibited"),
     "a -> b icmp", Rejected,
     "rejected at r: r answered icmpv6 1/1 from fd01::1, by fates.scenario.yaml:3 inet f c: meta "
     "l4proto ipv6-icmp reject with icmpv6 admin-prohibited"},
    {"RejectedAtHome", rule_at_a("output", "accept", "udp dport 53 reject"), "a -> b udp/53",
     Rejected, "rejected at a: fates.scenario.yaml:2 inet f c: udp dport 53 reject"},
    {"DroppedInInput", rule_at_b("input", "accept", "icmpv6 type echo-request drop"), "a -> b icmp",
     Dropped, "dropped at b: fates.scenario.yaml:4 inet f c: icmpv6 type echo-request drop"},
    {"ConnectionDroppedInInput", rule_at_b("input", "accept", "tcp dport 80 drop"), "a -> b tcp/80",
     Dropped, "dropped at b: fates.scenario.yaml:4 inet f c: tcp dport 80 drop"},
    {"DroppedByPolicyInForward", rule_at_r("forward", "drop", ""), "a -> b tcp/80", Dropped,
     "dropped at r: inet f c: policy drop"},
    {"DroppedInPrerouting", rule_at_r("prerouting", "accept", "ip6 daddr fd02::2 drop"),
     "a -> b icmp", Dropped,
     "dropped at r: fates.scenario.yaml:3 inet f c: ip6 daddr fd02::2 drop"},
    {"DroppedInPostrouting", rule_at_r("postrouting", "accept", "ip6 daddr fd02::2 drop"),
     "a -> b udp/53", Dropped,
     "dropped at r: fates.scenario.yaml:3 inet f c: ip6 daddr fd02::2 drop"},
    {"DroppedInOutput", rule_at_a("output", "accept", "icmpv6 type echo-request drop"),
     "a -> b icmp", Dropped,
     "dropped at a: fates.scenario.yaml:2 inet f c: icmpv6 type echo-request drop"},
    {"NoRouteAtHome", network({.a = ""}), "a -> b icmp", NoRoute,
     "no_route at a: the send was refused: Network is unreachable"},
    {"ConnectionWithoutRouteAtHome", network({.a = ""}), "a -> b tcp/80", NoRoute,
     "no_route at a: the send was refused: Network is unreachable"},
    {"BlackholeAtHome", route_at_a("blackhole fd02::/64"), "a -> b icmp", NoRoute,
     "no_route at a: the send was refused: Invalid argument (blackhole for fd02::2)"},
    {"UnreachableAtHome", route_at_a("unreachable fd02::/64"), "a -> b udp/53", NoRoute,
     "no_route at a: the send was refused: No route to host (unreachable for fd02::2)"},
    {"ProhibitAtHome", route_at_a("prohibit fd02::/64"), "a -> b tcp/80", NoRoute,
     "no_route at a: the send was refused: Permission denied (prohibit for fd02::2)"},
    {"NoRouteOnTheWay", network({}), "a -> fd03::2 icmp", NoRoute,
     "no_route at r: r answered icmpv6 1/0 from fd01::1"},
    {"ConnectionWithoutRouteOnTheWay", network({}), "a -> fd03::2 tcp/80", NoRoute,
     "no_route at r: r answered icmpv6 1/0 from fd01::1"},
    {"BlackholeOnTheWay", route_at_r("blackhole fd03::/64"), "a -> fd03::2 icmp", NoRoute,
     "no_route at r: the route says blackhole for fd03::2 (EINVAL)"},
    {"UnreachableOnTheWay", route_at_r("unreachable fd03::/64"), "a -> fd03::2 udp/53", NoRoute,
     "no_route at r: r answered icmpv6 1/0 from fd01::1"},
    {"ProhibitOnTheWay", route_at_r("prohibit fd03::/64"), "a -> fd03::2 tcp/80", NoRoute,
     "no_route at r: r answered icmpv6 1/1 from fd01::1"},
    {"NotForwarding", network({.r = ""}), "a -> b icmp", NotForwarding,
     "not_forwarding at r: r does not forward ipv6"},
    {"ConnectionNotForwarded", network({.r = ""}), "a -> b tcp/80", NotForwarding,
     "not_forwarding at r: r does not forward ipv6"},
    {"NobodyAtHome", network({}), "a -> fd01::9 icmp", NoNeighbor,
     "no_neighbor at a: a answered icmpv6 1/3 from fd01::2"},
    {"NobodyAtHomeForAConnection", network({}), "a -> fd01::9 tcp/80", NoNeighbor,
     "no_neighbor at a: a answered icmpv6 1/3 from fd01::2"},
    {"NobodyOnTheWay", network({}), "a -> fd02::9 udp/53", NoNeighbor,
     "no_neighbor at r: r answered icmpv6 1/3 from fd01::1"},
    {"TtlExceeded", network({}), "a -> b icmp ttl 1", TtlExceeded,
     "ttl_exceeded at r: r answered icmpv6 3/0 from fd01::1"},
    {"DatagramsTtlExceeded", network({}), "a -> b udp/53 ttl 1", TtlExceeded,
     "ttl_exceeded at r: r answered icmpv6 3/0 from fd01::1"},
    {"ConnectionsTtlExceeded", network({}), "a -> b tcp/80 ttl 1", TtlExceeded,
     "ttl_exceeded at r: r answered icmpv6 3/0 from fd01::1"},
    {"TooBigAtHome", network({}), "a -> b icmp size 3000 df", TooBig,
     "too_big at a: the send was refused: Message too long (route fd02::2/128 via fd01::1 dev eth0 "
     "src fd01::2 metric 1024)"},
    {"TooBigOnTheWay", network({.right = "mtu: 1300"}), "a -> b icmp size 1400 df", TooBig,
     "too_big at r: r answered icmpv6 2/0 from fd01::1"},
    {"DatagramTooBigOnTheWay", network({.right = "mtu: 1300"}), "a -> b udp/53 size 1400 df",
     TooBig, "too_big at r: r answered icmpv6 2/0 from fd01::1"},
    {"LoopbackAddressOnTheWire", network({}), "a -> b icmp source ::1", Martian,
     "martian at r: ::1 -> fd02::2 icmp has an address that comes from no wire"},
};

INSTANTIATE_TEST_SUITE_P(Ipv6, FateTest, testing::ValuesIn(kStories),
                         [](const auto& story) { return std::string(story.param.name); });

}  // namespace
}  // namespace topoproof::runner
