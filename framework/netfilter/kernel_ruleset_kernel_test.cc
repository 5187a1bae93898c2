// SPDX-License-Identifier: GPL-2.0-or-later
// Rulesets in a real kernel, each in a namespace of its own.
#include <functional>

#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "firewall/describe.hh"
#include "firewall/nat_rules.hh"
#include "firewall/selector.hh"
#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "netlink/error.hh"
#include "sys/kernel_test.hh"
#include "sys/netns.hh"
#include "sys/process.hh"

namespace topoproof::netfilter::kernel_ruleset_kernel_test {
namespace {

using namespace firewall;  // NOLINT: the test is about its values

class KernelRuleset : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    netns_ = sys::Netns::create();
    sys::run_in(netns_, [&] { socket_.emplace(netlink::Protocol::Netfilter); });
  }
  Ruleset observed() {
    auto ruleset = observe_ruleset(*socket_);
    EXPECT_TRUE(ruleset.has_value()) << ruleset.error().text;
    return ruleset.value_or(Ruleset{});
  }

  sys::Netns netns_;
  std::optional<netlink::Socket> socket_;
};

// What a failed comparison is to show.
std::string shown(const Ruleset& ruleset) { return describe(without_state(ruleset)); }

Prefix prefix(std::string_view text) { return *Prefix::parse(text); }
IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

const Location kLine{"home.topo.yaml", 12, 7};

Ruleset nat_example() {
  const NatRule rules[] = {
      MasqueradeRule{.from = prefix("192.168.15.0/24"), .out = "eth0", .where = kLine},
      MasqueradeRule{.from = prefix("fd00::/64"), .out = {}, .where = kLine},
      SourceNatRule{.from = prefix("10.0.0.0/9"), .out = "eth1", .to = ip("192.168.1.9")},
      PortForwardRule{.in = "eth0",
                      .address = ip("192.168.1.2"),
                      .port = 80,
                      .to = ip("192.168.15.2"),
                      .to_port = 8080},
      PortForwardRule{.in = {},
                      .address = {},
                      .protocol = TransportProtocol::Udp,
                      .port = 53,
                      .to = ip("fd00::2"),
                      .to_port = 5353},
  };
  return make_nat_ruleset(rules);
}

// Every phrase that the builders have, where the kernel takes it.
Ruleset filter_example() {
  const auto inet = TableFamily::Inet;
  auto forward = make_base_chain("forward", ChainType::Filter, Hook::Forward, 0);
  forward.base->drops = true;
  forward.rules = {
      make_rule(inet, {ct_state(kCtEstablished | kCtRelated), counter(), accept()}),
      make_rule(inet, {ip_saddr(prefix("10.0.0.0/12")), tcp_dport({80, 90}), jump("web")}),
      make_rule(inet, {ip_daddr(prefix("fd00::1/128")), udp_dport(53), reject()}),
      make_rule(inet, {ip_saddr(prefix("10.1.2.3/32")), ip_daddr(prefix("10.1.2.4/32")), accept()}),
      make_rule(inet, {ip_saddr(prefix("10.0.0.0/8"), Match::IsNot), drop()}),
      make_rule(inet, {iifname("eth*"), oifname("eth0", Match::IsNot), log("seen "), drop()}),
      make_rule(inet, {tcp_sport(1), tcp_dport(2), reject_with_tcp_reset()}),
      make_rule(inet, {dport(kTcp, {1, 9}, Match::IsNot), limit(5, 60), set_mark(7), accept()}),
      make_rule(inet, {icmp_type(8), accept()}),
      make_rule(inet, {icmpv6_type(128), accept()}),
      make_rule(inet, {l4proto(kUdp), meta_mark(7), return_to_caller()}),
      make_rule(inet, {nfproto(Family::Ipv6), set_nftrace()}),
  };
  auto raw = make_base_chain("raw", ChainType::Filter, Hook::Prerouting, -300);
  raw.rules = {make_rule(inet, {udp_dport(53), notrack()})};
  Chain web{.name = "web", .base = {}, .rules = {make_rule(inet, {go_to("end")})}};
  Chain end{.name = "end", .base = {}, .rules = {make_rule(inet, {accept()})}};
  end.rules[0].userdata = make_comment("the end");
  return {{Table{.family = inet, .name = "f", .chains = {forward, raw, web, end}}}};
}

Ruleset together(Ruleset a, const Ruleset& b) {
  a.tables.insert(a.tables.end(), b.tables.begin(), b.tables.end());
  return a;
}

