// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/compare.hh"

#include <gtest/gtest.h>

#include "packet/stack.hh"

namespace topoproof::campaign {
namespace {

Bytes datagram(std::uint8_t ttl) {
  return build(packet::ether({.dst = MacAddress::from_bits(2)}) /
               packet::ipv4({.ttl = ttl, .src = {10, 1, 0, 2}, .dst = {10, 2, 0, 2}}) /
               packet::udp({.sport = 1000, .dport = 53}));
}

class Compare : public testing::Test {
 protected:
  std::string told(const Answer& kernel, const Answer& model) {
    const auto difference = compare(shape, {}, kernel, model);
    return difference ? difference->text : "none";
  }
  generator::Shape shape = generator::make_shape(generator::Feature::Router);
  Answer one;
  Answer other;
};

TEST_F(Compare, WhatIsEqualHasNoDifference) {
  one.frames[1] = other.frames[1] = {datagram(63)};
  EXPECT_EQ(told(one, other), "none");
}

TEST_F(Compare, NamesTheHeaderThatDiffers) {
  one.frames[1] = {datagram(63)};
  other.frames[1] = {datagram(64)};
  EXPECT_EQ(told(one, other),
            "to b\n"
            "  kernel     ether 02:00:00:00:00:01 > 00:00:00:00:00:02, ipv4 10.1.0.2 > 10.2.0.2 "
            "ttl 63, udp 1000 > 53\n"
            "  simulator  ether 02:00:00:00:00:01 > 00:00:00:00:00:02, ipv4 10.1.0.2 > 10.2.0.2 "
            "ttl 64, udp 1000 > 53\n");
}

// What the node draws is not compared, so it is no difference to show.
TEST_F(Compare, ShowsTheDifferenceThatCounts) {
  const auto error = [](std::uint16_t id, std::uint8_t code) {
    return build(packet::ether() /
                 packet::ipv4({.id = id, .src = {10, 1, 0, 1}, .dst = {10, 1, 0, 2}}) /
                 packet::icmp({.type = 3, .code = code}) / packet::payload("quote"));
  };
  one.frames[1] = {error(4711, 1)};
  other.frames[1] = {error(815, 2)};
  const std::string text = told(one, other);
  EXPECT_FALSE(text.contains("4711")) << text;
  EXPECT_FALSE(text.contains("815")) << text;
  EXPECT_FALSE(text.contains("checksum")) << text;
  EXPECT_TRUE(text.contains("icmp host unreachable")) << text;
}

TEST_F(Compare, APacketThatOneSideLostIsADifference) {
  other.frames[2] = {datagram(63)};
  EXPECT_EQ(told(one, other).substr(0, 36), "to c\n  kernel     nothing more\n  sim");
}

TEST_F(Compare, CountersAreComparedWithTheirBytes) {
  one.counters = {{1, 28}};
  other.counters = {{1, 29}};
  EXPECT_NE(told(one, other), "none");
}

}  // namespace
}  // namespace topoproof::campaign
