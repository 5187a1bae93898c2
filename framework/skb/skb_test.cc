// SPDX-License-Identifier: GPL-2.0-or-later
#include "skb/skb.hh"

#include <gtest/gtest.h>

#include "packet/checksum.hh"

namespace topoproof::skb {
namespace {

class Flow : public Tracked {
 public:
  explicit Flow(bool& alive) : alive_(alive) { alive_ = true; }
  ~Flow() override { alive_ = false; }

 private:
  bool& alive_;
};

Bytes udp_packet() {
  return parse_hex("4500001e 00010000 40110000 0a000001 0a000002 12340035 000a0000 6869").value();
}

TEST(Skb, AnUnconfirmedFlowEndsWithItsLastPacket) {
  bool alive = false;
  Skb packet(udp_packet(), kEtherIpv4);
  packet.connection = Ref<Flow>(new Flow(alive));
  Skb copy = packet;
  packet.connection.reset();
  EXPECT_TRUE(alive);
  EXPECT_EQ(copy.connection->references(), 1U);
  copy.scrub();
  EXPECT_FALSE(alive);
}

TEST(Skb, HeadersAreReadAnewAfterALayoutChange) {
  Skb packet(udp_packet(), kEtherIpv4);
  EXPECT_EQ(packet.headers().transport, 20U);
  EXPECT_EQ(packet.transport().size(), 10U);
  EXPECT_EQ(to_string(packet.destination()), "10.0.0.2");
  packet.change_layout().trim(10);
  EXPECT_FALSE(packet.headers().has_transport);
  EXPECT_TRUE(packet.transport().empty());
}

TEST(Skb, ThePartialChecksumIsFilledIn) {
  Skb packet(udp_packet(), kEtherIpv4);
  packet.checksum_partial = true;
  complete_checksum(packet);
  EXPECT_FALSE(packet.checksum_partial);
  auto sum = packet::pseudo_header(packet.source(), packet.destination(), 17, 10);
  EXPECT_EQ(sum.add(packet.transport()).checksum(), 0U);
}

TEST(Skb, UntilThenItIsTheSumOfThePseudoHeader) {
  Skb packet(udp_packet(), kEtherIpv4);
  begin_checksum(packet);
  EXPECT_EQ(to_hex(packet.transport().subspan(6, 2)), "14 1e");
}

TEST(Skb, AnotherNamespaceKnowsNothingOfMarkAndTrace) {
  Skb packet(udp_packet(), kEtherIpv4);
  packet.mark = 7;
  packet.nftrace = true;
  packet.in_interface = 3;
  packet.checksum_partial = true;
  packet.scrub();
  EXPECT_EQ(packet.mark, 0U);
  EXPECT_FALSE(packet.nftrace);
  EXPECT_EQ(packet.in_interface, 0U);
  EXPECT_TRUE(packet.checksum_partial);
}

}  // namespace
}  // namespace topoproof::skb
