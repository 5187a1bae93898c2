// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/nat_rules.hh"

#include <gtest/gtest.h>

#include "firewall/build.hh"

namespace topoproof::firewall {
namespace {

const Prefix kInside = *Prefix::parse("192.168.15.0/24");
const Location kLine{"nat.topo.yaml", 7, 5};

TEST(NatRules, NoRulesMakeNoTables) { EXPECT_EQ(make_nat_ruleset({}), Ruleset{}); }

TEST(NatRules, MasqueradeBecomesARuleThatKnowsItsLine) {
  const NatRule rules[] = {MasqueradeRule{.from = kInside, .out = "eth0", .where = kLine}};
  const auto ruleset = make_nat_ruleset(rules);
  ASSERT_EQ(ruleset.tables.size(), 1U);
  const auto* chain = find_chain(ruleset.tables[0], "postrouting");
  ASSERT_NE(chain, nullptr);
  EXPECT_EQ(chain->base, (BaseChain{ChainType::Nat, Hook::Postrouting, 100, false, {}}));
  const auto expected =
      make_rule(TableFamily::Ip, {ip_saddr(kInside), oifname("eth0"), counter(), masquerade()},
                {kLine, "masquerade from 192.168.15.0/24 out eth0"});
  EXPECT_EQ(chain->rules, std::vector{expected});
}

TEST(NatRules, APortForwardActsBeforeRouting) {
  const PortForwardRule forward{.in = "eth0",
                                .address = Ipv4Address(192, 168, 1, 2),
                                .protocol = TransportProtocol::Tcp,
                                .port = 80,
                                .to = Ipv4Address(192, 168, 15, 2),
                                .to_port = 8080,
                                .where = kLine};
  const NatRule rules[] = {forward};
  const auto ruleset = make_nat_ruleset(rules);
  ASSERT_EQ(ruleset.tables.size(), 1U);
  ASSERT_EQ(ruleset.tables[0].chains.size(), 1U);
  const auto& chain = ruleset.tables[0].chains[0];
  EXPECT_EQ(chain.base, (BaseChain{ChainType::Nat, Hook::Prerouting, -100, false, {}}));
  EXPECT_EQ(chain.rules.at(0).origin.text,
            "port forward in eth0 address 192.168.1.2 tcp 80 to 192.168.15.2:8080");
}

TEST(NatRules, EachFamilyHasItsTableAndMasqueradeOfAnySourceIsInBoth) {
  const NatRule rules[] = {
      MasqueradeRule{.out = "eth0"},
      SourceNatRule{.from = {}, .out = {}, .to = *IpAddress::parse("fd00::1")},
  };
  const auto ruleset = make_nat_ruleset(rules);
  ASSERT_EQ(ruleset.tables.size(), 2U);
  EXPECT_EQ(ruleset.tables[0].family, TableFamily::Ip);
  EXPECT_EQ(ruleset.tables[0].chains.at(0).rules.size(), 1U);
  EXPECT_EQ(ruleset.tables[1].family, TableFamily::Ip6);
  EXPECT_EQ(ruleset.tables[1].chains.at(0).rules.size(), 2U);
}

TEST(NatRules, DescribesIpv6TargetsInBrackets) {
  const PortForwardRule forward{.in = {},
                                .address = {},
                                .protocol = TransportProtocol::Udp,
                                .port = 53,
                                .to = *IpAddress::parse("fd00::2"),
                                .to_port = 5353};
  EXPECT_EQ(describe(forward), "port forward udp 53 to [fd00::2]:5353");
}

}  // namespace
}  // namespace topoproof::firewall
