// SPDX-License-Identifier: GPL-2.0-or-later
// What is encoded and decoded again is the same: without a kernel.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "firewall/describe.hh"
#include "firewall/nat_rules.hh"
#include "nft/decoder.hh"
#include "nft/transaction.hh"

namespace topoproof::nft {
namespace {

using namespace firewall;  // NOLINT: the test is about its values

Ruleset through_messages(const Ruleset& ruleset) {
  Transaction transaction;
  for (const auto& table : ruleset.tables) transaction.add(table);
  transaction.seal(1);
  RulesetDecoder decoder;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const auto message = transaction.message(i);
    const auto issue = decoder.add(Bytes(message.begin(), message.end()));
    EXPECT_FALSE(issue.has_value()) << issue.value_or(Issue{}).text;
  }
  return decoder.take();
}

Bytes bytes(std::initializer_list<int> values) {
  Bytes result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

class ExpressionCodec : public testing::TestWithParam<Expression> {};

TEST_P(ExpressionCodec, IsTheSameAfterwards) {
  const Ruleset ruleset{
      {Table{.family = TableFamily::Inet,
             .name = "t",
             .chains = {{.name = "c", .rules = {{.expressions = {GetParam()}}}}}}}};
  const auto decoded = through_messages(ruleset);
  ASSERT_EQ(decoded.tables.size(), 1U);
  const auto& rules = decoded.tables[0].chains.at(0).rules;
  ASSERT_EQ(rules.size(), 1U);
  ASSERT_EQ(rules[0].expressions.size(), 1U);
  EXPECT_EQ(rules[0].expressions[0], GetParam()) << describe(rules[0].expressions[0]);
}

const Expression kExpressions[] = {
    PayloadLoad{PayloadBase::Transport, 2, 2, reg(1)},
    PayloadStore{PayloadBase::Network, 8, 1, reg32(5), ChecksumKind::Internet, 10, 1},
    MetaLoad{MetaKey::Iifname, reg(2)},
    MetaStore{MetaKey::Mark, reg32(15)},
    CtLoad{CtKey::State, reg(1), {}},
    CtLoad{CtKey::SourceIp, reg(1), CtDirection::Reply},
    CtStore{CtKey::Mark, reg(1), {}},
    Compare{CompareOp::GreaterOrEqual, reg(1), bytes({1, 2})},
    Bitwise{reg(1), reg(1), bytes({255, 255, 255, 128}), bytes({0, 0, 0, 1})},
    Shift{reg(1), reg(2), 4, ShiftDirection::Right, 3},
    ByteOrder{ByteOrderOp::ToNetwork, reg(1), reg(1), 4, 4},
    Range{reg(1), bytes({0, 1}), bytes({0, 9}), true},
    Lookup{"names", reg(1), {}, true},
    Lookup{"names", reg(1), kVerdictRegister, false},
    Lookup{"names", reg(1), reg(2), false},
    Verdict{VerdictKind::Drop, {}},
    Verdict{VerdictKind::Continue, {}},
    Verdict{VerdictKind::Jump, "other"},
    Immediate{reg(1), bytes({10, 0, 0, 1})},
    Nat{NatKind::Destination, Family::Ipv6, reg(1), {}, reg(2), reg(3), kNatRandom},
    Nat{NatKind::Source, Family::Ipv4, reg(1), reg(2), {}, {}, kNatPersistent},
    Masquerade{},
    Masquerade{reg(1), reg(2), kNatFullyRandom},
    Redirect{reg(1), {}, 0},
    Reject{RejectKind::TcpReset, 0},
    Reject{RejectKind::AnyError, 1},
    Counter{12, 3456789012345},
    Limit{10, 60, 7, LimitUnit::Bytes, true},
    Quota{1000, 10, true},
    Log{.prefix = "a prefix", .group = 3, .snaplen = 64, .queue_threshold = 2},
    Log{.level = 6, .flags = 1},
    Notrack{},
    Queue{4, 2, 1, {}},
    Queue{.flags = 2, .number = reg(1)},
    Fib{FibResult::AddressType, kFibDestination | kFibIif, reg(1)},
    Nat{NatKind::Destination, {}, {}, {}, reg(1), {}, 0},
    ExtensionLoad{ExtensionKind::TcpOption, 2, 2, 2, reg(1), false},
    ExtensionLoad{ExtensionKind::Ipv6Header, 44, 0, 1, reg(1), true},
    ExtensionStore{ExtensionKind::TcpOption, 2, 2, 2, reg(1)},
    ExtensionReset{ExtensionKind::TcpOption, 30},
    NumberGenerator{NumberKind::Random, 10, 5, reg(1)},
    Hash{HashKind::Jenkins, reg(2), 8, 16, 0xdeadbeef, 3, reg(1)},
    Hash{.kind = HashKind::Symmetric, .modulus = 2, .to = reg(1)},
    RouteLoad{RouteKey::TcpMss, reg(1)},
    SocketLoad{SocketKey::CgroupV2, 2, reg(1)},
    OsfLoad{reg(1), 2, true},
    TunnelLoad{TunnelKey::Id, reg(1)},
    XfrmLoad{XfrmKey::RequestId, XfrmDirection::Out, 1, reg(1)},
    Tproxy{Family::Ipv4, reg(1), reg(2)},
    Tproxy{{}, {}, reg(1)},
    Synproxy{1460, 7, kSynproxyMss | kSynproxyTimestamp},
    Duplicate{reg(1), reg(2)},
    Forward{reg(1), reg(2), Family::Ipv6},
    Forward{.device = reg(1)},
    Connlimit{20, true},
    Last{true, 100},
    DynamicSet{SetChange::Update, "names", reg(1), reg(2), 60000, true, {}},
    DynamicSet{.set = "names", .key = reg(1), .statements = {Counter{}}},
    DynamicSet{.set = "names", .key = reg(1), .statements = {Limit{1, 60}, Counter{1, 2}}},
    ObjectReference{ObjectKind::Quota, "month"},
    ObjectLookup{"names", reg(1)},
    FlowOffload{"fast"},
    XtMatch{"conntrack", 3, bytes({1, 2, 3, 4, 5, 6, 7, 8})},
    XtTarget{"LOG", 0, bytes({4, 0, 0, 0, 0, 0, 0, 0})},
};

INSTANTIATE_TEST_SUITE_P(Every, ExpressionCodec, testing::ValuesIn(kExpressions),
                         [](const auto& row) {
                           return std::string(kernel_name(row.param)) + std::to_string(row.index);
                         });

TEST(Codec, TheListAboveHasEveryAlternative) {
  std::set<std::size_t> seen;
  for (const auto& expression : kExpressions) seen.insert(expression.index());
  EXPECT_EQ(seen.size(), std::variant_size_v<Expression>);
}

TEST(Codec, NatRulesets) {
  const NatRule rules[] = {
      MasqueradeRule{.from = *Prefix::parse("192.168.15.0/25"), .out = "eth0"},
      PortForwardRule{.in = "eth0", .port = 80, .to = *IpAddress::parse("fd00::2"), .to_port = 80},
  };
  const auto ruleset = without_state(make_nat_ruleset(rules));
  EXPECT_EQ(through_messages(ruleset), ruleset);
}

TEST(Codec, SetsAnonymousAndNamedWithTheirElements) {
  const Set ports{.name = "__set0",
                  .flags = kSetAnonymous | kSetConstant,
                  .key_type = kTypePort,
                  .key_length = 2,
                  .elements = {{.key = bytes({0, 22})}, {.key = bytes({0, 80})}}};
  Set networks{.name = "inside",
               .flags = kSetInterval | kSetTimeout,
               .key_type = kTypeIpv4,
               .key_length = 4,
               .timeout_ms = 5000};
  networks.elements = {{.key = bytes({10, 0, 0, 0})},
                       {.key = bytes({11, 0, 0, 0}), .flags = kElementIntervalEnd}};
  const Set verdicts{
      .name = "__map0",
      .flags = kSetAnonymous | kSetConstant | kSetMap,
      .key_type = kTypePort,
      .key_length = 2,
      .data_type = kTypeVerdict,
      .elements = {{.key = bytes({0, 22}), .data = Verdict{VerdictKind::Goto, "c"}}}};
  const Rule rule{.expressions = {PayloadLoad{PayloadBase::Transport, 2, 2, reg(1)},
                                  Lookup{.set = "__set0", .from = reg(1)},
                                  Lookup{.set = "__map0", .from = reg(1), .to = kVerdictRegister}}};
  const Ruleset ruleset{{Table{.family = TableFamily::Inet,
                               .name = "t",
                               .sets = {ports, networks, verdicts},
                               .chains = {{.name = "c", .rules = {rule}}}}}};
  EXPECT_EQ(through_messages(ruleset), ruleset);
}

TEST(Codec, AnonymousChains) {
  Chain base = make_base_chain("in", ChainType::Filter, Hook::Input, 0);
  base.rules = {make_rule(TableFamily::Ip, {tcp_dport(22), jump("__chain1")})};
  Chain block{.name = "__chain1", .base = {}, .rules = {make_rule(TableFamily::Ip, {accept()})}};
  block.flags = kChainBinding;
  const Ruleset ruleset{{Table{.family = TableFamily::Ip, .name = "t", .chains = {base, block}}}};
  EXPECT_EQ(describe(through_messages(ruleset)), describe(ruleset));
}

TEST(Codec, WhatNobodyKnowsIsRefusedByName) {
  Table table{.name = "t"};
  table.chains = {{.name = "c", .rules = {{.expressions = {Notrack{}}}}}};
  Transaction transaction;
  transaction.add(table);
  RulesetDecoder decoder;
  std::optional<Issue> issue;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const auto view = transaction.message(i);
    Bytes message(view.begin(), view.end());
    const auto at = std::ranges::search(message, as_view("notrack")).begin();
    if (at != message.end()) std::ranges::copy(as_view("zotrack"), at);
    issue = decoder.add(message);
  }
  ASSERT_TRUE(issue.has_value());
  EXPECT_EQ(issue->text, "the expression 'zotrack' is not supported");
}

// A printer with as many registers as the kernel has once threw.
TEST(Codec, ARegisterThatThereIsNotIsRefused) {
  Table table{.name = "t"};
  table.chains = {{.name = "c", .rules = {{.expressions = {MetaStore{MetaKey::Mark, reg32(3)}}}}}};
  Transaction transaction;
  transaction.add(table);
  RulesetDecoder decoder;
  std::optional<Issue> issue;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const auto view = transaction.message(i);
    Bytes message(view.begin(), view.end());
    const auto at = std::ranges::search(message, bytes({8, 0, 3, 0, 0, 0, 0, 11})).begin();
    if (at != message.end()) std::ranges::copy(bytes({8, 0, 3, 0, 0, 0, 1, 1}), at);
    issue = decoder.add(message);
  }
  ASSERT_TRUE(issue.has_value());
  EXPECT_TRUE(issue->text.ends_with("the expression 'meta' names register 257, which there is not"))
      << issue->text;
}

TEST(Codec, AValueThatNoRegisterHoldsIsAnIssue) {
  Rule rule{.expressions = {Compare{CompareOp::Equal, reg(1), Bytes(65)}}};
  rule.origin.where = {"rules.nft", 3, 0};
  Table table{.name = "t"};
  table.chains = {{.name = "c", .rules = {rule}}};
  Transaction transaction;
  transaction.add(table);
  ASSERT_EQ(transaction.issues().size(), 1U);
  EXPECT_EQ(transaction.issues()[0].where.line, 3);
}

TEST(Codec, CommentsAndPoliciesAndDevices) {
  Rule rule = make_rule(TableFamily::Netdev, {drop()});
  rule.userdata = make_comment("no entry");
  auto ingress = make_base_chain("in", ChainType::Filter, Hook::Ingress, -5);
  ingress.base->devices = {"eth0", "eth1"};
  ingress.base->drops = true;
  ingress.rules = {rule};
  const Ruleset ruleset{
      {Table{.family = TableFamily::Netdev, .name = "t", .dormant = true, .chains = {ingress}}}};
  EXPECT_EQ(through_messages(ruleset), ruleset);
}

}  // namespace
}  // namespace topoproof::nft
