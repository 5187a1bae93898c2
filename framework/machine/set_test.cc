// SPDX-License-Identifier: GPL-2.0-or-later
// Sets, maps and stateful expressions.
#include <gtest/gtest.h>

#include "machine/test_machine.hh"

namespace topoproof::machine::set_test {
namespace {

using namespace firewall;              // NOLINT: rules in their own words
using namespace std::chrono_literals;  // NOLINT: literals only

Bytes hex(const char* text) { return parse_hex(text).value(); }
const PayloadLoad kDport{PayloadBase::Transport, 2, 2, reg(1)};

Table with_set(firewall::Set set, std::vector<Rule> rules) {
  auto chain = make_base_chain("c", ChainType::Filter, firewall::Hook::Forward, 0);
  chain.base->drops = true;
  chain.rules = std::move(rules);
  auto table = table_of({chain}, firewall::TableFamily::Inet);
  table.sets = {std::move(set)};
  return table;
}

TEST(Facts, Fact10AMapMissGoesOnWithTheNextRuleAndAHitEndsThisOne) {
  firewall::Set map{.name = "m", .flags = kSetMap, .key_length = 2, .data_type = kTypeVerdict};
  map.elements = {{.key = hex("00 50"), .data = Verdict{VerdictKind::Continue, {}}},
                  {.key = hex("00 51"), .data = Verdict{VerdictKind::Accept, {}}},
                  {.key = hex("00 52"), .data = Verdict{VerdictKind::Drop, {}}}};
  const Rule look{
      .expressions = {kDport, firewall::Lookup{"m", reg(1), kVerdictRegister, false}, Counter{}}};
  Filter f(with_set(map, {look, accepting({Counter{}})}));
  EXPECT_EQ(f.decide(udp({.dport = 81})), "accept");
  EXPECT_EQ(f.counted(0), 0U);
  EXPECT_EQ(f.counted(1), 0U);
  EXPECT_EQ(f.decide(udp({.dport = 82})), "drop");
  EXPECT_EQ(f.decide(udp({.dport = 9})), "accept");
  EXPECT_EQ(f.counted(1), 1U);
}

TEST(Facts, Fact12ConcatenationsAreRangesOfEachField) {
  firewall::Set set{
      .name = "s", .flags = kSetInterval | kSetConcat, .key_length = 8, .field_lengths = {4, 2}};
  set.elements = {{.key = hex("0a000001 0050 0000"), .key_high = hex("0a000009 005a 0000")},
                  {.key = hex("0a000020 0001 0000"), .key_high = hex("0a000020 ffff 0000")}};
  Filter f(with_set(set, {accepting({PayloadLoad{PayloadBase::Network, 12, 4, reg(1)},
                                     PayloadLoad{PayloadBase::Transport, 2, 2, reg32(1)},
                                     firewall::Lookup{"s", reg(1), {}, false}})}));
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.5", .dport = 85})), "accept");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.5", .dport = 79})), "drop");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.1", .dport = 91})), "drop");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.32", .dport = 9})), "accept");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.10", .dport = 80})), "drop");
}

firewall::Set intervals() {
  firewall::Set set{.name = "s", .flags = kSetInterval, .key_length = 2};
  set.elements = {{.key = hex("00 00"), .flags = kElementIntervalEnd},
                  {.key = hex("00 50")},
                  {.key = hex("00 5b"), .flags = kElementIntervalEnd},
                  {.key = hex("ff 00")}};
  return set;
}

TEST(Sets, AnIntervalReachesUpToItsEnd) {
  Filter f(with_set(intervals(), {accepting({kDport, firewall::Lookup{"s", reg(1), {}, false}})}));
  for (const auto& [port, expected] :
       {std::pair(79, "drop"), std::pair(80, "accept"), std::pair(90, "accept"),
        std::pair(91, "drop"), std::pair(0xfeff, "drop"), std::pair(0xff00, "accept"),
        std::pair(0xffff, "accept")}) {
    EXPECT_EQ(f.decide(udp({.dport = static_cast<std::uint16_t>(port)})), expected) << port;
  }
}

TEST(Sets, AnInvertedLookupStillBreaksWithoutAKey) {
  Filter f(with_set(intervals(), {accepting({kDport, firewall::Lookup{"s", reg(1), {}, true}})}));
  EXPECT_EQ(f.decide(udp({.dport = 9})), "accept");
  auto cut = udp({.dport = 9});
  cut.change_layout().trim(22);
  EXPECT_EQ(f.decide(cut), "drop");
}

