// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/table.hh"

#include <gtest/gtest.h>

namespace topoproof::conntrack {
namespace {

Tuple flow(std::uint32_t number) {
  return {.source = raw_address(IpAddress(Ipv4Address(number))),
          .destination = raw_address(IpAddress(Ipv4Address(10, 0, 0, 2))),
          .source_port = 1000,
          .destination_port = 80,
          .protocol = kUdp,
          .family = Family::Ipv4};
}

skb::Ref<Entry> add(Table& table, std::uint32_t number, Time expires = 10s) {
  skb::Ref<Entry> entry(new Entry(flow(number), inverse(flow(number)).value(), Zone()));
  entry->expires = expires;
  table.insert(*entry);
  return entry;
}

TEST(Table, FindsBothDirectionsOfManyFlows) {
  Clock clock;
  Table table(clock);
  for (std::uint32_t i = 0; i < 10000; ++i) add(table, i);
  EXPECT_EQ(table.size(), 10000U);
  for (std::uint32_t i = 0; i < 10000; i += 7) {
    const auto* side = table.find(inverse(flow(i)).value(), {});
    ASSERT_NE(side, nullptr);
    EXPECT_EQ(side->direction(), Direction::Reply);
    EXPECT_EQ(side->entry->original(), flow(i));
  }
}

TEST(Table, AFlowWhoseTimeIsOverIsGoneWhenItIsMet) {
  Clock clock;
  Table table(clock);
  add(table, 1, 10s);
  add(table, 2, 20s);
  clock.now = 10s;
  EXPECT_EQ(table.find(flow(1), {}), nullptr);
  EXPECT_NE(table.find(flow(2), {}), nullptr);
  EXPECT_EQ(table.size(), 1U);
}

TEST(Table, APacketKeepsARemovedFlowAlive) {
  Clock clock;
  Table table(clock);
  const auto entry = add(table, 1);
  EXPECT_EQ(entry->references(), 2U);
  table.clear();
  EXPECT_EQ(entry->references(), 1U);
  EXPECT_TRUE(entry->has(kDying));
}

TEST(Table, AFlowThatEndsIsNotFoundByItsSource) {
  Clock clock;
  Table table(clock);
  {
    skb::Ref<Entry> entry(new Entry(flow(1), inverse(flow(1)).value(), Zone()));
    table.add_by_source(*entry);
    EXPECT_EQ(table.first_by_source(flow(1)), entry.get());
  }
  EXPECT_EQ(table.first_by_source(flow(1)), nullptr);
}

}  // namespace
}  // namespace topoproof::conntrack
