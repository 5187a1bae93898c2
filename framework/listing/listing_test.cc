// SPDX-License-Identifier: GPL-2.0-or-later
#include "listing/listing.hh"

#include <algorithm>

#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "firewall/nat_rules.hh"

namespace topoproof::listing {
namespace {

using namespace firewall;  // NOLINT: the test is about its values

Prefix prefix(std::string_view text) { return *Prefix::parse(text); }

struct Row {
  std::string name;
  TableFamily family = TableFamily::Ip;
  std::vector<Statement> statements;
  std::string expected;
};

class TextTest : public testing::TestWithParam<Row> {};

TEST_P(TextTest, SaysItAsNftDoes) {
  const Table table{.family = GetParam().family, .name = "t"};
  const auto text = to_text(make_rule(GetParam().family, GetParam().statements), table);
  ASSERT_TRUE(text.has_value()) << to_string(text.error());
  EXPECT_EQ(*text, GetParam().expected);
}

const Row kRows[] = {
    {.name = "Masquerade",
     .statements = {ip_saddr(prefix("192.168.15.0/24")), oifname("eth0"), counter(), masquerade()},
     .expected = "ip saddr 192.168.15.0/24 oifname \"eth0\" counter masquerade"},
    {.name = "MaskedPrefix",
     .statements = {ip_daddr(prefix("10.0.0.0/9"), Match::IsNot), drop()},
     .expected = "ip daddr != 10.0.0.0/9 drop"},
    {.name = "PortForward",
     .statements = {iifname("eth*"), tcp_dport(80), dnat_to(Ipv4Address(10, 0, 0, 1), 8080)},
     .expected = "iifname \"eth*\" tcp dport 80 dnat to 10.0.0.1:8080"},
    {.name = "Ipv6PortForward",
     .family = TableFamily::Ip6,
     .statements = {udp_dport(53), dnat_to(*IpAddress::parse("fd00::1"), 53)},
     .expected = "udp dport 53 dnat to [fd00::1]:53"},
    {.name = "JoinedFieldsComeApart",
     .statements = {tcp_sport(1), tcp_dport(2), accept()},
     .expected = "tcp sport 1 tcp dport 2 accept"},
    {.name = "Ranges",
     .statements = {tcp_dport({80, 90}), sport(kTcp, {1, 9}, Match::IsNot), accept()},
     .expected = "tcp dport 80-90 tcp sport != 1-9 accept"},
    {.name = "DependenciesThatNothingImpliesAreSaid",
     .family = TableFamily::Inet,
     .statements = {nfproto(Family::Ipv4), l4proto(kTcp), counter()},
     .expected = "meta nfproto ipv4 meta l4proto tcp counter"},
    {.name = "FamilyBeforeAPortIsSaid",
     .family = TableFamily::Inet,
     .statements = {nfproto(Family::Ipv6), tcp_dport(80), accept()},
     .expected = "meta nfproto ipv6 tcp dport 80 accept"},
    {.name = "IcmpImpliesItsFamily",
     .family = TableFamily::Inet,
     .statements = {icmp_type(8), accept()},
     .expected = "icmp type 8 accept"},
    {.name = "StatesAndLimits",
     .family = TableFamily::Inet,
     .statements = {ct_state(kCtNew | kCtInvalid), limit(5, 60), log("new: "), drop()},
     .expected =
         "ct state invalid,new limit rate 5/minute burst 5 packets log prefix \"new: \" drop"},
    {.name = "InetNatSaysItsFamily",
     .family = TableFamily::Inet,
     .statements = {ip_saddr(prefix("fd00::/64")), snat_to(*IpAddress::parse("fd01::1"))},
     .expected = "ip6 saddr fd00::/64 snat ip6 to fd01::1"},
    {.name = "Marks",
     .statements = {meta_mark(7, Match::IsNot), set_mark(7), set_nftrace()},
     .expected = "meta mark != 0x00000007 meta mark set 0x00000007 meta nftrace set 1"},
};

INSTANTIATE_TEST_SUITE_P(Rules, TextTest, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(Text, AWholeRuleset) {
  const NatRule rules[] = {MasqueradeRule{.from = prefix("192.168.15.0/24"), .out = "eth0"}};
  EXPECT_EQ(to_text(make_nat_ruleset(rules)),
            "table ip topoproof {\n"
            "\tchain postrouting {\n"
            "\t\ttype nat hook postrouting priority 100; policy accept;\n"
            "\t\tip saddr 192.168.15.0/24 oifname \"eth0\" counter masquerade\n"
            "\t}\n"
            "}\n");
}

TEST(Text, SetsAreSaidWhereTheyAreLookedUp) {
  const auto port = [](int low) { return Element{.key = {std::byte{0}, std::byte(low)}}; };
  const Table table{.family = TableFamily::Inet,
                    .name = "t",
                    .sets = {{.name = "__set0",
                              .flags = kSetAnonymous | kSetConstant,
                              .key_type = kTypePort,
                              .key_length = 2,
                              .elements = {port(22), port(80)}}}};
  auto rule = make_rule(TableFamily::Inet, {tcp_dport(1), accept()});
  rule.expressions.at(3) = Lookup{.set = "__set0", .from = reg(1)};
  EXPECT_EQ(to_text(rule, table), "tcp dport { 22, 80 } accept");
}

// In whichever order the kernel tells the end of one and the begin of the next: it was once said as
// "1.1.1.2-1.1.1.1".
TEST(Text, IntervalsThatTouchStayApart) {
  const auto at = [](int low, bool is_end) {
    return Element{.key = {std::byte{1}, std::byte{1}, std::byte{1}, std::byte(low)},
                   .flags = is_end ? kElementIntervalEnd : 0};
  };
  Set set{.name = "s",
          .flags = kSetInterval,
          .key_type = kTypeIpv4,
          .key_length = 4,
          .elements = {at(4, true), at(2, false), at(2, true), at(0, false)}};
  const std::string expected =
      "table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
      "\t\telements = { 1.1.1.0/31, 1.1.1.2/31 }\n\t}\n}\n";
  EXPECT_EQ(to_text(Ruleset{{Table{.name = "t", .sets = {set}}}}), expected);
  std::ranges::reverse(set.elements);
  EXPECT_EQ(to_text(Ruleset{{Table{.name = "t", .sets = {set}}}}), expected);
}

TEST(Text, WhatCannotBeSaidIsNamedWithItsLine) {
  Rule rule{.expressions = {NumberGenerator{.modulus = 2}},
            .origin = {.where = {"rules.nft", 3, 0}, .text = {}}};
  const auto text = to_text(rule, Table{});
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(to_string(text.error()),
            "rules.nft:3: error: 'numgen reg 1 = inc mod 2' cannot be said as nft text");
}

TEST(Text, ALowerBoundAloneIsNotLost) {
  auto rule = make_rule(TableFamily::Ip, {tcp_dport({80, 90})});
  rule.expressions.pop_back();
  EXPECT_FALSE(to_text(rule, Table{}).has_value());
}

// The kernel tells the last port of a range even where only one was given.
TEST(Text, APortThatIsFirstAndLastIsSaidOnce) {
  auto rule = make_rule(TableFamily::Ip, {tcp_dport(80), dnat_to(Ipv4Address(10, 0, 0, 1), 8080)});
  auto& nat = std::get<Nat>(rule.expressions.back());
  nat.port_high = nat.port;
  EXPECT_EQ(to_text(rule, Table{}), "tcp dport 80 dnat to 10.0.0.1:8080");
}

// nft refuses it: "transport protocol mapping is only valid after transport protocol match".
TEST(Text, PortsWithoutAProtocolAreNotSaid) {
  auto rule = make_rule(TableFamily::Ip, {tcp_dport(80), dnat_to(Ipv4Address(10, 0, 0, 1), 8080)});
  rule.expressions.erase(rule.expressions.begin(), rule.expressions.end() - 3);
  EXPECT_FALSE(to_text(rule, Table{}).has_value());
}

TEST(Text, CommentsAreKept) {
  auto rule = make_rule(TableFamily::Ip, {accept()});
  rule.userdata = make_comment("let it in");
  EXPECT_EQ(comment_of(rule), "let it in");
  EXPECT_EQ(to_text(rule, Table{}), "accept comment \"let it in\"");
}

}  // namespace
}  // namespace topoproof::listing
