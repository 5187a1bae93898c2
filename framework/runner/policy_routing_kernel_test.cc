// SPDX-License-Identifier: GPL-2.0-or-later
// Policy routing (ip-rule(8)): what a node's `rules:` and its routes of other tables make of flows,
// in the kernel and in the simulator alike.
#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/single_check.hh"
#include "sys/kernel_test.hh"

namespace topoproof::runner::policy_routing_test {
namespace {

using scenario::CheckResult;
using scenario::Outcome;

//                                /-- one 10.2.0.0/24, fd02::/64 -- u1 10.9.0.1, fd09::1
//   a 10.1.0.2, .3, fd01::2 -- r
//                                \-- two 10.3.0.0/24, fd03::/64 -- u2 10.9.0.2, fd09::2
// By the table main all goes to u1, by table 100 to u2. Neither forwards.
struct Case {
  const char* name;
  std::string r;       // of its mapping
  std::string checks;  // each passes, and is foretold
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

std::string network(const std::string& r) {
  return fmt::format(
      "nodes:\n"
      "  a: {{ routes: [default via 10.1.0.1, \"default via fd01::1\"] }}\n"
      "  r:\n    forwarding: true\n"
      "    routes:\n      - default via 10.2.0.2\n      - default via 10.3.0.2 table 100\n"
      "      - \"default via fd02::2\"\n      - \"default via fd03::2 table 100\"\n{}"
      "  u1: {{ loopback: [10.9.0.1/32, \"fd09::1/128\"],"
      " routes: [default via 10.2.0.1, \"default via fd02::1\"] }}\n"
      "  u2: {{ loopback: [10.9.0.2/32, \"fd09::2/128\"],"
      " routes: [default via 10.3.0.1, \"default via fd03::1\"] }}\n"
      "links:\n"
      "  - a:eth0 10.1.0.2/24 10.1.0.3/24 fd01::2/64 -- r:left 10.1.0.1/24 fd01::1/64\n"
      "  - r:one 10.2.0.1/24 fd02::1/64 -- u1:eth0 10.2.0.2/24 fd02::2/64\n"
      "  - r:two 10.3.0.1/24 fd03::1/64 -- u2:eth0 10.3.0.2/24 fd03::2/64\n",
      r);
}

class PolicyRouting : public sys::KernelTest, public testing::WithParamInterface<Case> {};

TEST_P(PolicyRouting, GoesAsTheRulesSay) {
  const Case& one = GetParam();
  const auto results = run_checks(network(one.r), one.checks);
  EXPECT_EQ(results.size(), static_cast<std::size_t>(std::ranges::count(one.checks, '\n')));
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.outcome, Outcome::Passed)
        << result.name << ": " << told(result) << "\n"
        << fmt::format("{}\n{}", fmt::join(result.hops, "\n"), fmt::join(result.notes, "\n"));
    EXPECT_EQ(result.unknown, "") << result.name;
  }
}

const Case kCases[] = {
    {"WithoutRulesOtherTablesAreNotAsked", "",
     "  - a -> 10.9.0.1 icmp: delivered at u1\n  - a -> 10.9.0.2 icmp: not_forwarding at u1\n"},
    {"BySource", "    rules: from 10.1.0.3 lookup 100\n",
     "  - a -> 10.9.0.1 icmp: delivered at u1\n"
     "  - a -> 10.9.0.2 icmp source 10.1.0.3: delivered at u2\n"},
    {"ByDestination", "    rules: to 10.9.0.2 lookup 100\n",
     "  - a -> 10.9.0.1 icmp: delivered at u1\n  - a -> 10.9.0.2 icmp: delivered at u2\n"},
    {"ByInterface", "    rules: iif left lookup 100\n",
     "  - a -> 10.9.0.2 icmp: delivered at u2\n  - r -> 10.9.0.1 icmp: delivered at u1\n"},
    {"OfWhatTheNodeSendsItself", "    rules: iif lo lookup 100\n",
     "  - a -> 10.9.0.1 icmp: delivered at u1\n  - r -> 10.9.0.2 icmp: delivered at u2\n"},
    {"ByMark",
     "    rules: fwmark 0x1/0xff lookup 100\n"
     "    nftables: |\n      table ip t {\n        chain c {\n"
     "          type filter hook prerouting priority mangle\n"
     "          udp dport 53 meta mark set 0x301\n        }\n      }\n",
     "  - a -> 10.9.0.2 udp/53: delivered at u2\n  - a -> 10.9.0.1 udp/54: refused at u1\n"
     "  - a -> 10.9.0.1 udp/53: not_forwarding at u2\n"},
    {"ByMarkOfAChainThatRoutes",
     "    rules: fwmark 1 lookup 100\n"
     "    nftables: |\n      table ip t {\n        chain c {\n"
     "          type route hook output priority mangle\n"
     "          udp dport 53 meta mark set 1\n        }\n      }\n",
     "  - r -> 10.9.0.2 udp/53: delivered at u2\n  - r -> 10.9.0.1 udp/54: refused at u1\n"},
    {"ByPriority",
     "    rules: [from 10.1.0.3 lookup 100 priority 200, from 10.1.0.0/24 lookup main pref 100]\n",
     "  - a -> 10.9.0.1 icmp source 10.1.0.3: delivered at u1\n"},
    {"TheLastOneSaidComesFirst",
     "    rules: [from 10.1.0.3 lookup 100, from 10.1.0.0/24 lookup main]\n",
     "  - a -> 10.9.0.1 icmp source 10.1.0.3: delivered at u1\n"},
    {"RulesThatRefuse",
     "    rules: [to 10.9.0.1 unreachable, to 10.9.0.2 blackhole, to 10.9.0.3 prohibit]\n",
     "  - a -> 10.9.0.1 icmp: no_route at r\n  - a -> 10.9.0.2 icmp: no_route at r\n"
     "  - a -> 10.9.0.3 icmp: no_route at r\n  - r -> 10.9.0.1 icmp: no_route at r\n"},
    {"RulesThatRefuseWhatComesByAnInterface",
     "    rules: [iif left to 10.9.0.1 unreachable, iif left to 10.9.0.2 blackhole,"
     " iif left to 10.9.0.3 prohibit, from 10.1.0.3 blackhole,"
     " \"iif left to fd09::1 prohibit\", \"iif left to fd09::2 blackhole\"]\n",
     "  - a -> 10.9.0.1 icmp: no_route at r\n  - a -> 10.9.0.2 icmp: no_route at r\n"
     "  - a -> 10.9.0.3 icmp: no_route at r\n  - r -> 10.9.0.1 icmp: delivered at u1\n"
     "  - a -> 10.9.0.9 icmp source 10.1.0.3: no_route at r\n"
     "  - \"a -> fd09::1 icmp: no_route at r\"\n  - \"a -> fd09::2 icmp: no_route at r\"\n"},
    // As wg-quick(8) has them: all but the tunnel's own packets goes by its table, and what the
    // table main knows better than by its default route goes there.
    {"AllButTheTunnelsOwn",
     "    rules: [not fwmark 51820 lookup 100, lookup main suppress_prefixlength 0]\n",
     "  - r -> 10.9.0.2 udp/53: delivered at u2\n  - r -> 10.2.0.2 icmp: delivered at u1\n"},
    {"ASocketThatConnectsLooksTwice", "    rules: from 10.2.0.1 lookup 100\n",
     "  - r -> 10.9.0.2 udp/53: delivered at u2\n  - r -> 10.9.0.2 tcp/80: delivered at u2\n"
     "  - r -> 10.9.0.2 icmp: not_forwarding at u1\n"},
    {"AnswersLeaveByTheSourceTheyHave", "    rules: from 10.3.0.1 lookup 100\n",
     "  - u2 -> r icmp: delivered\n  - u2 -> 10.3.0.1 tcp/80: delivered\n"
     "  - u2 -> 10.3.0.1 icmp source 10.9.0.2: delivered\n"},
    {"OfIpv6", "    rules: [\"from fd01::2 lookup 100\", ipv6 fwmark 7 unreachable]\n",
     "  - \"a -> fd09::2 icmp: delivered at u2\"\n  - \"r -> fd09::1 icmp: delivered at u1\"\n"},
};
INSTANTIATE_TEST_SUITE_P(Cases, PolicyRouting, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace topoproof::runner::policy_routing_test
