// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/tracker.hh"

#include <gtest/gtest.h>

#include "conntrack/test_packets.hh"

namespace topoproof::conntrack {
namespace {

class Tracking : public testing::Test {
 protected:
  // Through PREROUTING and POSTROUTING, as a router forwards it. RETURNS: its state.
  std::string forward(skb::Skb packet) { return forwarded(packet); }
  std::string forwarded(skb::Skb& packet) {
    EXPECT_TRUE(tracker.track(packet, kPrerouting).accepts());
    const auto state = state_of(packet);
    EXPECT_TRUE(tracker.confirm(packet).accepts());
    return state;
  }
  // The packet is dropped by a rule between the two.
  std::string lose(skb::Skb packet) {
    EXPECT_TRUE(tracker.track(packet, kPrerouting).accepts());
    return state_of(packet);
  }

  Clock clock;
  Tracker tracker{clock};
  const Ends ends;
};

TEST_F(Tracking, Fact22EstablishedNeedsAnAnswer) {
  EXPECT_EQ(forward(udp(ends)), "new");
  EXPECT_EQ(forward(udp(ends)), "new");
  EXPECT_EQ(forward(udp(ends.reversed())), "reply");
  EXPECT_EQ(forward(udp(ends)), "established");
  EXPECT_EQ(tracker.table().size(), 1U);
}

TEST_F(Tracking, Fact24ADroppedFirstPacketLeavesNoEntry) {
  EXPECT_EQ(lose(udp(ends)), "new");
  EXPECT_EQ(tracker.table().size(), 0U);
  EXPECT_EQ(forward(udp(ends.reversed())), "new");
}

TEST_F(Tracking, Fact23AnErrorIsRelatedOnlyIfItGoesWhereTheFlowComesFrom) {
  const auto request = udp(ends);
  forward(request);
  EXPECT_EQ(forward(icmp_error("10.0.0.9", "10.0.0.1", request)), "related-reply");
  EXPECT_EQ(forward(icmp_error("10.0.0.2", "10.0.0.7", request)), "invalid");
  EXPECT_EQ(forward(icmp_error("10.0.0.2", "10.0.0.1", udp({.sport = 5}))), "invalid");
  EXPECT_EQ(forward(icmp_error("10.0.0.1", "10.0.0.2", udp(ends.reversed()))), "related");
}

TEST_F(Tracking, Fact21ABadChecksumIsInvalidAtPreroutingOnly) {
  auto bad = udp(ends);
  bad.writable()[26] ^= std::byte{1};
  EXPECT_EQ(forward(bad), "invalid");
  tracker.settings().checksum = false;
  EXPECT_EQ(lose(bad), "new");
  tracker.settings().checksum = true;
  auto local = bad;
  ASSERT_TRUE(tracker.track(local, kOutput).accepts());
  EXPECT_EQ(state_of(local), "new");
  bad.checksum_partial = true;
  EXPECT_EQ(lose(bad), "new");
}

TEST_F(Tracking, AUdpPacketWithoutChecksumIsGood) {
  auto packet = udp(ends);
  store_be16(&packet.writable()[26], 0);
  EXPECT_EQ(forward(packet), "new");
}

TEST_F(Tracking, Fact26NotrackIsUntracked) {
  auto packet = udp(ends);
  packet.ct_info = skb::CtInfo::Untracked;
  EXPECT_EQ(forwarded(packet), "untracked");
  EXPECT_EQ(tracker.table().size(), 0U);
}

TEST_F(Tracking, AfterThirtySecondsTheFlowIsNewAgain) {
  forward(udp(ends));
  clock.now = 29s;
  EXPECT_EQ(forward(udp(ends.reversed())), "reply");
  clock.now = 29s + 30s;
  EXPECT_EQ(forward(udp(ends.reversed())), "new");
}

TEST_F(Tracking, AUdpStreamLivesLonger) {
  forward(udp(ends));
  forward(udp(ends.reversed()));
  clock.now = 2s;
  forward(udp(ends));
  EXPECT_FALSE(tracker.find(tuple_of(udp(ends)))->has(kAssured));
  clock.now = 3s;
  forward(udp(ends));
  EXPECT_TRUE(tracker.find(tuple_of(udp(ends)))->has(kAssured));
  clock.now = 3s + 119s;
  EXPECT_EQ(forward(udp(ends)), "established");
}

TEST_F(Tracking, EchoIsFollowedByItsIdentifier) {
  EXPECT_EQ(forward(echo(ends, 8, 7)), "new");
  EXPECT_EQ(forward(echo(ends.reversed(), 0, 7)), "reply");
  EXPECT_EQ(forward(echo(ends.reversed(), 0, 8)), "invalid");
  EXPECT_EQ(forward(echo(ends, 42, 7)), "invalid");
}

TEST_F(Tracking, NeighbourDiscoveryIsUntracked) {
  const auto solicitation = packet::ipv6({.src = Ipv6Address::parse("fe80::1").value(),
                                          .dst = Ipv6Address::parse("fe80::2").value()}) /
                            packet::icmpv6({.type = 135}) / packet::payload("1234567890123456");
  auto packet = ip_packet(solicitation);
  ASSERT_TRUE(tracker.track(packet, {.family = Family::Ipv6}).accepts());
  EXPECT_EQ(state_of(packet), "untracked");
}

TEST_F(Tracking, TheSameFlowInTwoZonesIsTwo) {
  auto one = udp(ends);
  tracker.choose_zone(one, {.id = 1});
  EXPECT_EQ(forwarded(one), "new");
  EXPECT_EQ(forward(udp(ends.reversed())), "new");
  auto answer = udp(ends.reversed());
  tracker.choose_zone(answer, {.id = 1});
  EXPECT_EQ(forwarded(answer), "reply");
  EXPECT_EQ(tracker.table().size(), 2U);
}

TEST_F(Tracking, AZoneIsNotGivenToAPacketThatHasAConnection) {
  auto packet = udp(ends);
  forwarded(packet);
  tracker.choose_zone(packet, {.id = 1});
  EXPECT_EQ(entry_of(packet)->zone.id, 0U);
}

TEST_F(Tracking, Fact25AFullTableDropsNewFlows) {
  tracker.settings().max_entries = 1;
  forward(udp(ends));
  auto next = udp({.sport = 5});
  EXPECT_EQ(tracker.track(next, kPrerouting).verdict, Verdict::Unknown);
  forward(udp(ends.reversed()));
  clock.now = 3s;
  forward(udp(ends));
  EXPECT_EQ(tracker.track(next, kPrerouting).verdict, Verdict::Drop);
}

TEST_F(Tracking, SctpIsNotModelled) {
  auto packet = ip_packet(packet::ipv4({.protocol = 132}) / packet::payload("123456789012"));
  EXPECT_EQ(tracker.track(packet, kPrerouting).verdict, Verdict::Unknown);
}

TEST_F(Tracking, AnAnswerAttachedToAFlowDoesNotConfirmIt) {
  auto packet = udp(ends);
  ASSERT_TRUE(tracker.track(packet, kPrerouting).accepts());
  auto answer = icmp_error("10.0.0.2", "10.0.0.1", packet);
  Tracker::attach(answer, packet);
  EXPECT_EQ(forwarded(answer), "related-reply");
  EXPECT_EQ(tracker.table().size(), 0U);
}

TEST_F(Tracking, BytesAreCountedInEachDirection) {
  forward(udp(ends, "12345"));
  forward(udp(ends.reversed(), "123"));
  const auto* entry = tracker.find(tuple_of(udp(ends)));
  EXPECT_EQ(entry->traffic[0].bytes, 33U);
  EXPECT_EQ(entry->traffic[1].packets, 1U);
  EXPECT_EQ(entry->traffic[1].bytes, 31U);
}

}  // namespace
}  // namespace topoproof::conntrack
