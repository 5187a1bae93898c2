// SPDX-License-Identifier: GPL-2.0-or-later
// What readers found who set out to make kernel and simulator disagree: each must go as the kernel
// does it, and be foretold, or the check diverges.
#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/fate_test.hh"

namespace topoproof::runner::found_kernel_test {
namespace {

using checks::to_ipv6_text;
using checks::to_text;
using scenario::CheckResult;
using scenario::Outcome;

class Found : public sys::KernelTest {};

void expect_passes(const std::vector<CheckResult>& results, std::size_t count) {
  EXPECT_EQ(results.size(), count);
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.outcome, Outcome::Passed)
        << result.name << ": " << told(result) << "\n"
        << fmt::format("{}\n{}", fmt::join(result.hops, "\n"), fmt::join(result.notes, "\n"));
    EXPECT_EQ(result.unknown, "") << result.name;
  }
}

// Its SYN leaves from a port that its socket does not have, or that another flow's has.
const std::string kTranslatingSender =
    "routes: [default via 10.1.0.1], nftables: \"table ip n {\\nchain c {\\ntype nat hook "
    "postrouting priority 100\\ntcp dport { 81, 91 } snat to 10.1.0.2:45000\\n"
    "tcp dport { 82, 92 } masquerade to :41000-41010\\n"
    "tcp dport { 83, 93 } masquerade random\\n"
    "tcp dport { 84, 94 } snat to 10.1.0.2:20001\\n}\\n}\"";

TEST_F(Found, ASenderThatTranslatesItsPortIsSeenLeaving) {
  const std::string network = to_text(
      {.a = kTranslatingSender,
       .r = "forwarding: true, " + checks::rules_of("forward", "accept", "tcp dport 91-94 drop")});
  std::string checks;
  for (const int port : {80, 81, 82, 83, 84}) {
    checks += fmt::format("  - a -> b tcp/{}: refused at b\n", port);
  }
  for (const int port : {91, 92, 93, 94}) {
    checks += fmt::format("  - a -> b tcp/{}: dropped at r\n", port);
  }
  expect_passes(run_checks(network, checks), 9);
}

// The simulator knew net.ipv4.ip_forward alone.
TEST_F(Found, ForwardingOfAllInterfacesIsTheSwitchThatIpForwardIs) {
  const std::string off = to_text({.r = "sysctls: { net.ipv4.conf.all.forwarding: 1 }"});
  expect_passes(run_checks(off, "  - a -> b icmp: delivered\n"), 1);
  const std::string on =
      to_text({.r = "forwarding: true, sysctls: { net.ipv4.conf.all.forwarding: 0 }"});
  expect_passes(run_checks(on, "  - a -> b icmp: not_forwarding at r\n"), 1);
  expect_passes(run_steps(to_text({}),
                          "  - change: [sysctl r net.ipv4.conf.all.forwarding=0]\n"
                          "    checks: [ \"a -> b icmp: not_forwarding at r\" ]\n"
                          "  - change: [sysctl r net.ipv4.ip_forward=1]\n"
                          "    checks: [ \"a -> b icmp: delivered\" ]\n"),
                2);
}

// The kernel's side named the route that a sender would have met, of IPv4, and the switch that was
// not asked for any more, of IPv6.
TEST_F(Found, WhereForwardingIsOffRefusingRoutesAreAskedByIpv6Alone) {
  const std::string ipv4 =
      to_text({.r = "forwarding: true, sysctls: { net.ipv4.conf.left.forwarding: 0 }, routes: ["
                    "blackhole 10.3.0.0/24, prohibit 10.4.0.0/24, unreachable 10.5.0.0/24]"});
  expect_passes(run_checks(ipv4,
                           "  - a -> 10.3.0.1 icmp: not_forwarding at r\n"
                           "  - a -> 10.4.0.1 udp/53: not_forwarding at r\n"
                           "  - a -> 10.5.0.1 tcp/80: not_forwarding at r\n"
                           "  - a -> 10.6.0.1 icmp: not_forwarding at r\n"),
                4);
  const std::string ipv6 =
      to_ipv6_text({.a = "routes: [\"default via fd01::1\"]",
                    .r = "routes: [\"blackhole fd03::/64\", \"prohibit fd04::/64\"]",
                    .b = ""});
  expect_passes(run_checks(ipv6,
                           "  - \"a -> fd03::1 icmp: no_route at r\"\n"
                           "  - \"a -> fd04::1 udp/53: no_route at r\"\n"
                           "  - \"a -> fd05::1 tcp/80: no_route at r\"\n"
                           "  - \"a -> fd02::2 icmp: not_forwarding at r\"\n"),
                4);
}

