// SPDX-License-Identifier: GPL-2.0-or-later
// What instructions load, and where they break a rule.
#include <gtest/gtest.h>

#include "machine/test_machine.hh"

namespace topoproof::machine {
namespace {

using namespace firewall;  // NOLINT: rules in their own words

Bytes hex(const char* text) { return parse_hex(text).value(); }
Expressions dport_is(const char* value, std::uint32_t length = 2) {
  return {PayloadLoad{PayloadBase::Transport, 2, length, reg(1)},
          Compare{CompareOp::Equal, reg(1), hex(value)}};
}
skb::Skb later_fragment() {
  auto packet = udp();
  store_be16(&packet.writable()[6], 2);
  packet.change_layout();
  return packet;
}

TEST(Facts, Fact13AShortLoadReadsLaterFragmentsAndALongOneDoesNot) {
  Filter short_load({accepting(dport_is("00 50"))});
  EXPECT_EQ(short_load.decide(later_fragment()), "accept");
  Filter long_load({accepting({PayloadLoad{PayloadBase::Transport, 0, 8, reg(1)},
                               Compare{CompareOp::NotEqual, reg(1), Bytes(8)}})});
  EXPECT_EQ(long_load.decide(udp()), "accept");
  EXPECT_EQ(long_load.decide(later_fragment()), "drop");
}

TEST(Facts, Fact11FlagsAreBitsAndASetOfThemIsExact) {
  Filter bits({accepting({PayloadLoad{PayloadBase::Transport, 13, 1, reg(1)},
                          Bitwise{reg(1), reg(1), hex("02"), hex("00")},
                          Compare{CompareOp::NotEqual, reg(1), hex("00")}})});
  EXPECT_EQ(bits.decide(tcp(packet::Tcp::kSyn | packet::Tcp::kAck)), "accept");
  Filter exact({accepting({PayloadLoad{PayloadBase::Transport, 13, 1, reg(1)},
                           Compare{CompareOp::Equal, reg(1), hex("02")}})});
  EXPECT_EQ(exact.decide(tcp(packet::Tcp::kSyn | packet::Tcp::kAck)), "drop");
}

// Of a packet that a socket of the simulation has made.
TEST(Loads, WhatAKernelDrawsIsNotKnown) {
  const auto load = [](PayloadBase base, std::uint32_t offset, std::uint32_t length) {
    return Filter({accepting({PayloadLoad{base, offset, length, reg(1)},
                              Compare{CompareOp::NotEqual, reg(1), Bytes(length, std::byte{9})}})});
  };
  skb::Skb made = tcp(packet::Tcp::kSyn);
  made.has_drawn_id = made.has_drawn_data = true;
  const std::string unknown = fmt::format("unknown({})", kDrawnBytes);
  EXPECT_EQ(load(PayloadBase::Network, 4, 2).decide(made), unknown);      // identification
  EXPECT_EQ(load(PayloadBase::Network, 10, 2).decide(made), unknown);     // checksum
  EXPECT_EQ(load(PayloadBase::Transport, 4, 4).decide(made), unknown);    // sequence number
  EXPECT_EQ(load(PayloadBase::Network, 6, 2).decide(made), "accept");     // fragments
  EXPECT_EQ(load(PayloadBase::Transport, 0, 4).decide(made), "accept");   // ports
  EXPECT_EQ(load(PayloadBase::Transport, 13, 1).decide(made), "accept");  // flags
  EXPECT_EQ(load(PayloadBase::Network, 4, 2).decide(tcp(2)), "accept");   // somebody's bytes
}

TEST(Loads, WithoutALinkHeaderTheRuleBreaks) {
  Filter f({accepting({PayloadLoad{PayloadBase::Link, 6, 6, reg(1)},
                       Compare{CompareOp::Equal, reg(1), hex("02 00 00 00 00 09")}})});
  auto packet = udp();
  EXPECT_EQ(f.decide(packet), "drop");
  packet.link = skb::LinkHeader{.source = MacAddress::from_bits(0x020000000009)};
  EXPECT_EQ(f.decide(packet), "accept");
}

TEST(Loads, NamesArePaddedOrAWildcard) {
  const auto name = [](const char* text, std::size_t size) {
    Bytes bytes(as_view(text).begin(), as_view(text).end());
    bytes.resize(size);
    return accepting(
        {MetaLoad{MetaKey::Iifname, reg(1)}, Compare{CompareOp::Equal, reg(1), bytes}});
  };
  EXPECT_EQ(Filter({name("eth0", 16)}).decide(udp()), "accept");
  EXPECT_EQ(Filter({name("eth", 16)}).decide(udp()), "drop");
  EXPECT_EQ(Filter({name("eth", 3)}).decide(udp()), "accept");
}

TEST(Loads, AnInterfaceIsItsIndexAndNoneIsZero) {
  Filter f({accepting(
      {MetaLoad{MetaKey::Iif, reg(1)}, Compare{CompareOp::Equal, reg(1), host_number(3)}})});
  EXPECT_EQ(f.decide(udp()), "accept");
  f.at.in = nullptr;
  EXPECT_EQ(f.decide(udp()), "drop");
  Filter type({accepting(
      {MetaLoad{MetaKey::Iiftype, reg(1)}, Compare{CompareOp::NotEqual, reg(1), hex("ff ff")}})});
  type.at.in = nullptr;
  EXPECT_EQ(type.decide(udp()), "drop");
}

TEST(Loads, MarksAreInHostOrderAndSortedInNetworkOrder) {
  // meta mark 2-3, as nft compares it: turned around, then as bytes.
  Filter f({accepting({MetaLoad{MetaKey::Mark, reg(1)},
                       ByteOrder{ByteOrderOp::ToNetwork, reg(1), reg(1), 4, 4},
                       Range{reg(1), hex("00000002"), hex("00000003"), false}})});
  for (const auto& [mark, expected] :
       {std::pair(1U, "drop"), std::pair(2U, "accept"), std::pair(3U, "accept"),
        std::pair(4U, "drop"), std::pair(0x02000000U, "drop")}) {
    auto packet = udp();
    packet.mark = mark;
    EXPECT_EQ(f.decide(packet), expected) << mark;
  }
}

TEST(Loads, CtWithoutAFlowBreaksButItsStateIsInvalid) {
  Filter status({accepting({CtLoad{CtKey::Status, reg(1), {}},
                            Compare{CompareOp::NotEqual, reg(1), host_number(0x7fffffff)}})});
  EXPECT_EQ(status.decide(udp()), "drop");
  Filter invalid({accepting(
      {CtLoad{CtKey::State, reg(1), {}}, Compare{CompareOp::Equal, reg(1), host_number(1)}})});
  EXPECT_EQ(invalid.decide(udp()), "accept");
}

TEST(Loads, NotrackIsTooLateForAPacketWithAFlow) {
  Filter f({accepting({Notrack{}})});
  auto tracked = udp();
  ASSERT_TRUE(f.tracker.track(tracked, {}).accepts());
  f.decide_in_place(tracked);
  EXPECT_EQ(tracked.ct_info, skb::CtInfo::New);
  auto fresh = udp();
  f.decide_in_place(fresh);
  EXPECT_EQ(fresh.ct_info, skb::CtInfo::Untracked);
}

TEST(Loads, SetThenReadInsideARuleWorks) {
  Filter f({accepting({Immediate{reg(1), host_number(9)}, CtStore{CtKey::Mark, reg(1), {}},
                       CtLoad{CtKey::Mark, reg(2), {}},
                       Compare{CompareOp::Equal, reg(2), host_number(9)}})});
  auto packet = udp();
  EXPECT_EQ(f.decide(packet), "drop");
  ASSERT_TRUE(f.tracker.track(packet, {}).accepts());
  EXPECT_EQ(f.decide(packet), "accept");
}

TEST(Loads, AnAbsentOptionBreaks) {
  const ExtensionLoad mss{
      .kind = ExtensionKind::TcpOption, .type = 2, .offset = 2, .length = 2, .to = reg(1)};
  Filter f({accepting({mss, Compare{CompareOp::NotEqual, reg(1), hex("00 00")}})});
  EXPECT_EQ(f.decide(tcp(packet::Tcp::kSyn)), "drop");
  EXPECT_EQ(f.decide(tcp(packet::Tcp::kSyn, hex("02 04 05 b4"))), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
}

TEST(Loads, AnMssIsOnlyLowered) {
  const auto clamp = [](const char* to) {
    return accepting(
        {Immediate{reg(1), hex(to)}, ExtensionStore{ExtensionKind::TcpOption, 2, 2, 2, reg(1)}});
  };
  auto packet = tcp(packet::Tcp::kSyn, hex("02 04 05 b4"));
  Filter({clamp("05 dc")}).decide_in_place(packet);
  EXPECT_EQ(load_be16(&packet.bytes()[42]), 0x05b4);
  Filter({clamp("04 00")}).decide_in_place(packet);
  EXPECT_EQ(load_be16(&packet.bytes()[42]), 0x0400);
  auto mended = packet;
  mended.checksum_partial = true;
  skb::complete_checksum(mended);
  EXPECT_EQ(to_hex(packet.bytes()), to_hex(mended.bytes()));
}

TEST(Loads, AWrittenFieldMendsBothChecksums) {
  auto packet = udp();
  Filter f({accepting(
      {Immediate{reg(1), hex("0a 00 00 09")},
       PayloadStore{PayloadBase::Network, 12, 4, reg(1), ChecksumKind::Internet, 10, 1}})});
  f.decide_in_place(packet);
  EXPECT_EQ(to_string(packet.source()), "10.0.0.9");
  EXPECT_EQ(to_hex(packet.bytes()), to_hex(udp({.from = "10.0.0.9"}).bytes()));
}

TEST(Loads, AUdpPacketWithoutChecksumStaysWithout) {
  auto packet = udp();
  store_be16(&packet.writable()[26], 0);
  Filter f({accepting(
      {Immediate{reg(1), hex("0a 00 00 09")},
       PayloadStore{PayloadBase::Network, 12, 4, reg(1), ChecksumKind::Internet, 10, 1}})});
  f.decide_in_place(packet);
  EXPECT_EQ(load_be16(&packet.bytes()[26]), 0U);
}

TEST(Loads, ExtensionHeadersOfIpv6AreFoundByType) {
  auto packet = udp({"fd00::1", "fd00::2"});
  Filter presence(
      {accepting({ExtensionLoad{.type = 44, .length = 1, .to = reg(1), .presence = true},
                  Compare{CompareOp::Equal, reg(1), hex("01")}})});
  EXPECT_EQ(presence.decide(packet), "drop");
  EXPECT_EQ(Filter({accepting({ExtensionLoad{.type = 17, .offset = 2, .length = 2, .to = reg(1)},
                               Compare{CompareOp::Equal, reg(1), hex("00 50")}})})
                .decide(packet),
            "accept");
}

TEST(Loads, WhatTheWorldDoesNotKnowIsUnknown) {
  Filter f({accepting({MetaLoad{MetaKey::Skuid, reg(1)}})});
  EXPECT_EQ(f.decide(udp()), "unknown(the socket that sent the packet)");
}

TEST(Loads, FibLoadsInterfacePresenceOrType) {
  Filter type({accepting({Fib{FibResult::AddressType, kFibDestination, reg(1)},
                          Compare{CompareOp::Equal, reg(1), host_number(2)}})});
  EXPECT_EQ(type.decide(udp()), "drop");
  EXPECT_EQ(type.decide(udp({.to = "192.0.2.1"})), "accept");
  Filter missing({accepting({Fib{FibResult::Oif, kFibSource | kFibPresent, reg(1)},
                             Compare{CompareOp::Equal, reg(1), hex("00")}})});
  EXPECT_EQ(missing.decide(udp()), "accept");
  missing.environment.route = 3;
  EXPECT_EQ(missing.decide(udp()), "drop");
}

}  // namespace
}  // namespace topoproof::machine