TEST_F(KernelRuleset, HoldsWhatWasLoaded) {
  const auto ruleset = together(nat_example(), filter_example());
  EXPECT_EQ(to_string(load_ruleset(*socket_, ruleset)), "");
  EXPECT_EQ(shown(observed()), shown(ruleset));
}

TEST_F(KernelRuleset, LoadingAgainReplacesAndLeavesOtherTablesAlone) {
  EXPECT_EQ(load_ruleset(*socket_, filter_example()), Issues{});
  EXPECT_EQ(load_ruleset(*socket_, nat_example()), Issues{});
  EXPECT_EQ(load_ruleset(*socket_, nat_example()), Issues{});
  EXPECT_EQ(shown(observed()), shown(together(filter_example(), nat_example())));
}

TEST_F(KernelRuleset, TheTextLoadsToTheSame) {
  const auto ruleset = together(nat_example(), filter_example());
  const auto text = listing::to_text(ruleset);
  ASSERT_TRUE(text.has_value()) << to_string(text.error());
  EXPECT_EQ(to_string(load_text(netns_, *text)), "") << *text;
  EXPECT_EQ(shown(observed()), shown(ruleset)) << *text;
}

TEST_F(KernelRuleset, TheNftProgramListsBothAlike) {
  if (sys::run_process({"sh", "-c", "command -v nft || test -x /usr/sbin/nft"}).exit_status != 0) {
    TOPOPROOF_SKIP("the program nft");
  }
  const auto ruleset = together(nat_example(), filter_example());
  const auto other = sys::Netns::create();
  ASSERT_EQ(load_ruleset(*socket_, ruleset), Issues{});
  const auto loaded =
      sys::run_process({"nft", "-f", "-"}, &other, listing::to_text(ruleset).value());
  ASSERT_EQ(loaded.exit_status, 0) << loaded.output;
  const std::vector<std::string> list{"nft", "list", "ruleset"};
  EXPECT_EQ(sys::run_process(list, &netns_).output, sys::run_process(list, &other).output);
}

TEST_F(KernelRuleset, ARefusalNamesTheRuleAndLeavesAllAsItWas) {
  ASSERT_EQ(load_ruleset(*socket_, filter_example()), Issues{});
  const auto before = observed();
  auto broken = filter_example();
  broken.tables[0].chains[0].rules.push_back(
      make_rule(TableFamily::Inet, {counter(), jump("nowhere")}, {kLine, "jump nowhere"}));
  EXPECT_EQ(to_string(load_ruleset(*socket_, broken)),
            "home.topo.yaml:12:7: error: the kernel refuses rule 'jump nowhere' of inet f forward, "
            "at 'immediate reg 0 jump -> nowhere': No such file or directory\n");
  EXPECT_EQ(observed(), before);
}

TEST_F(KernelRuleset, SetsComeBackWithTheirElements) {
  ASSERT_EQ(load_text(netns_,
                      "table inet t {\n"
                      "  set inside { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }\n"
                      "  chain c {\n"
                      "    tcp dport { 22, 80 } accept\n"
                      "    ip saddr @inside drop\n"
                      "    udp dport vmap { 53 : accept, 54 : goto d }\n"
                      "  }\n"
                      "  chain d { }\n"
                      "}\n"),
            Issues{});
  const auto original = without_state(observed());
  ASSERT_EQ(original.tables.at(0).sets.size(), 3U);
  const auto listing = list_ruleset_text(netns_);
  remove_table(*socket_, TableFamily::Inet, "t");
  EXPECT_EQ(observed(), Ruleset{});
  EXPECT_EQ(to_string(load_ruleset(*socket_, original)), "");
  EXPECT_EQ(list_ruleset_text(netns_), listing);
}

TEST_F(KernelRuleset, TheRemovalOfATableThatAnotherOwnsIsRefused) {
  TextLoader owner(netns_);
  ASSERT_EQ(owner.load("table inet t {\n flags owner\n}\n"), Issues{});
  try {
    remove_table(*socket_, TableFamily::Inet, "t");
    FAIL() << "the kernel took a table from its owner";
  } catch (const netlink::NetlinkError& refused) {
    EXPECT_STREQ(refused.what(), "remove table inet t: Operation not permitted");
  }
}

Location line(int number) { return {"rules.nft", number, 0}; }

// A ruleset that is wrong in one place, and the line of that place.
struct Wrong {
  std::string name;
  std::function<void(Table&)> spoil;
  int line = 0;
};