// The simulator said that b refuses, though nobody heard of it, and the kernel's side said nothing.
TEST_F(Found, ARefusalThatARuleOfItsOwnNodeDropsIsDropped) {
  const std::string drops = "tcp flags rst drop\\nmeta l4proto { icmp, ipv6-icmp } drop";
  const auto results =
      run_checks(to_text({.b = "routes: [default via 10.2.0.1], listens: [tcp/7], " +
                               checks::rules_of("output", "accept", drops)}),
                 "  - a -> b tcp/8: dropped at b\n  - a -> b udp/8: dropped at b\n");
  expect_passes(results, 2);
  EXPECT_EQ(results.at(0).observed,
            "dropped at b: nobody listens, and the answer met fates.scenario.yaml:4 inet f c: tcp "
            "flags rst drop");
  EXPECT_TRUE(results.at(1).observed.ends_with("meta l4proto { icmp, ipv6-icmp } drop"))
      << results.at(1).observed;
}

// Of a frame to a station that is not there, its tap was not believed.
TEST_F(Found, AFrameForAnotherStationIsLostWhereItCame) {
  const std::string frame =
      "021122334455"
      "020000000065"
      "0800"
      "4500001c000000004011"
      "66cb"
      "0a010002"
      "0a020002"
      "03e7003500080000";
  expect_passes(run_checks(to_text({}), "  - { flow: { from: a, interface: eth0, frame: " + frame +
                                            " }, should: lost at r }\n"),
                1);
}

TEST_F(Found, AConnectedRouteCanBeDeletedAndComesBackWithItsLink) {
  const std::string network = to_text({});
  expect_passes(run_steps(network,
                          "  - change: [route delete a 10.1.0.0/24 dev eth0]\n"
                          "    checks:\n"
                          "      - a -> b icmp: delivered\n"
                          "      - a -> 10.1.0.7 icmp: no_neighbor at r\n"
                          "      - b -> a icmp: delivered\n"
                          "  - change: [link down a:eth0, link up a:eth0]\n"
                          "    checks:\n"
                          "      - a -> r icmp: delivered\n"
                          "      - a -> b icmp: no_route at a\n"),
                5);
}

TEST_F(Found, AConnectedRouteOfIpv6CanBeDeleted) {
  const std::string network = to_ipv6_text({.a = "", .r = "forwarding: true", .b = ""});
  expect_passes(run_steps(network,
                          "  - change: [\"route delete a fd01::/64 dev eth0\"]\n"
                          "    checks:\n"
                          "      - \"a -> fd01::1 icmp: no_route at a\"\n"),
                1);
}

TEST_F(Found, TheFragmentThatALinkLosesIsNamed) {
  const std::string network = to_text({.right = "impair: { loss: 30%, seed: 42 }"});
  std::string checks;
  for (int port = 5300; port < 5312; ++port) {
    checks += fmt::format("  - a -> b udp/{} size 4000: delivered\n", port);
  }
  const auto results = run_checks(network, checks);
  std::size_t named = 0;
  for (const CheckResult& result : results) {
    EXPECT_TRUE(result.outcome == Outcome::Passed || result.outcome == Outcome::Failed);
    EXPECT_FALSE(result.differs) << fmt::format("{}", fmt::join(result.notes, "\n"));
    if (result.observed.contains("(its fragment): left r by right")) ++named;
  }
  EXPECT_GE(named, 1U);
}

TEST_F(Found, GroupsOfIpv6AreAnsweredByTheirMembers) {
  const std::string network =
      to_ipv6_text({.a = "", .r = "forwarding: true", .b = "listens: [udp/53]"});
  expect_passes(run_checks(network,
                           "  - \"a -> ff02::1 icmp: delivered at r\"\n"
                           "  - \"a -> ff02::2 icmp: delivered at r\"\n"
                           "  - \"b -> ff02::2 icmp: delivered at r\"\n"
                           "  - \"a -> ff02::1:ff00:1 icmp: delivered at r\"\n"
                           "  - \"a -> ff05::1 udp/53: lost at r\"\n"
                           "  - \"a -> ff0e::1 udp/53 ttl 5: lost at r\"\n"
                           "  - \"a -> ff02::1 udp/53: martian at a\"\n"
                           "  - \"a -> ff02::1 tcp/53: no_route at a\"\n"
                           "  - \"a -> fe80::1 tcp/53: martian at a\"\n"),
                9);
}

TEST_F(Found, GroupsOfIpv4ThatNobodyHasJoinedLoseWhatIsSentToThem) {
  const std::string network = to_text({.r = "forwarding: true, listens: [udp/53]"});
  expect_passes(run_checks(network,
                           "  - { flow: a -> 224.0.0.1 udp/53, should: delivered at r, "
                           "reply: martian at r }\n"
                           "  - { flow: a -> 224.0.0.1 icmp, should: delivered at r, "
                           "reply: lost at r }\n"
                           "  - a -> 224.0.0.1 tcp/80: no_route at a\n"
                           "  - a -> 239.1.1.1 udp/53: lost at r\n"
                           "  - a -> 239.1.1.1 udp/53 ttl 5: lost at r\n"
                           "  - a -> 239.1.1.1 icmp: lost at r\n"),
                6);
}