TEST(Sets, AnIntervalVerdictMap) {
  auto map = intervals();
  map.flags |= kSetMap;
  map.data_type = kTypeVerdict;
  map.elements[1].data = Verdict{VerdictKind::Accept, {}};
  map.elements[3].data = Verdict{VerdictKind::Drop, {}};
  Filter f(with_set(map, {rule({kDport, firewall::Lookup{"s", reg(1), kVerdictRegister, false}})}));
  EXPECT_EQ(f.decide(udp({.dport = 85})), "accept");
  EXPECT_EQ(f.decide(udp({.dport = 0xff01})), "drop");
  EXPECT_EQ(f.last.answer, std::nullopt);
}

TEST(Sets, TheCatchallIsForKeysThatHaveNoElement) {
  firewall::Set map{.name = "m", .flags = kSetMap, .key_length = 2, .data_length = 4};
  map.elements = {{.key = hex("00 50"), .data = host_number(1)},
                  {.key = {}, .flags = kElementCatchall, .data = host_number(2)}};
  Filter f(with_set(map, {accepting({kDport, firewall::Lookup{"m", reg(1), reg(1), false},
                                     Compare{CompareOp::Equal, reg(1), host_number(2)}})}));
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp({.dport = 9})), "accept");
}

TEST(Sets, ElementsThatARuleAddsLiveForATime) {
  firewall::Set set{.name = "s",
                    .flags = kSetDynamic | kSetTimeout,
                    .key_length = 4,
                    .timeout_ms = 10'000,
                    .size = 2};
  const PayloadLoad source{PayloadBase::Network, 12, 4, reg(1)};
  const auto build = [&](SetChange change) {
    return Filter(with_set(
        set, {accepting({source, firewall::Lookup{"s", reg(1), {}, false}}),
              rule({source, DynamicSet{.change = change, .set = "s", .key = reg(1)}, Counter{}})}));
  };
  auto f = build(SetChange::Add);
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp()), "accept");
  f.clock.now = 10s;
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.7"})), "drop");
  EXPECT_EQ(f.counted(1), 3U);
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.8"})), "drop");
  EXPECT_EQ(f.counted(1), 3U);  // the set is full: the rule broke
}

TEST(Sets, EachElementHasItsOwnLimit) {
  firewall::Set set{.name = "s", .flags = kSetDynamic, .key_length = 4, .size = 100};
  Filter f(with_set(set, {accepting({PayloadLoad{PayloadBase::Network, 12, 4, reg(1)},
                                     DynamicSet{.change = SetChange::Update,
                                                .set = "s",
                                                .key = reg(1),
                                                .statements = {Limit{.rate = 1, .burst = 1}}}})}));
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.9"})), "accept");
}

TEST(State, ALimitIsSharedAndUsedUpOnlyWhereItIsReached) {
  Filter f({accepting(
      {kDport, Compare{CompareOp::Equal, reg(1), hex("00 50")}, Limit{.rate = 2, .burst = 2}})});
  EXPECT_EQ(f.decide(udp({.dport = 9})), "drop");
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.9"})), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
  f.clock.now = 500ms;
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
}

TEST(State, OverInverts) {
  Filter f({accepting({Limit{.rate = 1, .burst = 1, .over = true}})});
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp()), "accept");
}

TEST(State, AQuotaCountsBytes) {
  Filter f({accepting({Quota{.bytes = 60}})});
  EXPECT_EQ(f.decide(udp()), "accept");  // 30
  EXPECT_EQ(f.decide(udp()), "accept");  // 60: reached, not passed
  EXPECT_EQ(f.decide(udp()), "drop");
}

TEST(State, ConnectionsAreCountedOnceEach) {
  Filter f({accepting({Connlimit{.count = 1}})});
  const auto open = [&](std::uint16_t port) {
    auto packet = udp({.sport = port});
    EXPECT_TRUE(f.tracker.track(packet, {}).accepts());
    const auto decided = f.decide_in_place(packet);
    if (decided == "accept") {
      EXPECT_TRUE(f.tracker.confirm(packet).accepts());
    }
    return decided;
  };
  EXPECT_EQ(open(1), "accept");
  EXPECT_EQ(open(1), "accept");
  EXPECT_EQ(open(2), "drop");
  f.clock.now = 60s;
  EXPECT_EQ(open(3), "accept");
}

TEST(State, NumbersGoRound) {
  Filter f({accepting({NumberGenerator{NumberKind::Incremental, 2, 0, reg(1)},
                       Compare{CompareOp::Equal, reg(1), host_number(0)}})});
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_FALSE(f.last.is_random);
}

TEST(State, ANamedObjectIsOneForAllItsRules) {
  auto table = with_set({.name = "unused", .key_length = 1},
                        {accepting({ObjectReference{ObjectKind::Quota, "q"}}),
                         accepting({ObjectReference{ObjectKind::Quota, "q"}})});
  table.objects = {{.name = "q", .value = Quota{.bytes = 100}}};
  Filter f(table);
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
}

}  // namespace
}  // namespace topoproof::machine::set_test
