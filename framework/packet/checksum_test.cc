// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/checksum.hh"

#include <gtest/gtest.h>

namespace topoproof::packet {
namespace {

// The example of RFC 1071 section 3.
TEST(Checksum, IsTheOneOfTheRfc) {
  EXPECT_EQ(internet_checksum(*parse_hex("00 01 f2 03 f4 f5 f6 f7")), 0x220d);
}

TEST(Checksum, OverBytesWithARightChecksumIsZero) {
  EXPECT_EQ(internet_checksum(*parse_hex("00 01 f2 03 f4 f5 f6 f7 22 0d")), 0);
}

TEST(Checksum, DoesNotDependOnHowTheBytesAreCut) {
  const Bytes bytes = *parse_hex("01 02 03 04 05 06 07 08 09 0a 0b");
  const BytesView view(bytes);
  InternetSum pieces;
  pieces.add(view.first(3)).add(view.subspan(3, 5)).add(view.subspan(8, 0)).add(view.subspan(8));
  EXPECT_EQ(pieces.checksum(), internet_checksum(bytes));
}

// udp 192.168.15.2:40000 > 192.168.1.3:53 "x"; tcpdump: "bad udp cksum 0xdead -> 0x5a10"
TEST(Checksum, CoversThePseudoHeader) {
  const Bytes datagram = *parse_hex("9c 40 00 35 00 09 00 00 78");
  EXPECT_EQ(pseudo_header(Ipv4Address(192, 168, 15, 2), Ipv4Address(192, 168, 1, 3), 17, 9)
                .add(datagram)
                .checksum(),
            0x5a10);
}

TEST(Checksum, UpdatedEqualsComputedAfresh) {
  const Bytes before = *parse_hex("45 00 00 25 00 01 40 00 40 01 00 00 c0 a8 0f 02 c0 a8 01 03");
  const Bytes after = *parse_hex("45 00 00 25 00 01 40 00 40 01 00 00 c0 a8 01 02 c0 a8 01 03");
  EXPECT_EQ(updated_checksum(internet_checksum(before), BytesView(before).subspan(12, 4),
                             BytesView(after).subspan(12, 4)),
            internet_checksum(after));
}

// The case that made RFC 1624 replace RFC 1141: the new sum is a negative zero.
TEST(Checksum, UpdateKeepsApartTheTwoZeros) {
  EXPECT_EQ(updated_checksum(0xdd2f, *parse_hex("55 55"), *parse_hex("32 85")), 0x0000);
}

}  // namespace
}  // namespace topoproof::packet
