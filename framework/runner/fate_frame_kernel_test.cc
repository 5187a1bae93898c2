// SPDX-License-Identifier: GPL-2.0-or-later
// Fates on bridges, and of frames that a check makes itself, byte for byte.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "packet/stack.hh"
#include "runner/fate_test.hh"

namespace topoproof::runner::fate_frame_kernel_test {
namespace {

using checks::rules_of;
using checks::Story;
using checks::to_text;
using scenario::CheckResult;
using scenario::Outcome;

using enum flow::FateKind;
using packet::Stack;

//   red   .1 ---- p1 +
//   blue  .2 ---- p2 +-- br0 .9 [ host ]       10.0.0.0/24
//   green .3 ---- p3 +
std::string bridged(std::string_view red, std::string_view blue, std::string_view host = "") {
  return fmt::format(
      "nodes:\n  red: {{}}\n  blue: {{}}\n  green: {{}}\n"
      "  host: {{ bridges: {{ br0: {{ ipv4: 10.0.0.9/24 }} }}{} }}\n"
      "links:\n"
      "  - endpoints: ['red:eth0 10.0.0.1/24', {{ bridge: br0, interface: p1, {} }}]\n"
      "  - endpoints: ['blue:eth0 10.0.0.2/24', {{ bridge: br0, interface: p2, {} }}]\n"
      "  - endpoints: ['green:eth0 10.0.0.3/24', {{ bridge: br0, interface: p3 }}]\n",
      host, red, blue);
}

std::string isolated() { return bridged("isolated: true", "isolated: true"); }

std::string with_bridge_rule(std::string_view rule) {
  return bridged("", "",
                 fmt::format(", nftables: \"table bridge f {{\\n chain c {{\\n type filter hook "
                             "forward priority 0;\\n{}\\n }}\\n}}\"",
                             rule));
}

// As the planner numbers the interfaces: a:eth0 is the first, r:left the second.
constexpr MacAddress kSender = MacAddress::from_bits(0x02'00'00'00'00'65);
constexpr MacAddress kRouter = MacAddress::from_bits(0x02'00'00'00'00'66);

Stack from_to(const char* source, const char* destination, std::uint8_t ttl = 64) {
  return packet::ether({.src = kSender, .dst = kRouter}) /
         packet::ipv4({.ttl = ttl,
                       .src = Ipv4Address::parse(source).value(),
                       .dst = Ipv4Address::parse(destination).value()});
}

Stack echo() { return packet::icmp({.id = 7, .sequence = 1}) / packet::payload("a raw echo"); }
Stack datagram() { return packet::udp({.sport = 999, .dport = 53}) / packet::payload("raw"); }
Stack segment(std::uint8_t flags) {
  return packet::tcp({.sport = 999, .dport = 80, .seq = 77, .ack = 5, .flags = flags});
}
Stack answer_to_echo() {
  return packet::icmp({.type = packet::Icmp::kEchoReply, .id = 7, .sequence = 1}) /
         packet::payload("a raw echo");
}
// As if it had sent a datagram there.
Stack port_unreachable() {
  const Bytes quoted = packet::build(
      packet::ipv4({.src = Ipv4Address(10, 2, 0, 2), .dst = Ipv4Address(10, 1, 0, 2)}) /
      datagram());
  return packet::icmp({.type = packet::Icmp::kUnreachable, .code = packet::Icmp::kPort}) /
         packet::payload(quoted);
}
std::string dropping_invalid() {
  return to_text(
      {.r = "forwarding: true, " + rules_of("forward", "accept", "ct state invalid drop")});
}
Stack syn() {
  return packet::tcp({.sport = 999, .dport = 80, .seq = 77, .flags = packet::Tcp::kSyn});
}

std::string raw(const Stack& stack) {
  return fmt::format("{{ from: a, interface: eth0, frame: {} }}", to_hex(packet::build(stack)));
}

std::string listening(std::string_view service) {
  return to_text({.b = fmt::format("routes: [default via 10.2.0.1], listens: [{}]", service)});
}

const Story kBridgeStories[] = {
    {"EchoBetweenIsolatedPorts", isolated(), "red -> blue icmp", Dropped,
     "dropped at host: p1 and the port of 10.0.0.2 are isolated from each other"},
    {"ConnectionBetweenIsolatedPorts", isolated(), "red -> blue tcp/80", Dropped,
     "dropped at host: p1 and the port of 10.0.0.2 are isolated from each other"},
    {"FromAnIsolatedPortToAnother", isolated(), "red -> green icmp", Delivered,
     "delivered at green, reply delivered at red"},
    {"FromAnIsolatedPortToTheHost", isolated(), "red -> host udp/53", Delivered,
     "delivered at host, reply delivered at red"},
    {"ToAnIsolatedPort", bridged("", "isolated: true"), "red -> blue tcp/80", Delivered,
     "delivered at blue, reply delivered at red"},
    {"NobodyBehindTheBridge", bridged("", ""), "red -> 10.0.0.7 icmp", NoNeighbor,
     "no_neighbor at red: red answered icmp 3/1 from 10.0.0.1"},
    {"DroppedByARuleOfTheBridge", with_bridge_rule("udp dport 53 drop"), "red -> blue udp/53",
     Dropped, "dropped at host: fates.scenario.yaml:5 bridge f c: udp dport 53 drop"},
    {"PassedByTheRulesOfTheBridge", with_bridge_rule("udp dport 53 drop"), "red -> blue icmp",
     Delivered, "delivered at blue, reply delivered at red"},
};

const Story kFrameStories[] = {
    {"EchoFrame", to_text({}), raw(from_to("10.1.0.2", "10.2.0.2") / echo()), Delivered,
     "delivered at b"},
    {"DatagramFrame", listening("udp/53"), raw(from_to("10.1.0.2", "10.2.0.2") / datagram()),
     Delivered, "delivered at b"},
    {"ConnectionFrame", listening("tcp/80"), raw(from_to("10.1.0.2", "10.2.0.2") / syn()),
     Delivered, "delivered at b"},
    {"DatagramFrameToAClosedPort", to_text({}), raw(from_to("10.1.0.2", "10.2.0.2") / datagram()),
     Refused, "refused at b: b answered icmp 3/3 from 10.2.0.2"},
    {"ConnectionFrameToAClosedPort", to_text({}), raw(from_to("10.1.0.2", "10.2.0.2") / syn()),
     Refused, "refused at b: b answered tcp reset from 10.2.0.2"},
    {"ResetFrame", to_text({}), raw(from_to("10.1.0.2", "10.2.0.2") / segment(packet::Tcp::kRst)),
     Lost, "lost at b: last seen at b"},
    {"ResetFrameThatBelongsToNothing", dropping_invalid(),
     raw(from_to("10.1.0.2", "10.2.0.2") / segment(packet::Tcp::kRst)), Dropped,
     "dropped at r: fates.scenario.yaml:3 inet f c: ct state invalid drop"},
    {"SegmentFrameWithoutConnection", to_text({}),
     raw(from_to("10.1.0.2", "10.2.0.2") / segment(packet::Tcp::kAck)), Refused,
     "refused at b: b answered tcp reset from 10.2.0.2"},
    {"ErrorFrame", to_text({}), raw(from_to("10.1.0.2", "10.2.0.2") / port_unreachable()),
     Delivered, "delivered at b"},
    {"ErrorFrameThatBelongsToNothing", dropping_invalid(),
     raw(from_to("10.1.0.2", "10.2.0.2") / port_unreachable()), Dropped,
     "dropped at r: fates.scenario.yaml:3 inet f c: ct state invalid drop"},
    {"AnswerFrame", to_text({}), raw(from_to("10.1.0.2", "10.2.0.2") / answer_to_echo()), Delivered,
     "delivered at b"},
    {"FrameInDisguise", to_text({}), raw(from_to("10.2.0.1", "10.2.0.2") / echo()), Martian,
     "martian at r: 10.2.0.1 -> 10.2.0.2 icmp fails source or destination validation: Invalid "
     "argument"},
    {"FrameFromTheLoopback", to_text({}), raw(from_to("127.0.0.1", "10.2.0.2") / echo()), Martian,
     "martian at r: 127.0.0.1 -> 10.2.0.2 icmp fails source or destination validation: Invalid "
     "argument"},
    {"OldFrame", to_text({}), raw(from_to("10.1.0.2", "10.2.0.2", 1) / echo()), TtlExceeded,
     "ttl_exceeded at r: r answered icmp 11/0 from 10.1.0.1"},
    {"FrameWithoutRoute", to_text({}), raw(from_to("10.1.0.2", "10.3.0.2") / echo()), NoRoute,
     "no_route at r: r answered icmp 3/0 from 10.1.0.1"},
    {"DroppedFrame",
     to_text({.r = "forwarding: true, " + rules_of("forward", "accept", "udp dport 53 drop")}),
     raw(from_to("10.1.0.2", "10.2.0.2") / datagram()), Dropped,
     "dropped at r: fates.scenario.yaml:3 inet f c: udp dport 53 drop"},
};

constexpr auto kName = [](const auto& story) { return std::string(story.param.name); };
INSTANTIATE_TEST_SUITE_P(Bridges, FateTest, testing::ValuesIn(kBridgeStories), kName);
INSTANTIATE_TEST_SUITE_P(Frames, FateTest, testing::ValuesIn(kFrameStories), kName);

// a .1 ---- .2 b: what b takes in meets the rule.
std::string with_input_rule(std::string_view rule) {
  return fmt::format(
      "nodes:\n  a: {{}}\n  b: {{ {} }}\n"
      "links: ['a:eth0 10.1.0.1/24 -- b:eth0 10.1.0.2/24']\n",
      rules_of("input", "accept", rule));
}

std::string all_told(const std::vector<CheckResult>& results) {
  std::string text;
  for (const CheckResult& result : results) text += told(result) + "\n";
  return text;
}

class StatefulRuleTest : public sys::KernelTest {};

TEST_F(StatefulRuleTest, ALimitCountsTheChecksOneByOne) {
  const auto network = with_input_rule("udp dport 53 limit rate over 1/hour burst 2 packets drop");
  EXPECT_EQ(all_told(run_checks(network,
                                "  - a -> b udp/53: delivered\n"
                                "  - a -> b udp/53: delivered\n"
                                "  - a -> b udp/53: dropped\n"
                                "  - a -> b udp/53: dropped\n")),
            "passed: delivered at b, reply delivered at a\n"
            "passed: delivered at b, reply delivered at a\n"
            "passed: dropped at b: fates.scenario.yaml:3 inet f c: udp dport 53 limit rate over "
            "1/hour burst 2 packets "
            "drop\n"
            "passed: dropped at b: fates.scenario.yaml:3 inet f c: udp dport 53 limit rate over "
            "1/hour burst 2 packets "
            "drop\n");
}

// A fence would be the second packet: every drop would be followed by another.
TEST_F(StatefulRuleTest, NoFenceTakesTheTurnOfACheck) {
  const auto network = with_input_rule("udp dport 53 numgen inc mod 2 1 drop");
  const auto results = run_checks(network,
                                  "  - a -> b udp/53: delivered\n"
                                  "  - a -> b udp/53: dropped\n"
                                  "  - a -> b udp/53: delivered\n"
                                  "  - a -> b udp/53: dropped\n");
  ASSERT_EQ(results.size(), 4U);
  for (const CheckResult& result : results)
    EXPECT_EQ(result.outcome, Outcome::Passed) << told(result);
}

}  // namespace
}  // namespace topoproof::runner::fate_frame_kernel_test
