// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/normal_frame.hh"

#include <gtest/gtest.h>

#include "packet/stack.hh"

namespace topoproof::campaign {
namespace {

using packet::Stack;

Stack from_router(std::uint16_t id) {
  return packet::ether() / packet::ipv4({.id = id, .src = {10, 0, 0, 1}, .dst = {10, 0, 0, 2}});
}

TEST(NormalFrame, TheIdentityOfAnErrorIsTheSendersChoice) {
  const Stack error = packet::icmp({.type = 3, .code = 3}) / packet::payload("quote");
  EXPECT_EQ(make_normal(build(from_router(1) / error)), make_normal(build(from_router(2) / error)));
}

TEST(NormalFrame, TheIdentityOfWhatIsForwardedIsKept) {
  const Stack datagram = packet::udp() / packet::payload("data");
  EXPECT_NE(make_normal(build(from_router(1) / datagram)),
            make_normal(build(from_router(2) / datagram)));
}

// Found by seed 7, case 20620: it may be of the answer to a large echo.
TEST(NormalFrame, TheIdentityOfAFurtherFragmentOfIcmpIsTheSendersChoice) {
  const auto fragment = [](std::uint16_t id) {
    return build(packet::ether() / packet::ipv4({.id = id, .fragment_offset = 172, .protocol = 1}) /
                 packet::payload("rest"));
  };
  EXPECT_EQ(make_normal(fragment(1)), make_normal(fragment(2)));
}

TEST(NormalFrame, AWrongChecksumIsKept) {
  const Stack right = from_router(1) / packet::udp();
  const Stack wrong = from_router(1) / packet::udp({.checksum = 0x1234});
  EXPECT_NE(make_normal(build(right)), make_normal(build(wrong)));
  EXPECT_EQ(make_normal(build(wrong)), build(wrong));
}

TEST(NormalFrame, PaddingIsNoPartOfThePacket) {
  const Stack packet = from_router(1) / packet::udp();
  EXPECT_EQ(make_normal(build(packet / packet::padding(Bytes(18)))), make_normal(build(packet)));
}

// Found by seed 7: the packet that a redirect speaks of was dropped by a rule.
TEST(NormalFrame, WhatAsksForANeighborIsTold) {
  const auto from_router6 = packet::ether() / packet::ipv6();
  EXPECT_TRUE(asks_for_neighbor(build(packet::ether() / packet::arp())));
  EXPECT_TRUE(asks_for_neighbor(build(from_router6 / packet::icmpv6({.type = 135}))));
  EXPECT_FALSE(asks_for_neighbor(build(from_router6 / packet::icmpv6({.type = 128}))));
}

TEST(NormalFrame, AnswersToFencesIgmpAndMulticastOfIpv6AreNoise) {
  const auto to_all = MacAddress::from_bits(0x3333'0000'0001);
  EXPECT_TRUE(is_noise(build(packet::ether() / packet::arp({.operation = packet::Arp::kReply}))));
  EXPECT_TRUE(is_noise(build(packet::ether({.dst = to_all}) / packet::ipv6())));
  EXPECT_TRUE(is_noise(build(packet::ether() / packet::ipv4({.protocol = 2}))));
  EXPECT_FALSE(is_noise(build(packet::ether() / packet::ipv6())));
}

}  // namespace
}  // namespace topoproof::campaign
