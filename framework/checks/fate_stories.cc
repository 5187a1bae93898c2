// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/fate_stories.hh"

#include <fmt/format.h>

#include "checks/routed_pair.hh"

namespace topoproof::checks {
namespace {

std::string rule_at_b(std::string_view hook, std::string_view policy, std::string_view rule) {
  return to_text({.b = "routes: [default via 10.2.0.1], " + rules_of(hook, policy, rule)});
}

std::string rule_at_r(std::string_view hook, std::string_view policy, std::string_view rule) {
  return to_text({.r = "forwarding: true, " + rules_of(hook, policy, rule)});
}

std::string rule_at_a(std::string_view hook, std::string_view policy, std::string_view rule) {
  return to_text({.a = "routes: [default via 10.1.0.1], " + rules_of(hook, policy, rule)});
}

std::string route_at_r(std::string_view route) {
  return to_text({.r = fmt::format("forwarding: true, routes: [{}]", route)});
}

std::string route_at_a(std::string_view route) {
  return to_text({.a = fmt::format("routes: [{}]", route)});
}

// What comes to r for port 80 or 53 goes on to `target`.
std::string forward_at_r(std::string_view target, std::string_view more = "forwarding: true") {
  return to_text(
      {.r = fmt::format("{}, port_forwards: [{{ address: 10.1.0.1, tcp: 80, to: {}:80 }}, "
                        "{{ address: 10.1.0.1, udp: 53, to: {}:53 }}]",
                        more, target, target)});
}

// As its source, a uses an address of its loopback that r does not expect there.
std::string with_source(std::string_view address, std::string_view r) {
  return to_text({.a = fmt::format("routes: [default via 10.1.0.1], loopback: {}/32", address),
                  .r = fmt::format("forwarding: true, {}", r)});
}

// The node's own refusal, an answer, or silence: each fate in the ways that it comes about.
}  // namespace

std::vector<Story> fate_stories() {
  using enum flow::FateKind;
  return {
      {"EchoDelivered", to_text({}), "a -> b icmp", Delivered,
       "delivered at b, reply delivered at a"},
      {"DatagramDelivered", to_text({}), "a -> b udp/53", Delivered,
       "delivered at b, reply delivered at a"},
      {"ConnectionDelivered", to_text({}), "a -> b tcp/80", Delivered,
       "delivered at b, reply delivered at a"},
      {"ConnectionRefused", to_text({}), "a -> b tcp/80", Refused,
       "refused at b: b answered tcp reset from 10.2.0.2"},
      {"DatagramRefused", to_text({}), "a -> b udp/53", Refused,
       "refused at b: b answered icmp 3/3 from 10.2.0.2"},
      {"RejectedByTheTarget", rule_at_b("input", "accept", "udp dport 53 reject"), "a -> b udp/53",
       Rejected,
       "rejected at b: b answered icmp 3/3 from 10.2.0.2, by fates.scenario.yaml:4 inet f c: udp "
       "dport 53 reject"},
      {"ConnectionRejectedByTheTarget",
       rule_at_b("input", "accept", "tcp dport 80 reject with tcp reset"), "a -> b tcp/80",
       Rejected,
       "rejected at b: b answered tcp reset from 10.2.0.2, by fates.scenario.yaml:4 inet f c: tcp "
       "dport 80 reject with tcp reset"},
      {"RejectedOnTheWay", rule_at_r("forward", "accept", "udp dport 53 reject"), "a -> b udp/53",
       Rejected,
       "rejected at r: r answered icmp 3/3 from 10.1.0.1, by fates.scenario.yaml:3 inet f c: udp "
       "dport 53 reject"},
      {"ConnectionResetOnTheWay",
       rule_at_r("forward", "accept", "tcp dport 80 reject with tcp reset"), "a -> b tcp/80",
       Rejected,
       "rejected at r: r answered tcp reset from 10.2.0.2, by fates.scenario.yaml:3 inet f c: tcp "
       "dport 80 reject with tcp reset"},
      {"ConnectionRejectedOnTheWay", rule_at_r("forward", "accept", "tcp dport 80 reject"),
       "a -> b tcp/80", Rejected,
       "rejected at r: r answered icmp 3/3 from 10.1.0.1, by fates.scenario.yaml:3 inet f c: tcp "
       "dport 80 reject"},
      {"ProhibitedOnTheWay",
       rule_at_r("forward", "accept", "ip protocol icmp reject with icmp admin-prohibited"),
       "a -> b icmp", Rejected,
       "rejected at r: r answered icmp 3/13 from 10.1.0.1, by fates.scenario.yaml:3 inet f c: ip "
       "protocol icmp reject with icmp admin-prohibited"},
      {"RejectedAtHome", rule_at_a("output", "accept", "udp dport 53 reject"), "a -> b udp/53",
       Rejected, "rejected at a: fates.scenario.yaml:2 inet f c: udp dport 53 reject"},
      {"ConnectionRejectedAtHome",
       rule_at_a("output", "accept", "tcp dport 80 reject with tcp reset"), "a -> b tcp/80",
       Rejected,
       "rejected at a: a answered tcp reset from 10.2.0.2, by fates.scenario.yaml:2 inet f c: tcp "
       "dport 80 reject with tcp reset"},
      {"DroppedInInput", rule_at_b("input", "accept", "icmp type echo-request drop"), "a -> b icmp",
       Dropped, "dropped at b: fates.scenario.yaml:4 inet f c: icmp type echo-request drop"},
      {"ConnectionDroppedInInput", rule_at_b("input", "accept", "tcp dport 80 drop"),
       "a -> b tcp/80", Dropped, "dropped at b: fates.scenario.yaml:4 inet f c: tcp dport 80 drop"},
      {"DroppedByPolicyInInput", rule_at_b("input", "drop", ""), "a -> b icmp", Dropped,
       "dropped at b: inet f c: policy drop"},
      {"DroppedInForward", rule_at_r("forward", "accept", "udp dport 53 drop"), "a -> b udp/53",
       Dropped, "dropped at r: fates.scenario.yaml:3 inet f c: udp dport 53 drop"},
      {"DroppedByPolicyInForward", rule_at_r("forward", "drop", ""), "a -> b tcp/80", Dropped,
       "dropped at r: inet f c: policy drop"},
      {"DroppedInPrerouting", rule_at_r("prerouting", "accept", "ip daddr 10.2.0.2 drop"),
       "a -> b icmp", Dropped,
       "dropped at r: fates.scenario.yaml:3 inet f c: ip daddr 10.2.0.2 drop"},
      {"DroppedByPolicyInPrerouting", rule_at_r("prerouting", "drop", ""), "a -> b udp/53", Dropped,
       "dropped at r: inet f c: policy drop"},
      {"DroppedInPostrouting", rule_at_r("postrouting", "accept", "ip daddr 10.2.0.2 drop"),
       "a -> b icmp", Dropped,
       "dropped at r: fates.scenario.yaml:3 inet f c: ip daddr 10.2.0.2 drop"},
      {"EchoDroppedInOutput", rule_at_a("output", "accept", "icmp type echo-request drop"),
       "a -> b icmp", Dropped,
       "dropped at a: fates.scenario.yaml:2 inet f c: icmp type echo-request drop"},
      {"DatagramDroppedInOutput", rule_at_a("output", "accept", "udp dport 53 drop"),
       "a -> b udp/53", Dropped, "dropped at a: fates.scenario.yaml:2 inet f c: udp dport 53 drop"},
      {"ConnectionDroppedInOutput", rule_at_a("output", "accept", "tcp dport 80 drop"),
       "a -> b tcp/80", Dropped, "dropped at a: fates.scenario.yaml:2 inet f c: tcp dport 80 drop"},
      {"DroppedByPolicyInOutput", rule_at_a("output", "drop", ""), "a -> b icmp", Dropped,
       "dropped at a: inet f c: policy drop"},
      {"NoRouteAtHome", to_text({.a = ""}), "a -> b icmp", NoRoute,
       "no_route at a: the send was refused: Network is unreachable"},
      {"ConnectionWithoutRouteAtHome", to_text({.a = ""}), "a -> b tcp/80", NoRoute,
       "no_route at a: the send was refused: Network is unreachable"},
      {"BlackholeAtHome", route_at_a("blackhole 10.2.0.0/24"), "a -> b icmp", NoRoute,
       "no_route at a: the send was refused: Invalid argument (blackhole for 10.2.0.2)"},
      {"UnreachableAtHome", route_at_a("unreachable 10.2.0.0/24"), "a -> b udp/53", NoRoute,
       "no_route at a: the send was refused: No route to host (unreachable for 10.2.0.2)"},
      {"ProhibitAtHome", route_at_a("prohibit 10.2.0.0/24"), "a -> b tcp/80", NoRoute,
       "no_route at a: the send was refused: Permission denied (prohibit for 10.2.0.2)"},
      {"NoRouteOnTheWay", to_text({}), "a -> 10.3.0.2 icmp", NoRoute,
       "no_route at r: r answered icmp 3/0 from 10.1.0.1"},
      {"ConnectionWithoutRouteOnTheWay", to_text({}), "a -> 10.3.0.2 tcp/80", NoRoute,
       "no_route at r: r answered icmp 3/0 from 10.1.0.1"},
      {"BlackholeOnTheWay", route_at_r("blackhole 10.3.0.0/24"), "a -> 10.3.0.2 icmp", NoRoute,
       "no_route at r: the route says blackhole for 10.3.0.2 (EINVAL)"},
      {"UnreachableOnTheWay", route_at_r("unreachable 10.3.0.0/24"), "a -> 10.3.0.2 udp/53",
       NoRoute, "no_route at r: r answered icmp 3/1 from 10.1.0.1"},
      {"ProhibitOnTheWay", route_at_r("prohibit 10.3.0.0/24"), "a -> 10.3.0.2 tcp/80", NoRoute,
       "no_route at r: r answered icmp 3/13 from 10.1.0.1"},
      {"NotForwarding", to_text({.r = ""}), "a -> b icmp", NotForwarding,
       "not_forwarding at r: r does not forward ipv4"},
      {"ConnectionNotForwarded", to_text({.r = ""}), "a -> b tcp/80", NotForwarding,
       "not_forwarding at r: r does not forward ipv4"},
      {"NotForwardingAtOneInterface",
       to_text({.r = "forwarding: true, sysctls: { net.ipv4.conf.left.forwarding: 0 }"}),
       "a -> b udp/53", NotForwarding, "not_forwarding at r: r does not forward ipv4"},
      {"ForwardedToWhereNothingIsForwarded", forward_at_r("10.2.0.2", "forwarding: false"),
       "a -> 10.1.0.1 tcp/80", NotForwarding, "not_forwarding at r: r does not forward ipv4"},
      {"ForwardedToNobody", forward_at_r("10.2.0.9"), "a -> 10.1.0.1 udp/53", NoNeighbor,
       "no_neighbor at r: r answered icmp 3/1 from 10.1.0.1"},
      {"ForwardedIntoABlackhole",
       forward_at_r("10.3.0.2", "forwarding: true, routes: [blackhole 10.3.0.0/24]"),
       "a -> 10.1.0.1 udp/53", NoRoute,
       "no_route at r: the route says blackhole for 10.3.0.2 (EINVAL)"},
      {"ForwardedIntoAProhibition",
       forward_at_r("10.3.0.2", "forwarding: true, routes: [prohibit 10.3.0.0/24]"),
       "a -> 10.1.0.1 tcp/80", NoRoute, "no_route at r: r answered icmp 3/13 from 10.1.0.1"},
      {"NobodyAtHome", to_text({}), "a -> 10.1.0.9 icmp", NoNeighbor,
       "no_neighbor at a: a answered icmp 3/1 from 10.1.0.2"},
      {"NobodyAtHomeForAConnection", to_text({}), "a -> 10.1.0.9 tcp/80", NoNeighbor,
       "no_neighbor at a: a answered icmp 3/1 from 10.1.0.2"},
      {"NobodyOnTheWay", to_text({}), "a -> 10.2.0.9 udp/53", NoNeighbor,
       "no_neighbor at r: r answered icmp 3/1 from 10.1.0.1"},
      {"TtlExceeded", to_text({}), "a -> b icmp ttl 1", TtlExceeded,
       "ttl_exceeded at r: r answered icmp 11/0 from 10.1.0.1"},
      {"DatagramsTtlExceeded", to_text({}), "a -> b udp/53 ttl 1", TtlExceeded,
       "ttl_exceeded at r: r answered icmp 11/0 from 10.1.0.1"},
      {"ConnectionsTtlExceeded", to_text({}), "a -> b tcp/80 ttl 1", TtlExceeded,
       "ttl_exceeded at r: r answered icmp 11/0 from 10.1.0.1"},
      {"TooBigAtHome", to_text({}), "a -> b icmp size 3000 df", TooBig,
       "too_big at a: the send was refused: Message too long (route 10.2.0.2/32 via 10.1.0.1 dev "
       "eth0 src 10.1.0.2)"},
      {"TooBigOnTheWay", to_text({.right = "mtu: 1200"}), "a -> b icmp size 1300 df", TooBig,
       "too_big at r: r answered icmp 3/4 from 10.1.0.1"},
      {"DatagramTooBigOnTheWay", to_text({.right = "mtu: 1200"}), "a -> b udp/53 size 1300 df",
       TooBig, "too_big at r: r answered icmp 3/4 from 10.1.0.1"},
      {"MartianByReversePath",
       with_source("10.9.0.1", "sysctls: { net.ipv4.conf.all.rp_filter: 1 }"),
       "a -> b icmp source 10.9.0.1", Martian,
       "martian at r: 10.9.0.1 -> 10.2.0.2 icmp fails source or destination validation: Invalid "
       "argument"},
      {"MartianBySource", with_source("10.2.0.1", ""), "a -> b icmp source 10.2.0.1", Martian,
       "martian at r: 10.2.0.1 -> 10.2.0.2 icmp fails source or destination validation: Invalid "
       "argument"},
      {"MartianAtHome", to_text({}), "a -> b icmp source 127.0.0.1", Martian,
       "martian at a: the send was refused: Invalid argument"},
  };
}

}  // namespace topoproof::checks