Table sound_table() {
  Table table{.family = TableFamily::Inet, .name = "t"};
  table.sets = {Set{.name = "nets", .flags = kSetInterval, .key_type = kTypeIpv4, .key_length = 4}};
  table.chains = {{.name = "c"}, {.name = "d"}};
  table.origin.where = line(1);
  table.sets[0].origin.where = line(2);
  table.chains[0].origin.where = line(3);
  return table;
}

Rule rule_at(int number, const std::vector<Statement>& statements) {
  return make_rule(TableFamily::Inet, statements, {line(number), "a rule"});
}

Element element_at(int number, std::string_view address, std::uint32_t flags) {
  Element element{.key = ip(address).bytes(), .flags = flags, .data = {}};
  element.where = line(number);
  return element;
}

const Wrong kWrongs[] = {
    {"SetsThatOverlap",
     [](Table& table) {
       table.sets[0].elements = {
           element_at(11, "10.0.0.0", 0), element_at(11, "11.0.0.0", kElementIntervalEnd),
           element_at(12, "10.1.0.0", 0), element_at(12, "10.2.0.0", kElementIntervalEnd)};
     },
     12},
    {"JumpLoops",
     [](Table& table) {
       table.chains.push_back(make_base_chain("in", ChainType::Filter, Hook::Input, 0));
       table.chains[2].rules = {rule_at(13, {jump("c")})};
       table.chains[0].rules = {rule_at(14, {jump("d")})};
       table.chains[1].rules = {rule_at(15, {tcp_dport(22), jump("c")})};
     },
     15},
    {"RulesOverMissingChains",
     [](Table& table) { table.chains[0].rules = {rule_at(16, {jump("nowhere")})}; }, 16},
    {"RulesOverMissingSets",
     [](Table& table) { table.chains[0].rules = {rule_at(17, {in(by::dport(kTcp), "none")})}; },
     17},
    {"ObjectsThatNobodyHas",
     [](Table& table) {
       table.objects = {{.name = "o", .value = CtHelper{"nobodys-helper", 0, 6}}};
       table.objects[0].origin.where = line(18);
     },
     18},
    {"ChainsOfAWrongHook",
     [](Table& table) {
       table.chains[0].base = BaseChain{.type = ChainType::Nat, .hook = Hook::Forward};
     },
     3},
    {"ValuesThatNoRegisterHolds",
     [](Table& table) {
       auto rule = rule_at(19, {});
       rule.expressions = {Compare{CompareOp::Equal, reg(1), Bytes(65)}};
       table.chains[0].rules = {rule};
     },
     19},
};

class RefusedRuleset : public KernelRuleset, public testing::WithParamInterface<Wrong> {};

TEST_P(RefusedRuleset, IsNamedByItsLineAndChangesNothing) {
  ASSERT_EQ(to_string(load_ruleset(*socket_, {{sound_table()}})), "");
  const auto before = observed();
  auto table = sound_table();
  GetParam().spoil(table);
  const auto issues = load_ruleset(*socket_, {{table}});
  ASSERT_FALSE(issues.empty());
  EXPECT_EQ(issues[0].where.file, "rules.nft") << to_string(issues);
  EXPECT_EQ(issues[0].where.line, GetParam().line) << to_string(issues);
  EXPECT_EQ(observed(), before);
}

INSTANTIATE_TEST_SUITE_P(Wrong, RefusedRuleset, testing::ValuesIn(kWrongs),
                         [](const auto& row) { return row.param.name; });

TEST_F(KernelRuleset, RulesHaveHandlesAndCounters) {
  ASSERT_EQ(load_ruleset(*socket_, nat_example()), Issues{});
  const auto ruleset = observed();
  const auto* table = find_table(ruleset, TableFamily::Ip, "topoproof");
  ASSERT_NE(table, nullptr);
  const auto& rule = find_chain(*table, "postrouting")->rules.at(0);
  EXPECT_EQ(find_rule(*table, rule.handle), &rule);
  EXPECT_EQ(counter_of(rule), Counter{});
  const auto counters = observe_counters(*socket_);
  ASSERT_EQ(counters.size(), 5U);
  EXPECT_EQ(counters[0].chain, "prerouting");
  EXPECT_EQ(counters[1],
            (RuleCounter{TableFamily::Ip, "topoproof", "postrouting", rule.handle, {}}));
}

}  // namespace
}  // namespace topoproof::netfilter::kernel_ruleset_kernel_test
