// SPDX-License-Identifier: GPL-2.0-or-later
#include "impair/direction.hh"

#include <algorithm>

#include <gtest/gtest.h>

#include "packet/stack.hh"

namespace topoproof::impair {
namespace {

using std::chrono::milliseconds;
using Time = Direction::Time;

// The n-th of many flows.
Bytes packet_of(std::uint16_t port) {
  return build(packet::ipv4({.src = Ipv4Address(10, 0, 0, 1), .dst = Ipv4Address(10, 0, 0, 2)}) /
               packet::udp({.sport = port, .dport = 53}));
}

// Of a thousand flows, which packets arrive.
std::vector<std::uint16_t> survivors(Direction& direction) {
  std::vector<std::uint16_t> arrived;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    const Bytes bytes = packet_of(port);
    if (!direction.pass(bytes, bytes.size(), Time(port)).empty()) arrived.push_back(port);
  }
  return arrived;
}

TEST(Direction, LosesTheShareThatItIsTold) {
  Direction direction({.loss = {200'000}, .seed = 1});
  const std::size_t count = survivors(direction).size();
  EXPECT_GT(count, 750U);
  EXPECT_LT(count, 850U);
}

TEST(Direction, LosesAllOrNothing) {
  Direction all({.loss = {Share::kAll}});
  Direction none({});
  EXPECT_EQ(survivors(all).size(), 0U);
  EXPECT_EQ(survivors(none).size(), 1000U);
}

TEST(Direction, LosesTheSameWithTheSameSeed) {
  Direction one({.loss = {200'000}, .seed = 1});
  Direction same({.loss = {200'000}, .seed = 1});
  Direction other({.loss = {200'000}, .seed = 2});
  const auto arrived = survivors(one);
  EXPECT_EQ(survivors(same), arrived);
  EXPECT_NE(survivors(other), arrived);
}

// What else passes, and in which order, changes nothing for a packet.
TEST(Direction, LosesTheSameWhateverPassesBetween) {
  Direction forth({.loss = {500'000}, .seed = 3});
  Direction back({.loss = {500'000}, .seed = 3});
  const auto arrived = survivors(forth);
  std::vector<std::uint16_t> reversed;
  for (std::uint16_t port = 1000; port >= 1; --port) {
    const Bytes bytes = packet_of(port);
    if (!back.pass(bytes, bytes.size(), Time()).empty()) reversed.push_back(port);
  }
  std::ranges::reverse(reversed);
  EXPECT_EQ(reversed, arrived);
}

TEST(Direction, AsksAnewForEachPacketOfAFlow) {
  Direction direction({.loss = {500'000}, .seed = 4});
  const Bytes bytes = packet_of(1);
  int arrived = 0;
  for (int i = 0; i < 100; ++i) {
    arrived += direction.pass(bytes, bytes.size(), Time()).empty() ? 0 : 1;
  }
  EXPECT_GT(arrived, 30);
  EXPECT_LT(arrived, 70);
}

TEST(Direction, Delays) {
  Direction direction({.delay = milliseconds(10)});
  const Bytes bytes = packet_of(1);
  EXPECT_EQ(direction.pass(bytes, bytes.size(), milliseconds(5)),
            std::vector<Time>{milliseconds(15)});
}

TEST(Direction, DelaysByMoreOrLessAndKeepsTheOrder) {
  Direction direction({.delay = milliseconds(10), .jitter = milliseconds(5), .seed = 5});
  Time last{};
  Time least = milliseconds(100);
  for (std::uint16_t port = 1; port <= 100; ++port) {
    const Bytes bytes = packet_of(port);
    const Time sent = milliseconds(20) * port;
    const Time arrival = direction.pass(bytes, bytes.size(), sent).at(0);
    EXPECT_GE(arrival, last);
    EXPECT_GE(arrival - sent, milliseconds(5));
    EXPECT_LE(arrival - sent, milliseconds(15));
    least = std::min(least, arrival - sent);
    last = arrival;
  }
  EXPECT_LT(least, milliseconds(7));
}

TEST(Direction, Doubles) {
  Direction direction({.duplicate = {Share::kAll}});
  const Bytes bytes = packet_of(1);
  EXPECT_EQ(direction.pass(bytes, bytes.size(), Time()).size(), 2U);
}

TEST(Direction, LetsSomeOvertake) {
  Direction direction({.delay = milliseconds(10), .reorder = {300'000}, .seed = 6});
  int overtaking = 0;
  for (std::uint16_t port = 1; port <= 100; ++port) {
    const Bytes bytes = packet_of(port);
    overtaking += direction.pass(bytes, bytes.size(), Time()).at(0) == Time() ? 1 : 0;
  }
  EXPECT_GT(overtaking, 15);
  EXPECT_LT(overtaking, 45);
}

// 1000 bytes at 8 kbit/s take a second each.
TEST(Direction, SendsNoFasterThanItsRate) {
  Direction direction({.rate = {8'000}});
  const Bytes bytes = packet_of(1);
  EXPECT_EQ(direction.pass(bytes, 1000, Time()).at(0), std::chrono::seconds(1));
  EXPECT_EQ(direction.pass(bytes, 1000, Time()).at(0), std::chrono::seconds(2));
  EXPECT_EQ(direction.pass(bytes, 1000, std::chrono::seconds(9)).at(0), std::chrono::seconds(10));
}

}  // namespace
}  // namespace topoproof::impair
