// SPDX-License-Identifier: GPL-2.0-or-later
// How rules and chains follow each other.
#include <gtest/gtest.h>

#include "machine/test_machine.hh"

namespace topoproof::machine {
namespace {

using namespace firewall;  // NOLINT: rules in their own words

constexpr auto kInet = firewall::TableFamily::Inet;

Rule of(std::initializer_list<Statement> statements) { return make_rule(kInet, statements); }

Chain base(std::vector<Rule> rules, bool drops = false, std::int32_t priority = 0) {
  auto chain = make_base_chain("base", ChainType::Filter, firewall::Hook::Forward, priority);
  chain.base->drops = drops;
  chain.rules = std::move(rules);
  return chain;
}
Chain chain(std::string name, std::vector<Rule> rules) {
  return {.name = std::move(name), .base = {}, .rules = std::move(rules)};
}
Filter filter(std::vector<Chain> chains) { return Filter(table_of(std::move(chains), kInet)); }

TEST(Facts, Fact06GotoLeavesNoReturn) {
  const auto counted_drop = of({counter(), drop()});
  auto from_base = filter({base({of({go_to("a")}), counted_drop}), chain("a", {of({counter()})})});
  EXPECT_EQ(from_base.decide(udp()), "accept");
  EXPECT_EQ(from_base.counted(0, 1), 1U);
  EXPECT_EQ(from_base.counted(1), 0U);

  auto from_jump = filter({base({of({jump("a")}), counted_drop}),
                           chain("a", {of({go_to("b")}), of({accept()})}), chain("b", {})});
  EXPECT_EQ(from_jump.decide(udp()), "drop");
  EXPECT_EQ(from_jump.counted(1), 1U);
}

TEST(Facts, Fact07ThePolicyAppliesAtTheEndAndOnReturn) {
  auto end = filter({base({}, true)});
  EXPECT_EQ(end.decide(udp()), "drop");
  auto left = filter({base({of({return_to_caller()}), of({accept()})}, true)});
  EXPECT_EQ(left.decide(udp()), "drop");
  auto called = filter({base({of({jump("a")}), of({accept()})}, true),
                        chain("a", {of({return_to_caller()}), of({drop()})})});
  EXPECT_EQ(called.decide(udp()), "accept");
}

TEST(Facts, Fact08WhatABrokenRuleDidStays) {
  auto f = filter({base({make_rule(kInet, {set_mark(7), counter(), udp_dport(9), accept()}),
                         of({meta_mark(7), accept()})},
                        true)});
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.counted(0), 1U);
}

TEST(Facts, Fact09NegationFailsWhereNothingCanBeLoaded) {
  auto f = filter({base({accepting({PayloadLoad{PayloadBase::Transport, 2, 2, reg(1)},
                                    Compare{CompareOp::NotEqual, reg(1), Bytes(2)}})},
                        true)});
  EXPECT_EQ(f.decide(udp()), "accept");
  auto cut = udp();
  cut.change_layout().trim(22);
  EXPECT_EQ(f.decide(cut), "drop");
}

TEST(Facts, Fact02EqualPriorityLaterRegisteredFirst) {
  auto table = table_of({base({}), base({}), base({}, false, -5)}, kInet);
  table.chains[1].name = "second";
  const Program program(Ruleset{{table}});
  EXPECT_EQ(program.base_chains(TableFamily::Ip, firewall::Hook::Forward, Program::Which::Others),
            (std::vector<std::uint32_t>{2, 1, 0}));
}

TEST(Facts, Fact03InetChainsAreInBothFamilies) {
  const Program program(Ruleset{{table_of({base({})}, kInet)}});
  for (const auto family : {TableFamily::Ip, TableFamily::Ip6}) {
    EXPECT_EQ(program.base_chains(family, firewall::Hook::Forward, Program::Which::Others).size(),
              1U);
  }
  EXPECT_TRUE(
      program.base_chains(TableFamily::Bridge, firewall::Hook::Forward, Program::Which::Others)
          .empty());
}

TEST(Facts, Fact15TrackingDependsOnUnrelatedRules) {
  EXPECT_FALSE(Program().needs_tracking(Family::Ipv4));
  const Program plain(Ruleset{{table_of({base({of({accept()})})}, kInet)}});
  EXPECT_FALSE(plain.needs_tracking(Family::Ipv4));
  const Program with_ct(Ruleset{{table_of({base({of({ct_state(2)})})}, kInet)}});
  EXPECT_TRUE(with_ct.needs_tracking(Family::Ipv4));
  EXPECT_FALSE(with_ct.needs_nat(Family::Ipv4));
}

TEST(Facts, Fact50AResetAndAnErrorAreAnswersAndDrops) {
  auto f = filter({base({make_rule(kInet, {reject_with_tcp_reset()}), of({reject()})})});
  EXPECT_EQ(f.decide(tcp(packet::Tcp::kSyn)), "drop");
  EXPECT_EQ(f.last.answer, (RejectAnswer{.tcp_reset = true}));
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.last.answer, (RejectAnswer{false, 3, 3}));
  EXPECT_EQ(f.decide(udp({"fd00::1", "fd00::2"})), "drop");
  EXPECT_EQ(f.last.answer, (RejectAnswer{false, 1, 4}));
}

TEST(Verdicts, TheTraceTellsRuleReturnAndPolicy) {
  auto f =
      filter({base({of({jump("a")}), of({udp_dport(9)})}, true), chain("a", {of({counter()})})});
  f.decide(udp());
  ASSERT_EQ(f.records.size(), 5U);
  EXPECT_EQ(f.records[0].verdict.next, Next::Jump);
  EXPECT_EQ(f.records[1].kind, Record::Kind::Rule);
  EXPECT_EQ(f.records[1].chain, 1U);
  EXPECT_EQ(f.records[2].kind, Record::Kind::Return);
  EXPECT_EQ(f.records[3].kind, Record::Kind::Return);
  EXPECT_EQ(f.records[4].verdict.next, Next::Drop);
}

TEST(Verdicts, WhatIsNotModelledIsUnknownOnlyWhenReached) {
  auto f = filter({base(
      {make_rule(kInet, {udp_dport(9), Statement{.expressions = {Synproxy{}}}}), of({accept()})},
      true)});
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp({.dport = 9})), "unknown(synproxy)");
  EXPECT_NE(f.last.rule, nullptr);
}

TEST(Verdicts, ADormantTableHasNoHooks) {
  auto table = table_of({base({})}, kInet);
  table.dormant = true;
  const Program program(Ruleset{{table}});
  EXPECT_TRUE(program.base_chains(TableFamily::Ip, firewall::Hook::Forward, Program::Which::Others)
                  .empty());
}

}  // namespace
}  // namespace topoproof::machine