struct Extension {
  const char* name;
  std::string rules;   // of r's FORWARD chain
  std::string checks;  // each passes, and is foretold
};
std::ostream& operator<<(std::ostream& out, const Extension& row) { return out << row.name; }

std::string repeated(std::string_view check, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += fmt::format("  - {}\n", check);
  return text;
}

class FoundExtension : public sys::KernelTest, public testing::WithParamInterface<Extension> {};

// Matches and targets of iptables that the simulator did not know.
TEST_P(FoundExtension, GoesAsTheKernelHasIt) {
  const std::string network =
      to_text({.r = fmt::format("forwarding: true, iptables: \"*mangle\\n:FORWARD ACCEPT "
                                "[0:0]\\n{}\\nCOMMIT\\n\"",
                                GetParam().rules)});
  const std::string& checks = GetParam().checks;
  expect_passes(run_checks(network, checks),
                static_cast<std::size_t>(std::ranges::count(checks, '\n')));
}

const Extension kExtensions[] = {
    // A datagram has 44 bytes.
    {"Quota",
     "-A FORWARD -s 10.1.0.2 -m quota --quota 100 -j ACCEPT\\n-A FORWARD -s 10.1.0.2 -j DROP",
     repeated("a -> b udp/53: delivered", 2) + repeated("a -> b udp/53: dropped at r", 2)},
    {"QuotaTurnedRound", "-A FORWARD -s 10.1.0.2 -m quota ! --quota 100 -j DROP",
     repeated("a -> b udp/53: delivered", 2) + repeated("a -> b udp/53: dropped at r", 1)},
    {"ConnectionsAboveALimit", "-A FORWARD -p udp -m connlimit --connlimit-above 0 -j DROP",
     "  - a -> b udp/53: dropped at r\n  - a -> b tcp/80: delivered\n"},
    {"ConnectionsUpToALimit", "-A FORWARD -p udp -m connlimit --connlimit-upto 1 -j DROP",
     "  - a -> b udp/53: dropped at r\n"},
    {"GroupOfTheDevice",
     "-A FORWARD -p udp -m devgroup --src-group 0 -j DROP\\n"
     "-A FORWARD -p tcp -m devgroup --dst-group 7 -j DROP",
     "  - a -> b udp/53: dropped at r\n  - a -> b tcp/80: delivered\n"},
    {"RealmOfTheRoute",
     "-A FORWARD -p udp -m realm --realm 0 -j DROP\\n-A FORWARD -p tcp -m realm --realm 5 -j DROP",
     "  - a -> b udp/53: dropped at r\n  - a -> b tcp/80: delivered\n"},
    {"Helper", "-A FORWARD -p tcp -m helper --helper ftp -j DROP",
     "  - a -> b tcp/80: delivered\n"},
    {"CongestionOfIp", "-A FORWARD -p udp -m ecn --ecn-ip-ect 0 -j DROP",
     "  - a -> b udp/53: dropped at r\n"},
    {"CongestionOfTcp", "-A FORWARD -p tcp -m ecn ! --ecn-tcp-ece -j DROP",
     "  - a -> b tcp/80: dropped at r\n"},
    {"ClusterOfThisNode",
     "-A FORWARD -s 10.1.0.2 -m cluster --cluster-total-nodes 3 --cluster-local-nodemask 7 "
     "--cluster-hash-seed 7 -j DROP",
     "  - a -> b udp/53: dropped at r\n"},
    {"OnlookersAndWhatChangesTcp",
     "-A FORWARD -p tcp -j AUDIT --type accept\\n-A FORWARD -p tcp -j ECN --ecn-tcp-remove\\n"
     "-A FORWARD -p tcp -j TCPOPTSTRIP --strip-options sack-permitted",
     "  - a -> b tcp/80: delivered\n"},
};
INSTANTIATE_TEST_SUITE_P(Iptables, FoundExtension, testing::ValuesIn(kExtensions),
                         [](const auto& row) { return std::string(row.param.name); });

// A rule that looks at what the sender's kernel draws: nothing is guessed.
TEST_F(Found, WhatTheKernelDrawsIsNotGuessed) {
  const std::string network =
      to_text({.r = "forwarding: true, " + checks::rules_of("forward", "accept", "ip id 0 drop")});
  const auto results = run_checks(network, "  - a -> b udp/53 size 100: delivered\n");
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].unpredicted, 1U);
  EXPECT_TRUE(results[0].unknown.contains("draws at random")) << results[0].unknown;
}

}  // namespace
}  // namespace topoproof::runner::found_kernel_test
