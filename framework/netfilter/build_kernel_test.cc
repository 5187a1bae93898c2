// SPDX-License-Identifier: GPL-2.0-or-later
// A second opinion on the builders: the bytes of a rule are those that nft sends for its text.
#include <functional>
#include <iostream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "firewall/build.hh"
#include "firewall/selector.hh"
#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/sent_by_nft.hh"
#include "netfilter/text.hh"
#include "nft/attribute_lines.hh"
#include "nft/attributes.hh"
#include "nft/transaction.hh"
#include "sys/kernel_test.hh"

namespace topoproof::netfilter::build_kernel_test {
namespace {

using namespace firewall;  // NOLINT: the test is about its values
using enum TableFamily;

using Statements = std::vector<Statement>;

struct Row {
  std::string name;
  TableFamily family = Ip;
  std::string text;  // as the printer says it
  std::function<Statements(Table&)> build;
};

Prefix prefix(std::string_view text) { return *Prefix::parse(text); }
IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
std::function<Statements(Table&)> plainly(Statements statements) {
  return [statements = std::move(statements)](Table&) { return statements; };
}
Verdict verdict(VerdictKind kind, std::string chain = {}) { return {kind, std::move(chain)}; }

const Row kRows[] = {
    {"Prefix", Ip, "ip saddr 192.168.0.0/16 counter accept",
     plainly({ip_saddr(prefix("192.168.0.0/16")), counter(), accept()})},
    {"OddPrefix", Ip, "ip daddr 10.0.0.0/9 drop",
     plainly({ip_daddr(prefix("10.0.0.0/9")), drop()})},
    {"Ipv6InInet", Inet, "ip6 saddr fd00::/64 tcp dport 80-90 accept",
     plainly({ip_saddr(prefix("fd00::/64")), tcp_dport({80, 90}), accept()})},
    {"NotAPrefix", Inet, "ip saddr != 10.0.0.0/8 drop",
     plainly({ip_saddr(prefix("10.0.0.0/8"), Match::IsNot), drop()})},
    {"TwoPorts", Ip, "tcp sport 1 tcp dport 2 accept",
     plainly({tcp_sport(1), tcp_dport(2), accept()})},
    {"Interfaces", Ip, "iifname \"eth0\" oifname \"wan*\" accept",
     plainly({iifname("eth0"), oifname("wan*"), accept()})},
    {"States", Ip, "ct state established,related accept",
     plainly({ct_state(kCtEstablished | kCtRelated), accept()})},
    {"Icmp", Inet, "icmp type 8 accept", plainly({icmp_type(8), accept()})},
    {"Icmpv6", Ip6, "icmpv6 type 128 accept", plainly({icmpv6_type(128), accept()})},
    {"Masquerade", Ip, "oifname \"eth0\" masquerade", plainly({oifname("eth0"), masquerade()})},
    {"Snat", Ip, "snat to 10.0.0.1", plainly({snat_to(ip("10.0.0.1"))})},
    {"Dnat", Inet, "tcp dport 80 dnat ip to 10.0.0.2:8080",
     plainly({tcp_dport(80), dnat_to(ip("10.0.0.2"), 8080)})},
    {"Redirect", Ip, "tcp dport 80 redirect to :8080", plainly({tcp_dport(80), redirect_to(8080)})},
    {"Limit", Ip, "limit rate 5/minute burst 5 packets accept", plainly({limit(5, 60), accept()})},
    {"Log", Ip, "log prefix \"seen \" drop", plainly({log("seen "), drop()})},
    {"Reject", Inet, "reject with icmpx 1", plainly({reject()})},
    {"Reset", Ip, "tcp dport 23 reject with tcp reset",
     plainly({tcp_dport(23), reject_with_tcp_reset()})},
    {"Jump", Ip, "meta l4proto udp jump other", plainly({l4proto(kUdp), jump("other")})},
    {"Mark", Ip, "meta mark 0x00000007 meta mark set 0x00000008",
     plainly({meta_mark(7), set_mark(8)})},
    {"ConnectionMarks", Ip, "ct mark 0x00000005 ct mark set meta mark meta mark set ct mark",
     plainly({ct_mark(5), save_mark(), restore_mark()})},
    {"SetConnectionMark", Ip, "ct mark set 0x00000005", plainly({set_ct_mark(5)})},
    {"Translated", Ip, "ct status dnat accept", plainly({ct_status(kCtDestinationNat), accept()})},
    {"FirstOfTcp", Inet, "tcp flags & (fin | syn | rst | ack) == syn accept",
     plainly({tcp_flags(kTcpSyn, kTcpFin | kTcpSyn | kTcpRst | kTcpAck), accept()})},
    {"ReversePath", Inet, "fib saddr . iif oif 0 drop", plainly({no_way_back(), drop()})},
    {"Quota", Ip, "quota over 1000 bytes drop", plainly({quota(1000, true), drop()})},
    {"ClampMss", Ip, "tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu",
     plainly({tcp_flags(kTcpSyn, kTcpSyn | kTcpRst), clamp_mss()})},
    {"SnatRange", Ip, "tcp dport 80 snat to 10.0.0.1-10.0.0.9:1000-2000 random",
     plainly({tcp_dport(80),
              snat_to({ip("10.0.0.1"), ip("10.0.0.9")}, PortRange(1000, 2000), kNatRandom)})},
    {"MasqueradePorts", Ip, "udp dport 53 masquerade to :1000-2000 fully-random",
     plainly({udp_dport(53), masquerade(PortRange(1000, 2000), kNatFullyRandom)})},
    {"Dnat6", Inet, "tcp dport 80 dnat ip6 to [fd00::2]:8080",
     plainly({tcp_dport(80), dnat_to(ip("fd00::2"), 8080)})},
    {"AnonymousSet", Inet, "tcp dport { 22, 80 } accept",
     [](Table& table) { return Statements{one_of(table, by::dport(kTcp), {22, 80}), accept()}; }},
    {"AnonymousIntervals", Ip, "tcp dport { 1-4, 80-82, 90 } accept",
     [](Table& table) {
       return Statements{
           one_of(table, by::dport(kTcp), {PortRange(1, 4), 80, PortRange(81, 82), 90}), accept()};
     }},
    {"AnonymousNetworks", Inet, "ip saddr { 1.2.3.5, 10.0.0.0/8 } drop",
     [](Table& table) {
       return Statements{
           one_of(table, by::saddr(Family::Ipv4), {prefix("10.0.0.0/8"), ip("1.2.3.5")}), drop()};
     }},
    {"NotOneOf", Ip6, "ip6 daddr != { fd00::1, fd00::2 } accept",
     [](Table& table) {
       return Statements{
           one_of(table, by::daddr(Family::Ipv6), {ip("fd00::1"), ip("fd00::2")}, Match::IsNot),
           accept()};
     }},
    {"InterfaceSet", Ip, "iifname { \"eth0\", \"eth1\" } accept",
     [](Table& table) {
       return Statements{one_of(table, by::iifname(), {"eth0", "eth1"}), accept()};
     }},
    {"VerdictMap", Ip, "tcp dport vmap { 22 : accept, 23 : drop, 80 : jump other }",
     [](Table& table) {
       return Statements{vmap(table, by::dport(kTcp),
                              {{22, verdict(VerdictKind::Accept)},
                               {23, verdict(VerdictKind::Drop)},
                               {80, verdict(VerdictKind::Jump, "other")}})};
     }},
    {"VerdictMapOfNetworks", Ip, "ip saddr vmap { 10.0.0.0/8 : accept, 11.0.0.0/8 : drop }",
     [](Table& table) {
       return Statements{vmap(table, by::saddr(Family::Ipv4),
                              {{prefix("10.0.0.0/8"), verdict(VerdictKind::Accept)},
                               {prefix("11.0.0.0/8"), verdict(VerdictKind::Drop)}})};
     }},
    {"Concatenation", Ip, "ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 90 } accept",
     [](Table& table) {
       const auto both = concatenation({by::saddr(Family::Ipv4), by::dport(kTcp)});
       return Statements{
           one_of(table, both,
                  {Interval::joined({ip("10.0.0.1"), 80}), Interval::joined({ip("10.0.0.2"), 90})}),
           accept()};
     }},
    {"ConcatenationOfRanges", Inet,
     "ip saddr . tcp dport { 10.0.0.0/8 . 80-90, 11.0.0.1 . 443 } accept",
     [](Table& table) {
       const auto both = concatenation({by::saddr(Family::Ipv4), by::dport(kTcp)});
       return Statements{one_of(table, both,
                                {Interval::joined({prefix("10.0.0.0/8"), PortRange(80, 90)}),
                                 Interval::joined({ip("11.0.0.1"), 443})}),
                         accept()};
     }},
};

class BuilderBytes : public sys::KernelTest, public testing::WithParamInterface<Row> {};
class BuilderSets : public sys::KernelTest {};

Table surroundings(TableFamily family) {
  Table table{.family = family, .name = "t"};
  table.sets = {make_set("ports", by::dport(kTcp), {22, 80})};
  table.chains = {{.name = "c"}, {.name = "other"}};
  return table;
}

// Without the userdata of sets: there nft notes for itself how it would write the key again, which
// the kernel only keeps.
std::vector<std::string> told(BytesView message) {
  auto lines = nft::attribute_lines(message).said;
  const auto type = NFNL_MSG_TYPE(netlink::read_header<nlmsghdr>(message)->nlmsg_type);
  const auto is_userdata = [](const std::string& line) {
    return line.starts_with(fmt::format("/{}: ", int{NFTA_SET_USERDATA}));
  };
  if (type == NFT_MSG_NEWSET) std::erase_if(lines, is_userdata);
  return lines;
}

std::uint32_t first_set_id(const std::vector<SentMessage>& messages) {
  for (const auto& message : messages) {
    if (NFNL_MSG_TYPE(message.type) != NFT_MSG_NEWSET) continue;
    const auto id = nft::child(BytesView(message.body).subspan(sizeof(nfgenmsg)), NFTA_SET_ID);
    return load_be32(id.data());
  }
  return 1;
}

// What is new in the table: the rule and its sets.
std::vector<std::vector<std::string>> encoded(const Table& table, std::size_t already_there,
                                              std::uint32_t id) {
  nft::Transaction transaction(id);
  transaction.add(table);
  std::vector<std::vector<std::string>> messages;
  for (std::size_t i = already_there; i < transaction.size(); ++i) {
    messages.push_back(told(transaction.message(i)));
  }
  return messages;
}

TEST_P(BuilderBytes, AreThoseThatNftSends) {
  const auto& row = GetParam();
  const auto netns = sys::Netns::create();
  std::optional<netlink::Socket> socket;
  sys::run_in(netns, [&] { socket.emplace(netlink::Protocol::Netfilter); });
  auto table = surroundings(row.family);
  ASSERT_EQ(to_string(load_ruleset(*socket, {{table}})), "");
  nft::Transaction there;
  there.add(table);
  table.chains[0].rules = {make_rule(row.family, row.build(table))};
  const auto text = listing::to_text(table.chains[0].rules[0], table);
  ASSERT_TRUE(text.has_value()) << to_string(text.error());
  EXPECT_EQ(*text, row.text);
  const auto sent =
      sent_by_nft(netns, fmt::format("add rule {} t c {}", to_string(row.family), *text));
  std::vector<std::vector<std::string>> messages;
  for (const auto& [type, body] : sent) {
    messages.push_back(told(nft::with_header({.type = type, .payload = body})));
  }
  EXPECT_EQ(encoded(table, there.size(), first_set_id(sent)), messages);
}

// nft numbers named sets as well, which the kernel finds by their names: the bytes differ in that.
TEST_F(BuilderSets, NamedOnesLoadToTheSameAsTheirText) {
  const auto netns = sys::Netns::create();
  std::optional<netlink::Socket> socket;
  sys::run_in(netns, [&] { socket.emplace(netlink::Protocol::Netfilter); });
  auto table = surroundings(Ip);
  table.sets.push_back(make_set("nets", by::saddr(Family::Ipv4), {prefix("10.0.0.0/8")}));
  table.sets.push_back(
      make_verdict_map("fates", by::iifname(), {{"eth0", verdict(VerdictKind::Drop)}}));
  table.chains[0].rules = {
      make_rule(Ip, {in(by::dport(kTcp), "ports"), in(by::saddr(Family::Ipv4), "nets"), accept()}),
      make_rule(Ip, {in(by::dport(kTcp), "ports", Match::IsNot), vmap(by::iifname(), "fates")}),
  };
  const auto text = listing::to_text(Ruleset{{table}});
  ASSERT_TRUE(text.has_value()) << to_string(text.error());
  ASSERT_EQ(to_string(load_text(netns, *text)), "") << *text;
  const auto by_nft = observe_ruleset(*socket);
  ASSERT_TRUE(by_nft.has_value()) << by_nft.error().text;
  ASSERT_EQ(to_string(load_ruleset(*socket, {{table}})), "");
  auto by_us = observe_ruleset(*socket);
  ASSERT_TRUE(by_us.has_value()) << by_us.error().text;
  EXPECT_EQ(by_us->tables.at(0).chains, by_nft->tables.at(0).chains);
  for (std::size_t i = 0; i < table.sets.size(); ++i) {
    EXPECT_EQ(by_us->tables[0].sets.at(i).elements, by_nft->tables[0].sets.at(i).elements);
    EXPECT_EQ(by_us->tables[0].sets.at(i).flags, by_nft->tables[0].sets.at(i).flags);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, BuilderBytes, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::netfilter::build_kernel_test
