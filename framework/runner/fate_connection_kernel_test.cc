// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of a connection behind its handshake: its data and both of its FINs have to come
// through. Each check is foretold as well: a simulator that says otherwise would be a divergence.
#include <gtest/gtest.h>

#include "runner/fate_test.hh"

namespace topoproof::runner::fate_connection_kernel_test {
namespace {

using checks::RoutedPair;
using checks::rules_of;
using checks::to_ipv6_text;
using checks::to_text;

struct ConnectionStory {
  const char* name;
  std::string network;
  std::string check;
  std::string told;
};

std::ostream& operator<<(std::ostream& out, const ConnectionStory& story) {
  return out << story.name;
}

// The network with a rule at one of its nodes. Only `delivered` opens a port by itself.
std::string rule_at(char node, std::string_view hook, std::string_view rule) {
  RoutedPair network;
  std::string& text = node == 'a' ? network.a : node == 'r' ? network.r : network.b;
  text += ", " + rules_of(hook, "accept", rule);
  network.b += ", listens: [tcp/80]";
  return to_text(network);
}

constexpr std::string_view kBoth = "delivered at b, reply delivered at a";

// The nodes' rules stand in the lines of their order: a, r, b.
std::string dropped(std::string_view node, std::string_view packet, int line,
                    std::string_view rule) {
  return fmt::format("dropped at {} (its {}): fates.scenario.yaml:{} inet f c: {}", node, packet,
                     line, rule);
}

std::string reply_dropped(std::string_view node, std::string_view packet, int line,
                          std::string_view rule) {
  return "passed: delivered at b, reply " + dropped(node, packet, line, rule);
}

std::vector<ConnectionStory> stories_of_ends() {
  const std::string any = "tcp flags & fin == fin drop";
  const std::string back = "ip saddr 10.2.0.2 tcp flags & fin == fin drop";
  const std::string expect_reply =
      "{ flow: a -> b tcp/80, should: delivered at b, reply: dropped }";
  return {{"NoFinComesThrough", rule_at('r', "forward", any), "a -> b tcp/80: dropped at r",
           "passed: " + dropped("r", "FIN", 3, any)},
          {"ThatIsNoDelivery", rule_at('r', "forward", any), "a -> b tcp/80: delivered",
           "failed: " + dropped("r", "FIN", 3, any)},
          {"FinIsDroppedAtHome", rule_at('a', "output", any), "a -> b tcp/80: dropped at a",
           "passed: " + dropped("a", "FIN", 2, any)},
          {"FinIsDroppedAtTheTarget", rule_at('b', "input", any), "a -> b tcp/80: dropped at b",
           "passed: " + dropped("b", "FIN", 4, any)},
          {"TheTargetsFinIsDropped", rule_at('r', "forward", back), expect_reply,
           reply_dropped("r", "FIN", 3, back)},
          {"TheTargetsFinIsDroppedThere", rule_at('b', "output", any), expect_reply,
           reply_dropped("b", "FIN", 4, any)}};
}

std::vector<ConnectionStory> stories_of_data() {
  const std::string there = "ip saddr 10.1.0.2 tcp flags & psh == psh drop";
  const std::string back = "ip saddr 10.2.0.2 tcp flags & psh == psh drop";
  const std::string reset = "ip saddr 10.1.0.2 tcp flags & psh == psh reject with tcp reset";
  const std::string expect_reply =
      "{ flow: a -> b tcp/80, should: delivered at b, reply: dropped }";
  return {{"TheRequestIsDropped", rule_at('r', "forward", there), "a -> b tcp/80: dropped at r",
           "passed: " + dropped("r", "data", 3, there)},
          {"TheRequestIsDroppedAtHome", rule_at('a', "output", there),
           "a -> b tcp/80: dropped at a", "passed: " + dropped("a", "data", 2, there)},
          {"TheRequestIsDroppedAtTheTarget", rule_at('b', "input", there),
           "a -> b tcp/80: dropped at b", "passed: " + dropped("b", "data", 4, there)},
          {"TheReplyIsDropped", rule_at('r', "forward", back), expect_reply,
           reply_dropped("r", "data", 3, back)},
          {"TheReplyIsDroppedWhereItIsMade", rule_at('b', "output", back), expect_reply,
           reply_dropped("b", "data", 4, back)},
          {"TheReplyIsDroppedAtHome", rule_at('a', "input", back), expect_reply,
           reply_dropped("a", "data", 2, back)},
          {"TheRequestIsReset", rule_at('r', "forward", reset), "a -> b tcp/80: rejected at r",
           "passed: rejected at r (its data): r answered tcp reset from 10.2.0.2, by "
           "fates.scenario.yaml:3 inet f c: " +
               reset}};
}

// The way takes less than either end's link.
std::string narrow(const std::string& more) {
  return to_text({.r = "forwarding: true, routes: [10.2.0.2/32 dev right mtu 1200]" + more,
                  .b = "routes: [default via 10.2.0.1], listens: [tcp/80]"});
}

// A request of any size goes in segments as the MTU says.
std::vector<ConnectionStory> stories_of_sizes() {
  const std::string large = "tcp dport 80 meta length > 1400 drop";
  const std::string passed = fmt::format("passed: {}", kBoth);
  const auto sized = [](int size) { return fmt::format("a -> b tcp/80 size {}: delivered", size); };
  return {
      {"OfOneSegment", to_text({}), sized(1448), passed},
      {"OfTwoSegments", to_text({}), sized(1461), passed},
      {"OfManySegments", to_text({}), sized(65'507), passed},
      {"OfManySegmentsOverIpv6",
       to_ipv6_text({.a = "routes: [default via fd01::1]", .b = "routes: [default via fd02::1]"}),
       sized(20'000), passed},
      {"WhoseLongSegmentsAreDropped", rule_at('r', "forward", large),
       "a -> b tcp/80 size 3000: dropped at r", "passed: " + dropped("r", "data", 3, large)},
      {"WhoseSegmentsAreMadeSmallerOnTheWay", narrow({}), sized(5000), passed},
      {"WhoseSegmentsAreMadeSmallerOnTheWayOfIpv6",
       to_ipv6_text({.a = "routes: [default via fd01::1]",
                     .r = "forwarding: true, routes: ['fd02::2/128 dev right mtu 1300']",
                     .b = "routes: [default via fd02::1]"}),
       sized(5000), passed},
      {"ThatNobodyTellsToBeTooLarge",
       narrow(", " + rules_of("output", "accept", "icmp type destination-unreachable drop")),
       "a -> b tcp/80 size 5000: too_big at r",
       "passed: too_big at r (its data): it has 1500 bytes, may not be cut, and the way behind "
       "takes 1200"}};
}

class ConnectionFateTest : public sys::KernelTest,
                           public testing::WithParamInterface<ConnectionStory> {};

TEST_P(ConnectionFateTest, ShowsItsProof) {
  const ConnectionStory& story = GetParam();
  EXPECT_EQ(told(story.network, story.check), story.told);
}

constexpr auto kName = [](const auto& story) { return std::string(story.param.name); };
INSTANTIATE_TEST_SUITE_P(Ends, ConnectionFateTest, testing::ValuesIn(stories_of_ends()), kName);
INSTANTIATE_TEST_SUITE_P(Data, ConnectionFateTest, testing::ValuesIn(stories_of_data()), kName);
INSTANTIATE_TEST_SUITE_P(Sizes, ConnectionFateTest, testing::ValuesIn(stories_of_sizes()), kName);

// Of ten packets the first few pass: which are acknowledgements alone, and when they are sent,
// decides what is dropped.
class CountedConnection : public sys::KernelTest, public testing::WithParamInterface<int> {};

TEST_P(CountedConnection, IsStoppedAsForetold) {
  const std::string rule = fmt::format("limit rate over 1/hour burst {} packets drop", GetParam());
  for (const std::string size : {"16", "3000"}) {
    const auto results =
        run_checks(rule_at('r', "forward", rule), "  - a -> b tcp/80 size " + size + ": dropped\n");
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].unknown, "");
    for (const std::string& note : results[0].notes) {
      EXPECT_FALSE(note.starts_with("kernel and simulator differ")) << note;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernel, CountedConnection, testing::Range(1, 12));

}  // namespace
}  // namespace topoproof::runner::fate_connection_kernel_test
