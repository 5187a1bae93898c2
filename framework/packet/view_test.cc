// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/view.hh"

#include <gtest/gtest.h>

#include "packet/golden_packets.hh"
#include "packet/print.hh"

namespace topoproof::packet {
namespace {

// A golden packet and what a capture sees of it. The bytes live as long as the views into them.
struct Seen {
  explicit Seen(std::string_view name) : bytes(golden_bytes(name)) {
    frame = parse_frame_view(bytes).value();
    packet = parse_view(frame.network).value_or(PacketView{});
  }
  Bytes bytes;
  FrameView frame;
  PacketView packet;
};

TEST(View, ReadsAnEcho) {
  const Seen seen("EchoRequest");
  EXPECT_EQ(describe(seen.packet),
            "192.168.15.2 > 192.168.1.3 icmp echo request id 7 seq 1, 9 bytes");
  EXPECT_EQ(seen.packet.id, 1u);
  EXPECT_TRUE(seen.packet.dont_fragment);
  EXPECT_EQ(seen.packet.ttl, 64);
  EXPECT_EQ(seen.packet.total_length, 37u);
  EXPECT_EQ(as_text(seen.packet.payload), "topoproof");
}

TEST(View, ReadsATcpHandshake) {
  const Seen seen("TcpSyn");
  ASSERT_NE(seen.packet.tcp(), nullptr);
  EXPECT_EQ(seen.packet.tcp()->flags, Tcp::kSyn);
  EXPECT_EQ(seen.packet.sport(), 40000);
  EXPECT_EQ(seen.packet.dport(), 80);
  EXPECT_EQ(seen.packet.payload_length, 0u);
}

TEST(View, ReadsTcpData) {
  const Seen seen("TcpData");
  EXPECT_EQ(describe(seen.packet),
            "192.168.15.2:80 > 192.168.1.3:40000 tcp [P.] seq 5 ack 1001, 3 bytes");
  EXPECT_EQ(as_text(seen.packet.payload), "odd");
}

TEST(View, LooksThroughTags) {
  const Seen seen("TaggedUdp");
  EXPECT_EQ(seen.frame.vlan, 10);
  EXPECT_EQ(seen.frame.ether_type, Ipv4::kEtherType);
  EXPECT_EQ(seen.packet.dport(), 53);
}

TEST(View, ReadsWhatAnErrorQuotes) {
  const Seen seen("PortUnreachable");
  ASSERT_TRUE(seen.packet.is_icmp_error());
  EXPECT_EQ(seen.packet.icmp()->code, Icmp::kPort);
  EXPECT_EQ(describe(*seen.packet.quoted()), "192.168.15.2:40000 > 192.168.1.3:81 udp, 1 bytes");
}

TEST(View, ClaimsOfAShortQuoteOnlyWhatIsThere) {
  const Seen seen("FragmentationNeeded");
  EXPECT_EQ(seen.packet.icmp()->mtu, 1400u);
  const auto quoted = seen.packet.quoted();
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->sport(), 40000);
  EXPECT_EQ(quoted->tcp()->seq, 1000u);
  EXPECT_EQ(quoted->tcp()->ack, std::nullopt);
  EXPECT_EQ(quoted->tcp()->flags, std::nullopt);
  EXPECT_EQ(quoted->payload_length, std::nullopt);
}

TEST(View, AnEchoQuotesNothing) { EXPECT_FALSE(Seen("EchoRequest").packet.quoted()); }

TEST(View, ALaterFragmentHasNoPorts) {
  const Seen seen("LaterFragmentWithOptions");
  EXPECT_TRUE(seen.packet.is_fragment());
  EXPECT_EQ(seen.packet.fragment_offset, 1480u);
  EXPECT_EQ(seen.packet.protocol, Udp::kProtocol);
  EXPECT_EQ(seen.packet.sport(), std::nullopt);
  EXPECT_EQ(seen.packet.payload.size(), 8u);
}

TEST(View, StepsOverExtensionHeaders) {
  const Seen seen("ExtensionsV6");
  EXPECT_EQ(seen.packet.protocol, Udp::kProtocol);
  EXPECT_EQ(seen.packet.dport(), 53);
  EXPECT_EQ(seen.packet.id, 9u);
  EXPECT_TRUE(seen.packet.more_fragments);
  EXPECT_EQ(as_text(seen.packet.payload), "topoproof");
}

TEST(View, ReadsTooBig) {
  const Seen seen("TooBigV6");
  EXPECT_EQ(describe(seen.packet),
            "2001:db8:15::5 > 2001:db8:15::2 icmpv6 packet too big mtu 1280 "
            "([2001:db8:15::2]:40000 > [2001:db8:1::3]:53 udp, 9 bytes)");
}

TEST(View, ReadsTheGatewayOfARedirect) {
  const Bytes bytes = build(ipv4() / icmp(Icmp::redirect(1, Ipv4Address(10, 0, 0, 9))));
  EXPECT_EQ(parse_view(bytes)->icmp()->gateway, Ipv4Address(10, 0, 0, 9));
}

TEST(View, LeavesOutThePaddingOfAShortFrame) {
  const Bytes bytes = build(ipv4() / udp() / payload("x") / padding(Bytes(17)));
  EXPECT_EQ(as_text(parse_view(bytes)->payload), "x");
}

TEST(View, SaysMoreThanWasCaptured) {
  Bytes bytes = build(ipv4() / udp() / payload("captured only in part"));
  bytes.resize(Ipv4::kSize + Udp::kSize + 8);
  const auto packet = parse_view(bytes);
  EXPECT_EQ(packet->payload_length, 21u);
  EXPECT_EQ(as_text(packet->payload), "captured");
}

TEST(View, TakesATotalLengthOfZeroAsUnstated) {
  const Bytes bytes = build(ipv4({.total_length = 0}) / udp() / payload("segmented later"));
  const auto packet = parse_view(bytes);
  EXPECT_EQ(packet->payload_length, std::nullopt);
  EXPECT_EQ(as_text(packet->payload), "segmented later");
}

TEST(View, RefusesWhatIsNoIpHeader) {
  EXPECT_FALSE(parse_view({}));
  EXPECT_FALSE(parse_view(build(ipv4({.version = 5}))));
  EXPECT_FALSE(parse_view(build(ipv4({.header_length = 4}))));
  EXPECT_FALSE(parse_view(Bytes(40)));
}

TEST(NeighborView, ReadsArpRequestsAndReplies) {
  const Seen request("ArpRequest");
  EXPECT_EQ(parse_arp_view(request.frame.network),
            (NeighborView{.kind = NeighborView::Kind::Request,
                          .sender = Ipv4Address(192, 168, 15, 2),
                          .address = Ipv4Address(192, 168, 15, 5),
                          .mac = MacAddress::from_bits(0x0200'0000'0001)}));
  const Seen reply("ArpReply");
  EXPECT_EQ(parse_arp_view(reply.frame.network),
            (NeighborView{.kind = NeighborView::Kind::Answer,
                          .sender = Ipv4Address(192, 168, 15, 5),
                          .address = Ipv4Address(192, 168, 15, 5),
                          .mac = MacAddress::from_bits(0x0200'0000'0001)}));
}

TEST(NeighborView, ReadsSolicitationsAndAdvertisements) {
  const auto target = Ipv6Address::parse("2001:db8:15::5").value();
  const Seen request("NeighborSolicitation");
  EXPECT_EQ(parse_neighbor_view(request.packet),
            (NeighborView{.kind = NeighborView::Kind::Request,
                          .sender = Ipv6Address::parse("2001:db8:15::2").value(),
                          .address = target,
                          .mac = MacAddress::from_bits(0x0200'0000'0001)}));
  const Seen answer("NeighborAdvertisement");
  EXPECT_EQ(parse_neighbor_view(answer.packet),
            (NeighborView{.kind = NeighborView::Kind::Answer,
                          .sender = target,
                          .address = target,
                          .mac = MacAddress::from_bits(0x0200'0000'0001)}));
}

TEST(NeighborView, AnEchoIsNoNeighborsBusiness) {
  EXPECT_FALSE(parse_neighbor_view(Seen("EchoRequestV6").packet));
}

// What a view of the first bytes of a packet says must be what a view of all of it says, or
// nothing.

bool is_part_of(BytesView part, BytesView whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

template <class T>
bool agrees(const std::optional<T>& cut, const std::optional<T>& whole) {
  return !cut || cut == whole;
}

bool agrees(const TcpView& cut, const TcpView& whole) {
  return cut.sport == whole.sport && cut.dport == whole.dport && agrees(cut.seq, whole.seq) &&
         agrees(cut.ack, whole.ack) && agrees(cut.flags, whole.flags);
}

bool agrees(const IcmpView& cut, const IcmpView& whole) {
  return cut.type == whole.type && cut.code == whole.code && agrees(cut.id, whole.id) &&
         agrees(cut.sequence, whole.sequence) && agrees(cut.mtu, whole.mtu) &&
         agrees(cut.gateway, whole.gateway);
}

bool agrees(const PacketView& cut, const PacketView& whole) {
  const bool tcp = cut.tcp() == nullptr || agrees(*cut.tcp(), *whole.tcp());
  const bool icmp = cut.icmp() == nullptr || agrees(*cut.icmp(), *whole.icmp());
  const bool ports = agrees(cut.sport(), whole.sport()) && agrees(cut.dport(), whole.dport());
  const bool header = cut.src == whole.src && cut.dst == whole.dst && cut.ttl == whole.ttl &&
                      cut.total_length == whole.total_length;
  return header && ports && tcp && icmp && agrees(cut.id, whole.id);
}

class ViewOfACutPacket : public testing::TestWithParam<GoldenPacket> {};

TEST_P(ViewOfACutPacket, ClaimsNothingThatTheWholeDoesNotSay) {
  const Seen whole(GetParam().name);
  for (std::size_t size = 0; size < whole.frame.network.size(); ++size) {
    const BytesView begin = whole.frame.network.first(size);
    const Bytes cut(begin.begin(), begin.end());  // of its own size: a sanitizer guards its end
    const auto packet = parse_view(cut);
    if (!packet) continue;
    EXPECT_TRUE(agrees(*packet, whole.packet)) << "cut after " << size << " bytes";
    EXPECT_TRUE(is_part_of(packet->payload, cut)) << "cut after " << size << " bytes";
    const auto quoted = packet->quoted();
    EXPECT_TRUE(!quoted || agrees(*quoted, *whole.packet.quoted())) << "cut after " << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Packet, ViewOfACutPacket, testing::ValuesIn(golden_packets()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::packet
