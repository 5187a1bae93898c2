// SPDX-License-Identifier: GPL-2.0-or-later
// What each phrase compiles to; the expected lines are what `nft --debug=netlink` prints for the
// nft text in the row.
#include "firewall/build.hh"

#include <gtest/gtest.h>

#include "firewall/describe.hh"

namespace topoproof::firewall {
namespace {

Prefix prefix(std::string_view text) { return *Prefix::parse(text); }

std::string listing(const Rule& rule) {
  std::string text;
  for (const auto& expression : rule.expressions) text += describe(expression) + "\n";
  return text;
}

struct Row {
  std::string name;
  TableFamily family = TableFamily::Ip;
  std::string nft;
  std::vector<Statement> statements;
  std::string expected;
};

class BuildTest : public testing::TestWithParam<Row> {};

TEST_P(BuildTest, CompilesAsNftDoes) {
  EXPECT_EQ(listing(make_rule(GetParam().family, GetParam().statements)), GetParam().expected)
      << GetParam().nft;
}

const Row kRows[] = {
    {.name = "PrefixOfWholeBytesLoadsOnlyThose",
     .nft = "ip saddr 192.168.15.0/24 accept",
     .statements = {ip_saddr(prefix("192.168.15.0/24")), accept()},
     .expected = "payload load 3b @ network header + 12 => reg 1\n"
                 "cmp eq reg 1 0x000fa8c0\n"
                 "immediate reg 0 accept\n"},
    {.name = "OtherPrefixIsMasked",
     .nft = "ip saddr 192.168.15.0/25 snat to 1.2.3.4",
     .statements = {ip_saddr(prefix("192.168.15.0/25")), snat_to(Ipv4Address(1, 2, 3, 4))},
     .expected = "payload load 4b @ network header + 12 => reg 1\n"
                 "bitwise reg 1 = ( reg 1 & 0x80ffffff ) ^ 0x00000000\n"
                 "cmp eq reg 1 0x000fa8c0\n"
                 "immediate reg 1 0x04030201\n"
                 "nat snat ip addr_min reg 1\n"},
    {.name = "PortNeedsItsProtocolOnce",
     .nft = "tcp sport 1 tcp dport 80-90 accept",
     .statements = {tcp_sport(1), tcp_dport({80, 90}), accept()},
     .expected = "meta load l4proto => reg 1\n"
                 "cmp eq reg 1 0x00000006\n"
                 "payload load 2b @ transport header + 0 => reg 1\n"
                 "cmp eq reg 1 0x00000100\n"
                 "payload load 2b @ transport header + 2 => reg 1\n"
                 "cmp gte reg 1 0x00005000\n"
                 "cmp lte reg 1 0x00005a00\n"
                 "immediate reg 0 accept\n"},
    {.name = "NeighbouringFieldsAreLoadedAtOnce",
     .nft = "tcp sport 1 tcp dport 2 accept",
     .statements = {tcp_sport(1), tcp_dport(2), accept()},
     .expected = "meta load l4proto => reg 1\n"
                 "cmp eq reg 1 0x00000006\n"
                 "payload load 4b @ transport header + 0 => reg 1\n"
                 "cmp eq reg 1 0x02000100\n"
                 "immediate reg 0 accept\n"},
    {.name = "InWhicheverOrder",
     .nft = "tcp dport 1 tcp sport 2",
     .statements = {tcp_dport(1), tcp_sport(2)},
     .expected = "meta load l4proto => reg 1\n"
                 "cmp eq reg 1 0x00000006\n"
                 "payload load 4b @ transport header + 0 => reg 1\n"
                 "cmp eq reg 1 0x01000200\n"},
    {.name = "AddressesAreTooLongForThat",
     .nft = "ip saddr 10.1.2.3 ip daddr 10.1.2.4",
     .statements = {ip_saddr(prefix("10.1.2.3")), ip_daddr(prefix("10.1.2.4"))},
     .expected = "payload load 4b @ network header + 12 => reg 1\n"
                 "cmp eq reg 1 0x0302010a\n"
                 "payload load 4b @ network header + 16 => reg 1\n"
                 "cmp eq reg 1 0x0402010a\n"},
    {.name = "InetTableNeedsTheFamily",
     .family = TableFamily::Inet,
     .nft = "ip6 saddr fd00::/64 udp dport 53 reject with icmpx port-unreachable",
     .statements = {ip_saddr(prefix("fd00::/64")), udp_dport(53), reject()},
     .expected = "meta load nfproto => reg 1\n"
                 "cmp eq reg 1 0x0000000a\n"
                 "payload load 8b @ network header + 8 => reg 1\n"
                 "cmp eq reg 1 0x000000fd 0x00000000\n"
                 "meta load l4proto => reg 1\n"
                 "cmp eq reg 1 0x00000011\n"
                 "payload load 2b @ transport header + 2 => reg 1\n"
                 "cmp eq reg 1 0x00003500\n"
                 "reject type 2 code 1\n"},
    {.name = "RejectInTheTablesOwnFamily",
     .nft = "tcp dport != 80-90 reject",
     .statements = {dport(kTcp, {80, 90}, Match::IsNot), reject()},
     .expected = "meta load l4proto => reg 1\n"
                 "cmp eq reg 1 0x00000006\n"
                 "payload load 2b @ transport header + 2 => reg 1\n"
                 "range neq reg 1 0x00005000 0x00005a00\n"
                 "reject type 0 code 3\n"},
    {.name = "InterfaceNamesWholeAndBegun",
     .nft = "iifname \"eth0\" oifname \"eth*\" drop",
     .statements = {iifname("eth0"), oifname("eth*"), drop()},
     .expected = "meta load iifname => reg 1\n"
                 "cmp eq reg 1 0x30687465 0x00000000 0x00000000 0x00000000\n"
                 "meta load oifname => reg 1\n"
                 "cmp eq reg 1 0x00687465\n"
                 "immediate reg 0 drop\n"},
    {.name = "ConnectionStates",
     .family = TableFamily::Inet,
     .nft = "ct state established,related accept",
     .statements = {ct_state(kCtEstablished | kCtRelated), accept()},
     .expected = "ct load state => reg 1\n"
                 "bitwise reg 1 = ( reg 1 & 0x00000006 ) ^ 0x00000000\n"
                 "cmp neq reg 1 0x00000000\n"
                 "immediate reg 0 accept\n"},
    {.name = "Redirect",
     .nft = "udp dport 53 redirect to :5353",
     .statements = {udp_dport(53), redirect_to(5353)},
     .expected = "meta load l4proto => reg 1\n"
                 "cmp eq reg 1 0x00000011\n"
                 "payload load 2b @ transport header + 2 => reg 1\n"
                 "cmp eq reg 1 0x00003500\n"
                 "immediate reg 1 0x0000e914\n"
                 "redir proto_min reg 1 flags 0x2\n"},
    {.name = "PingsInAnInetTable",
     .family = TableFamily::Inet,
     .nft = "icmp type echo-request accept",
     .statements = {icmp_type(8), accept()},
     .expected = "meta load nfproto => reg 1\n"
                 "cmp eq reg 1 0x00000002\n"
                 "meta load l4proto => reg 1\n"
                 "cmp eq reg 1 0x00000001\n"
                 "payload load 1b @ transport header + 0 => reg 1\n"
                 "cmp eq reg 1 0x00000008\n"
                 "immediate reg 0 accept\n"},
};

INSTANTIATE_TEST_SUITE_P(Phrases, BuildTest, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(Build, ARegisterHasOneValueUnderBothOfItsNames) {
  EXPECT_EQ(reg(1), reg32(0));
  EXPECT_EQ(reg(2), reg32(4));
  EXPECT_NE(reg32(1), reg(2));
}

}  // namespace
}  // namespace topoproof::firewall
