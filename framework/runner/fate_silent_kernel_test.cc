// SPDX-License-Identifier: GPL-2.0-or-later
// Fates that are proved though nobody is told of them: a rule takes the router's own error, or
// takes the packet where only a device's hook sees it.
#include <gtest/gtest.h>

#include "runner/fate_test.hh"

namespace topoproof::runner::fate_silent_kernel_test {
namespace {

using checks::RoutedPair;
using checks::rules_of;
using checks::to_ipv6_text;
using checks::to_text;
using scenario::CheckResult;
using scenario::Outcome;

struct SilentStory {
  const char* name;
  std::string network;
  std::string check;
  std::string told;
};

std::ostream& operator<<(std::ostream& out, const SilentStory& story) { return out << story.name; }

RoutedPair with_rule_at_r(std::string_view hook, std::string_view rule) {
  return {.r = "forwarding: true, " + rules_of(hook, "accept", rule)};
}

RoutedPair without_errors() { return with_rule_at_r("output", "meta l4proto icmp drop"); }

std::string without_errors(std::string_view right) {
  RoutedPair network = without_errors();
  network.right = right;
  return to_text(network);
}

std::string ipv6_without_errors(std::string_view right) {
  RoutedPair network =
      with_rule_at_r("output", "icmpv6 type { time-exceeded, packet-too-big } drop");
  network.a = "routes: [default via fd01::1]";
  network.b = "routes: [default via fd02::1]";
  network.right = right;
  return to_ipv6_text(network);
}

std::string device_rule(std::string_view hook, std::string_view device, std::string_view rule) {
  return to_text({.r = fmt::format("forwarding: true, nftables: \"table netdev f {{\\n chain c "
                                   "{{\\n type filter hook {} device {} priority 0;\\n{}\\n "
                                   "}}\\n}}\"",
                                   hook, device, rule)});
}

std::vector<SilentStory> stories() {
  const std::string old = "ttl_exceeded at r: it came with a TTL of 1, and went no further";
  const std::string large =
      "too_big at r: it has 1328 bytes, may not be cut, and the way behind takes 1200";
  const std::string by_rule = "dropped at r: fates.scenario.yaml:3 netdev f c: ";
  const std::string there = "ip daddr 10.2.0.2 drop";
  const std::string back = "ip saddr 10.2.0.2 drop";
  return {
      {"EchosTtlExceeded", to_text(without_errors()), "a -> b icmp ttl 1: ttl_exceeded",
       "passed: " + old},
      {"DatagramsTtlExceeded", to_text(without_errors()), "a -> b udp/53 ttl 1: ttl_exceeded",
       "passed: " + old},
      {"ConnectionsTtlExceeded", to_text(without_errors()), "a -> b tcp/80 ttl 1: ttl_exceeded",
       "passed: " + old},
      {"HopLimitExceeded", ipv6_without_errors("mtu: 1500"), "a -> b icmp ttl 1: ttl_exceeded",
       "passed: " + old},
      {"EchoTooBig", without_errors("mtu: 1200"), "a -> b icmp size 1300 df: too_big",
       "passed: " + large},
      {"DatagramTooBig", without_errors("mtu: 1200"), "a -> b udp/53 size 1300 df: too_big",
       "passed: " + large},
      {"Ipv6EchoTooBig", ipv6_without_errors("mtu: 1280"), "a -> b icmp size 1300 df: too_big",
       "passed: too_big at r: it has 1348 bytes, may not be cut, and the way behind takes 1280"},
      {"DroppedByADevice", device_rule("ingress", "left", there), "a -> b icmp: dropped at r",
       "passed: " + by_rule + there},
      {"DatagramDroppedByADevice", device_rule("ingress", "left", there),
       "a -> b udp/53: dropped at r", "passed: " + by_rule + there},
      {"ConnectionDroppedByADevice", device_rule("ingress", "left", there),
       "a -> b tcp/80: dropped at r", "passed: " + by_rule + there},
      {"ReplyDroppedByADevice", device_rule("ingress", "right", back),
       "{ flow: a -> b icmp, should: delivered at b, reply: dropped }",
       "passed: delivered at b, reply " + by_rule + back},
      {"DroppedByADeviceThatItLeavesBy", device_rule("egress", "right", there),
       "a -> b icmp: dropped at r", "passed: " + by_rule + there}};
}

class SilentFateTest : public sys::KernelTest, public testing::WithParamInterface<SilentStory> {};

TEST_P(SilentFateTest, ShowsItsProof) {
  const SilentStory& story = GetParam();
  EXPECT_EQ(told(story.network, story.check), story.told);
}

INSTANTIATE_TEST_SUITE_P(Kernel, SilentFateTest, testing::ValuesIn(stories()),
                         [](const auto& story) { return std::string(story.param.name); });

using RepeatedCheck = sys::KernelTest;

// The sender was told the MTU of the way by the first, and refused the second by itself.
TEST_F(RepeatedCheck, FindsTheNetworkAsItWasPlanned) {
  const std::string check = "  - a -> b icmp size 1350 df: too_big at r\n";
  const std::string datagram = "  - a -> b udp/53 size 1350 df: too_big at r\n";
  const RoutedPair ipv4{.right = "mtu: 1300"};
  const RoutedPair ipv6{.a = "routes: [default via fd01::1]",
                        .b = "routes: [default via fd02::1]",
                        .right = "mtu: 1300"};
  for (const std::string& network : {to_text(ipv4), to_ipv6_text(ipv6)}) {
    for (const CheckResult& result : run_checks(network, check + check + datagram + check)) {
      EXPECT_EQ(result.outcome, Outcome::Passed) << told(result);
    }
  }
}

}  // namespace
}  // namespace topoproof::runner::fate_silent_kernel_test
