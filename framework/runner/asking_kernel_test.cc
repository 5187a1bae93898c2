// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that keep ARP or neighbour discovery from a node: nobody reaches it then, whatever else
// they accept. Permanent entries that the plan would make hid this.
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runner/single_check.hh"
#include "sys/kernel_test.hh"

namespace topoproof::runner::asking_test {
namespace {

using scenario::CheckResult;
using scenario::Outcome;

// a .1, fd00::1 --\.
//                  sw br0 10.0.0.254
// b .2, fd00::2 --/
struct Case {
  const char* name;
  std::string b;   // of its mapping
  std::string sw;  // likewise, besides its bridge
  std::string checks;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

class Asking : public sys::KernelTest, public testing::WithParamInterface<Case> {};

TEST_P(Asking, GoesAsTheRulesSay) {
  const Case& one = GetParam();
  const auto results =
      run_checks(fmt::format("nodes:\n  a: {{}}\n  b: {{ {} }}\n"
                             "  sw: {{ bridges: {{ br0: {{ ipv4: 10.0.0.254/24 }} }}{} }}\n"
                             "links:\n  - a:eth0 10.0.0.1/24 fd00::1/64 -- sw:br0/p1\n"
                             "  - b:eth0 10.0.0.2/24 fd00::2/64 -- sw:br0/p2\n",
                             one.b, one.sw),
                 one.checks);
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.outcome, Outcome::Passed)
        << result.name << ": " << told(result) << "\n"
        << fmt::format("{}\n{}", fmt::join(result.hops, "\n"), fmt::join(result.notes, "\n"));
  }
}

const Case kCases[] = {
    {"APolicyThatForgetsSolicitations",
     "nftables: 'table inet f { chain i { type filter hook input priority 0; policy drop; ct state "
     "established,related accept; tcp dport 80 accept; }; }'",
     "",
     "  - a -> b tcp/80: delivered\n"
     "  - { flow: a -> b tcp/80 ipv6, should: no_neighbor at a }\n"},
    {"APolicyThatAcceptsThem",
     "nftables: 'table inet f { chain i { type filter hook input priority 0; policy drop; icmpv6 "
     "type { nd-neighbor-solicit, nd-neighbor-advert } accept; tcp dport 80 accept; }; }'",
     "", "  - a -> b tcp/80: delivered\n  - a -> b tcp/80 ipv6: delivered\n"},
    {"ABridgeThatDropsRequests", "",
     ", nftables: 'table bridge f { chain f { type filter hook forward priority 0; arp operation "
     "request arp daddr ip 10.0.0.2 drop; }; }'",
     "  - a -> b icmp: no_neighbor at a\n  - a -> b icmp ipv6: delivered\n"},
    {"ATableOfArp",
     "nftables: 'table arp f { chain i { type filter hook input priority 0; arp operation request "
     "drop; }; }'",
     "", "  - a -> b icmp: no_neighbor at a\n"},
    {"ASettingThatAnswersNobody", "sysctls: { net.ipv4.conf.all.arp_ignore: 8 }", "",
     "  - a -> b icmp: no_neighbor at a\n"},
    // Not lost on the wire: its bridge's own rules come behind the bridge's interface.
    {"ABridgeThatDropsWhatItSendsItself", "",
     ", nftables: 'table bridge f { chain o { type filter hook output priority 0; udp dport 13 "
     "drop; }; }'",
     "  - sw -> b udp/13: dropped at sw\n"},
};
INSTANTIATE_TEST_SUITE_P(Cases, Asking, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace topoproof::runner::asking_test
