// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/rule_operators.hh"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "listing/listing.hh"
#include "mutation/disjoint.hh"

namespace topoproof::mutation {
namespace {

namespace fw = firewall;

const IpAddress kBlue = Ipv4Address(192, 168, 15, 2);
const IpAddress kRed = Ipv4Address(192, 168, 15, 1);

const Alternatives& others() {
  static const Alternatives kOthers{.hosts = {kRed, kBlue},
                                    .own = {Ipv4Address(192, 168, 1, 2)},
                                    .interfaces = {"v-eth-0", "eth0"},
                                    .translated_ports = {{80, 8080}}};
  return kOthers;
}

Prefix prefix(std::string_view text) { return Prefix::parse(text).value(); }

struct RuleCase {
  std::string name;
  std::vector<fw::Statement> statements;
  std::vector<std::string> variants;
};
std::ostream& operator<<(std::ostream& out, const RuleCase& rule) { return out << rule.name; }

// "what: the rule as nft says it", in an `ip` table.
std::vector<std::string> variants_of(const std::vector<fw::Statement>& statements) {
  const fw::Table table{.family = fw::TableFamily::Ip, .name = "t"};
  const fw::Rule rule = fw::make_rule(table.family, statements);
  const fw::BaseChain base{.type = fw::ChainType::Filter, .hook = fw::Hook::Forward, .devices = {}};
  RuleVariants variants;
  add_changed_tests(rule, others(), variants);
  add_changed_actions(rule, table, &base, others(), variants);
  std::vector<std::string> texts;
  for (const RuleVariant& variant : variants) {
    const auto text = listing::to_text(variant.rule, table);
    texts.push_back(variant.what + ": " + (text ? *text : text.error().text));
  }
  return texts;
}

class RuleOperators : public testing::TestWithParam<RuleCase> {};

TEST_P(RuleOperators, MakeTheMistakesOfTheRule) {
  EXPECT_EQ(variants_of(GetParam().statements), GetParam().variants);
}

const RuleCase kCases[] = {
    {"Port",
     {fw::tcp_dport(80), fw::drop()},
     {"protocol match dropped: 'cmp eq reg 1 0x00005000' cannot be said as nft text",
      "protocol swapped: udp dport 80 drop", "dport match dropped: meta l4proto tcp drop",
      "dport match turned round: tcp dport != 80 drop", "port + 1: tcp dport 81 drop",
      "port - 1: tcp dport 79 drop", "bytes of the port swapped: tcp dport 20480 drop",
      "port as it is after NAT: tcp dport 8080 drop", "port range widened: tcp dport 80-81 drop",
      "drop is accept: tcp dport 80 accept", "drop is reject: tcp dport 80 reject with icmp 3"}},
    {"Addresses",
     {fw::ip_saddr(prefix("192.168.15.0/24")), fw::ip_daddr(prefix("192.168.15.2")), fw::accept()},
     {"saddr match dropped: ip daddr 192.168.15.2 accept",
      "saddr match turned round: ip saddr != 192.168.15.0/24 ip daddr 192.168.15.2 accept",
      "saddr: prefix - 1: ip saddr 192.168.14.0/23 ip daddr 192.168.15.2 accept",
      "saddr: prefix + 1: ip saddr 192.168.15.0/25 ip daddr 192.168.15.2 accept",
      "saddr: the network before or after it: ip saddr 192.168.14.0/24 ip daddr 192.168.15.2 "
      "accept",
      "daddr match dropped: ip saddr 192.168.15.0/24 accept",
      "daddr match turned round: ip saddr 192.168.15.0/24 ip daddr != 192.168.15.2 accept",
      "daddr: prefix - 1: ip saddr 192.168.15.0/24 ip daddr 192.168.15.2/31 accept",
      "daddr: wrong host: ip saddr 192.168.15.0/24 ip daddr 192.168.15.1 accept",
      "accept is drop: ip saddr 192.168.15.0/24 ip daddr 192.168.15.2 drop",
      "accept is reject: ip saddr 192.168.15.0/24 ip daddr 192.168.15.2 reject with icmp 3"}},
    {"Interface",
     {fw::iifname("eth0"), fw::counter()},
     {"iifname match dropped: counter", "iifname match turned round: iifname != \"eth0\" counter",
      "iifname: wrong interface: iifname \"v-eth-0\" counter"}},
    {"States",
     {fw::ct_state(fw::kCtEstablished | fw::kCtRelated), fw::accept()},
     {"ct state match dropped: accept",
      "ct state match turned round: 'cmp eq reg 1 0x00000000' cannot be said as nft text",
      "ct state established missing: ct state related accept",
      "ct state related missing: ct state established accept",
      "accept is drop: ct state established,related drop",
      "accept is reject: ct state established,related reject with icmp 3"}},
    {"Status",
     {fw::ct_status(fw::kCtSourceNat), fw::counter()},
     {"ct status match dropped: counter",
      "ct status match turned round: 'cmp eq reg 1 0x00000000' cannot be said as nft text",
      "ct status of the other NAT: ct status dnat counter"}},
    {"Forward",
     {fw::ct_status(fw::kCtSourceNat), fw::dnat_to(kBlue)},
     {"ct status match dropped: dnat to 192.168.15.2",
      "ct status match turned round: 'cmp eq reg 1 0x00000000' cannot be said as nft text",
      "ct status of the other NAT: ct status dnat dnat to 192.168.15.2",
      "wrong host: ct status snat dnat to 192.168.15.1"}},
    {"ForwardToAPort",
     {fw::dnat_to(kBlue, 8080)},
     {"wrong host: 'nat dnat ip addr_min reg 1 proto_min reg 2 flags 0x2' cannot be said as nft "
      "text",
      "written port + 1: 'nat dnat ip addr_min reg 1 proto_min reg 2 flags 0x2' cannot be said as "
      "nft text",
      "written port - 1: 'nat dnat ip addr_min reg 1 proto_min reg 2 flags 0x2' cannot be said as "
      "nft text",
      "bytes of the written port swapped: 'nat dnat ip addr_min reg 1 proto_min reg 2 flags 0x2' "
      "cannot be said as nft text",
      "written port dropped: dnat to 192.168.15.2"}},
    {"Masquerade",
     {fw::masquerade()},
     {"masquerade to other ports: 'masq proto_min reg 1 proto_max reg 2 flags 0x2' cannot be "
      "said as nft text",
      "masquerade is snat: snat to 192.168.1.2"}},
};

INSTANTIATE_TEST_SUITE_P(Rules, RuleOperators, testing::ValuesIn(kCases),
                         [](const auto& each) { return each.param.name; });

TEST(OrderProof, IsThatNoPacketMatchesBothRules) {
  const auto rule = [](std::vector<fw::Statement> statements) {
    return fw::make_rule(fw::TableFamily::Ip, statements);
  };
  const fw::Rule web = rule({fw::tcp_dport(80), fw::accept()});
  EXPECT_EQ(order_proof(web, web), "both rules are the same");
  EXPECT_EQ(order_proof(web, rule({fw::tcp_dport(81), fw::drop()})),
            "no packet matches both rules");
  EXPECT_EQ(order_proof(web, rule({fw::udp_dport(80), fw::drop()})),
            "no packet matches both rules");
  EXPECT_EQ(order_proof(web, rule({fw::drop()})), "");
  EXPECT_EQ(order_proof(web, rule({fw::tcp_dport({80, 90}), fw::drop()})), "");
  EXPECT_EQ(
      order_proof(rule({fw::meta_mark(1), fw::set_mark(2)}), rule({fw::meta_mark(2), fw::drop()})),
      "");
}

// The chain that is called may make it a packet for the second rule, and what counts packets counts
// other ones if it comes later.
TEST(RuleOrder, IsNotProvedOfRulesThatDoMoreThanDecide) {
  const auto rule = [](std::initializer_list<fw::Statement> statements) {
    return fw::make_rule(fw::TableFamily::Ip, statements);
  };
  const fw::Rule other = rule({fw::meta_mark(2), fw::drop()});
  EXPECT_EQ(order_proof(rule({fw::meta_mark(1), fw::jump("marks")}), other), "");
  EXPECT_EQ(order_proof(rule({fw::meta_mark(1), fw::go_to("marks")}), other), "");
  EXPECT_EQ(order_proof(rule({fw::limit(5, 1), fw::meta_mark(1), fw::accept()}), other), "");
  EXPECT_EQ(order_proof(rule({fw::quota(100), fw::meta_mark(1), fw::accept()}), other), "");
  EXPECT_EQ(order_proof(other, rule({fw::meta_mark(1), fw::jump("marks")})), "");
}

}  // namespace
}  // namespace topoproof::mutation
