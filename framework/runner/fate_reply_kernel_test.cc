// SPDX-License-Identifier: GPL-2.0-or-later
// The fates of replies: the request is delivered, the answer is not, or nobody could make one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/fate_test.hh"

namespace topoproof::runner {
namespace {

using checks::rules_of;
using checks::to_text;
using scenario::CheckResult;
using scenario::Outcome;

using enum flow::FateKind;

struct ReplyStory {
  std::string name;
  std::string network;
  std::string flow;
  flow::FateKind reply;
  std::string observed;  // of the reply
};

std::ostream& operator<<(std::ostream& out, const ReplyStory& story) { return out << story.name; }

std::string rule_at_b(std::string_view rule) {
  return to_text({.b = "routes: [default via 10.2.0.1], " + rules_of("output", "accept", rule)});
}

std::string rule_at_r(std::string_view rule) {
  return to_text({.r = "forwarding: true, " + rules_of("forward", "accept", rule)});
}

std::string rule_at_a(std::string_view rule) {
  return to_text({.a = "routes: [default via 10.1.0.1], " + rules_of("input", "accept", rule)});
}

// The answer comes to r by another interface than the request left by.
std::string two_ways(std::string_view r) {
  return to_text(
             {.r = fmt::format("forwarding: true, {}", r), .b = "routes: [default via 10.3.0.1]"}) +
         "  - endpoints: ['r:back 10.3.0.1/24', 'b:eth1 10.3.0.2/24']\n";
}

// Once for each protocol: what a socket, and what the kernel itself answers.
std::vector<ReplyStory> each(const std::string& name, const std::string& network,
                             flow::FateKind reply, const std::string& icmp, const std::string& udp,
                             const std::string& tcp) {
  return {{"Echo" + name, network, "a -> b icmp", reply, icmp},
          {"Datagram" + name, network, "a -> b udp/53", reply, udp},
          {"Connection" + name, network, "a -> b tcp/80", reply, tcp}};
}

std::vector<ReplyStory> each(const std::string& name, const std::string& network,
                             flow::FateKind reply, const std::string& observed) {
  return each(name, network, reply, observed, observed, observed);
}

void append(std::vector<ReplyStory>& stories, std::vector<ReplyStory> more) {
  std::ranges::move(more, std::back_inserter(stories));
}

std::vector<ReplyStory> stories_of_routes() {
  const std::string none = "no_route at b: no route to 10.1.0.2 (ENETUNREACH)";
  const std::string black = "no_route at b: the route says blackhole for 10.1.0.2 (EINVAL)";
  std::vector<ReplyStory> stories =
      each("WithoutRoute", to_text({.b = ""}), NoRoute, none,
           "no_route at b: the send was refused: Network is unreachable", none);
  append(stories,
         each("IntoABlackhole", to_text({.b = "routes: [blackhole 10.1.0.0/24]"}), NoRoute, black,
              "no_route at b: the send was refused: Invalid argument (blackhole for "
              "10.1.0.2)",
              black));
  // An answer that nobody makes lacks no route.
  stories.push_back({"EchoThatIsIgnored",
                     to_text({.b = "sysctls: { net.ipv4.icmp_echo_ignore_all: 1 }"}), "a -> b icmp",
                     Lost, "lost at b: b is told to ignore echo requests"});
  append(stories, each("NotForwarded", two_ways("sysctls: { net.ipv4.conf.back.forwarding: 0 }"),
                       NotForwarding, "not_forwarding at r: r does not forward ipv4"));
  const std::string nobody = "no_neighbor at b: b answered icmp 3/1 from 10.2.0.2";
  append(stories, each("WithoutNeighbor", to_text({.b = "routes: [default via 10.2.0.9]"}),
                       NoNeighbor, nobody));
  append(stories, each("TooOld",
                       to_text({.b = "routes: [default via 10.2.0.1], sysctls: { "
                                     "net.ipv4.ip_default_ttl: 1 }"}),
                       TtlExceeded, "ttl_exceeded at r: r answered icmp 11/0 from 10.2.0.1"));
  const std::string invalid = " fails source or destination validation: Invalid argument";
  append(stories, each("ByTheWrongWay", two_ways("sysctls: { net.ipv4.conf.back.rp_filter: 1 }"),
                       Martian, "martian at r: 10.2.0.2 -> 10.1.0.2 icmp" + invalid,
                       "martian at r: 10.2.0.2:53 -> 10.1.0.2:20000 udp" + invalid,
                       "martian at r: 10.2.0.2:80 -> 10.1.0.2:20000 tcp" + invalid));
  return stories;
}

std::vector<ReplyStory> stories_of_rules() {
  // The nodes' rules stand in the lines of their order: a, r, b.
  const std::string at_a = "fates.scenario.yaml:2 inet f c: ip saddr 10.2.0.2 ";
  const std::string at_r = "fates.scenario.yaml:3 inet f c: ip saddr 10.2.0.2 ";
  const std::string at_b = "fates.scenario.yaml:4 inet f c: ip daddr 10.1.0.2 ";
  std::vector<ReplyStory> stories =
      each("DroppedWhereItIsMade", rule_at_b("ip daddr 10.1.0.2 drop"), Dropped,
           "dropped at b: " + at_b + "drop");
  const std::string to_a = at_b + "reject";
  append(stories, each("RejectedWhereItIsMade", rule_at_b("ip daddr 10.1.0.2 reject"), Rejected,
                       "rejected at b: " + to_a, "rejected at b: " + to_a,
                       "rejected at b: b answered icmp 3/3 from 10.2.0.2, by " + to_a));
  append(stories, each("DroppedOnTheWay", rule_at_r("ip saddr 10.2.0.2 drop"), Dropped,
                       "dropped at r: " + at_r + "drop"));
  append(stories, each("RejectedOnTheWay", rule_at_r("ip saddr 10.2.0.2 reject"), Rejected,
                       "rejected at r: r answered icmp 3/3 from 10.2.0.1, by " + at_r + "reject"));
  append(stories, each("DroppedAtHome", rule_at_a("ip saddr 10.2.0.2 drop"), Dropped,
                       "dropped at a: " + at_a + "drop"));
  append(stories, each("RejectedAtHome", rule_at_a("ip saddr 10.2.0.2 reject"), Rejected,
                       "rejected at a: a answered icmp 3/3 from 10.1.0.2, by " + at_a + "reject"));
  return stories;
}

std::string check_of(const ReplyStory& story, flow::FateKind reply) {
  return fmt::format("{{ flow: {}, should: delivered at b, reply: {} }}", story.flow,
                     to_string(reply));
}

using UnexpectedReply = sys::KernelTest;

class ReplyFateTest : public sys::KernelTest, public testing::WithParamInterface<ReplyStory> {};

TEST_P(ReplyFateTest, ShowsItsProof) {
  const ReplyStory& story = GetParam();
  EXPECT_EQ(told(story.network, check_of(story, story.reply)),
            fmt::format("passed: delivered at b, reply {}", story.observed));
}

// It was told as a route that is missing, for nobody had asked the rules about replies.
TEST_F(UnexpectedReply, OfARejectIsTheRules) {
  const auto network = rule_at_r("ip saddr 10.2.0.2 reject with icmp net-unreachable");
  EXPECT_EQ(told(network, "a -> b udp/53: delivered"),
            "failed: delivered at b, reply rejected at r: r answered icmp 3/0 from 10.2.0.1, by "
            "fates.scenario.yaml:3 inet f c: ip saddr 10.2.0.2 reject with icmp net-unreachable");
}

TEST_P(ReplyFateTest, PassesUnderNoOtherName) {
  const ReplyStory& story = GetParam();
  std::string checks;
  for (const flow::FateKind wrong : flow::kAllFates) {
    if (wrong != story.reply) checks += fmt::format("  - {}\n", check_of(story, wrong));
  }
  for (const CheckResult& result : run_checks(story.network, checks)) {
    EXPECT_EQ(result.outcome, Outcome::Failed) << result.name << ": " << result.observed;
  }
}

constexpr auto kName = [](const auto& story) { return story.param.name; };
INSTANTIATE_TEST_SUITE_P(Routes, ReplyFateTest, testing::ValuesIn(stories_of_routes()), kName);
INSTANTIATE_TEST_SUITE_P(Rules, ReplyFateTest, testing::ValuesIn(stories_of_rules()), kName);

}  // namespace
}  // namespace topoproof::runner
