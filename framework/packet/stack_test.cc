// SPDX-License-Identifier: GPL-2.0-or-later
// What dissect says of packets that are unusual on purpose, and how packets are shown.
#include "packet/stack.hh"

#include <gtest/gtest.h>

#include "packet/dissect.hh"
#include "packet/print.hh"

namespace topoproof::packet {
namespace {

const Ipv4Address kRed(192, 168, 15, 1);
const Ipv4Address kBlue(192, 168, 15, 2);

Stack between_red_and_blue() { return ether() / ipv4({.src = kRed, .dst = kBlue}); }

TEST(Dissect, AValidPacketHasNoComputedFieldSet) {
  const Stack read = dissect(build(between_red_and_blue() / tcp() / payload("x")));
  EXPECT_EQ(*read.find<Ipv4>(), (Ipv4{.src = kRed, .dst = kBlue}));
  EXPECT_EQ(*read.find<Tcp>(), Tcp{});
}

TEST(Dissect, AWrongChecksumStaysWrongAndStandsOut) {
  const Bytes bytes = build(between_red_and_blue() / udp({.checksum = 0xdead}) / payload("x"));
  EXPECT_EQ(dissect(bytes).find<Udp>()->checksum, 0xdead);
  EXPECT_EQ(build(dissect(bytes)), bytes);
}

TEST(Dissect, AWrongLengthStaysWrongAndIsCoveredByARightChecksum) {
  const Stack read = dissect(build(between_red_and_blue() / udp({.length = 500}) / payload("x")));
  EXPECT_EQ(*read.find<Udp>(), Udp{.length = 500});
}

TEST(Dissect, AUdpChecksumOfZeroMeansThereIsNone) {
  const Stack sent = between_red_and_blue() / udp({.checksum = 0}) / payload("x");
  EXPECT_EQ(dissect(build(sent)), sent);
}

TEST(Dissect, BytesBehindTheEndOfThePacketArePadding) {
  const Stack read = dissect(build(between_red_and_blue() / udp() / padding(Bytes(18))));
  EXPECT_EQ(*read.find<Udp>(), Udp{});
  EXPECT_EQ(read.layers.back(), Layer(Padding{Bytes(18)}));
}

TEST(Dissect, APacketInAPacketHasTheInnerAddressesInItsChecksum) {
  const Stack sent = between_red_and_blue() / ipv6() / udp() / payload("x");
  EXPECT_EQ(dissect(build(sent)), sent);
}

TEST(Dissect, AnUnknownProtocolIsPayload) {
  const Stack read = dissect(build(between_red_and_blue() / payload("x")));
  EXPECT_EQ(read, between_red_and_blue() / payload("x"));
  EXPECT_EQ(dissect({}), Stack{});
}

TEST(Dissect, ManyNestedHeadersEndInPayload) {
  Stack nested = ether();
  for (int i = 0; i < 1000; ++i) nested = nested / vlan();
  const Stack read = dissect(build(nested));
  EXPECT_EQ(read.layers.size(), 33u);
  EXPECT_EQ(build(read), build(nested));
}

TEST(Build, AComputedUdpChecksumIsNeverZero) {
  // The port that makes the sum come out as 0: found by asking for the checksum of port 0.
  const Stack zero_port = ipv4() / udp({.sport = 0, .dport = 0});
  const std::uint16_t port = load_be16(&build(zero_port)[Ipv4::kSize + 6]);
  const Bytes bytes = build(ipv4() / udp({.sport = port, .dport = 0}));
  EXPECT_EQ(load_be16(&bytes[Ipv4::kSize + 6]), 0xffff);
}

TEST(Build, OptionsArePaddedToWords) {
  const Bytes bytes = build(ipv4({.options = Bytes(1, std::byte{1})}));
  EXPECT_EQ(bytes.size(), 24u);
  EXPECT_EQ(std::to_integer<int>(bytes[0]), 0x46);
}

TEST(Print, DescribesEveryLayerAndWhatIsSet) {
  EXPECT_EQ(describe(between_red_and_blue() / udp({.dport = 53, .checksum = 1}) / payload("abc")),
            "ether 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ipv4 192.168.15.1 > 192.168.15.2 ttl 64, "
            "udp 40000 > 53 checksum=0x1, payload 3 bytes");
}

TEST(Print, DescribesWhatAnErrorQuotes) {
  const Bytes quote = build(ipv4({.src = kRed, .dst = kBlue}) / tcp());
  EXPECT_EQ(describe(icmp(Icmp::fragmentation_needed(1400)) / payload(quote)),
            "icmp fragmentation needed mtu 1400, "
            "(192.168.15.1:40000 > 192.168.15.2:80 tcp [S] seq 0, 0 bytes)");
}

// Tried with Scapy 2.5: bytes() of each golden packet's command are its bytes.
TEST(Print, WritesScapy) {
  EXPECT_EQ(scapy_command(ipv4({.src = kRed, .dst = kBlue}) / udp({.dport = 53}) / payload("x")),
            "IP(version=4, ihl=5, tos=0, len=29, id=0, flags=0, frag=0, ttl=64, proto=17, "
            "chksum=0xdb7c, src='192.168.15.1', dst='192.168.15.2') / "
            "UDP(sport=40000, dport=53, len=9, chksum=0x4c12) / Raw(bytes.fromhex('78'))");
}

}  // namespace
}  // namespace topoproof::packet
