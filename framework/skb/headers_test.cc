// SPDX-License-Identifier: GPL-2.0-or-later
#include "skb/headers.hh"

#include <string>

#include <gtest/gtest.h>

namespace topoproof::skb {
namespace {

Bytes hex(const std::string& text) { return parse_hex(text).value(); }

const std::string kAddresses4 = " 0a000001 0a000002";
const std::string kAddresses6 =
    " fd000000000000000000000000000001 fd000000000000000000000000000002";

TEST(Headers, OptionsOfIpv4MoveTheTransportHeader) {
  const auto plain = hex("4500001c 00010000 40110000" + kAddresses4 + "1234 0035 0008 0000");
  EXPECT_EQ(parse_headers(plain, kEtherIpv4), (Headers{true, 17, 20, 0}));
  const auto options = hex("46000020 00010000 40110000" + kAddresses4 + "01010100 12340035");
  EXPECT_EQ(parse_headers(options, kEtherIpv4), (Headers{true, 17, 24, 0}));
}

TEST(Headers, ALaterFragmentOfIpv4KeepsItsTransportOffset) {
  const auto later = hex("4500001c 00010002 40110000" + kAddresses4 + "1234 0035 0008 0000");
  EXPECT_EQ(parse_headers(later, kEtherIpv4), (Headers{true, 17, 20, 16}));
}

TEST(Headers, ALaterFragmentOfIpv6HasNone) {
  const auto later = hex("60000000 00102c40" + kAddresses6 + "11000010 00000001 12340035 00080000");
  EXPECT_EQ(parse_headers(later, kEtherIpv6), (Headers{true, 17, 0, 16}));
  const auto before_options =
      hex("60000000 00102c40" + kAddresses6 + "3c000010 00000001 12340035 00080000");
  EXPECT_FALSE(parse_headers(before_options, kEtherIpv6).has_transport);
}

TEST(Headers, ExtensionHeadersAreSkippedUpToAuthentication) {
  const auto hop = hex("60000000 00100040" + kAddresses6 + "11000000 00000000 12340035 00080000");
  EXPECT_EQ(parse_headers(hop, kEtherIpv6), (Headers{true, 17, 48, 0}));
  const auto auth = hex("60000000 00103340" + kAddresses6 + "06010000 00000000 00000000 00000000");
  EXPECT_EQ(parse_headers(auth, kEtherIpv6), (Headers{true, 51, 40, 0}));
  const auto cut = hex("60000000 00100040" + kAddresses6 + "11040000 00000000");
  EXPECT_FALSE(parse_headers(cut, kEtherIpv6).has_transport);
}

TEST(Headers, BytesOfAnyLengthAreSafe) {
  auto packet = hex("46000020 00010000 40110000" + kAddresses4 + "01010100 12340035");
  while (!packet.empty()) {
    packet.pop_back();
    EXPECT_FALSE(parse_unchecked_headers(packet, kEtherIpv4).has_transport) << packet.size();
    (void)parse_headers(packet, kEtherIpv4);
    (void)parse_headers(packet, kEtherIpv6);
  }
}

TEST(Headers, OnABridgeAPacketShorterThanItSaysHasNoTransport) {
  const auto cut = hex("4500001d 00010000 40110000" + kAddresses4 + "1234 0035 0008 0000");
  EXPECT_TRUE(parse_headers(cut, kEtherIpv4).has_transport);
  EXPECT_FALSE(parse_unchecked_headers(cut, kEtherIpv4).has_transport);
}

}  // namespace
}  // namespace topoproof::skb
