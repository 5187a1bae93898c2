// SPDX-License-Identifier: GPL-2.0-or-later
#include "skb/buffer.hh"

#include <gtest/gtest.h>

namespace topoproof::skb {
namespace {

const Bytes kFour = parse_hex("01 02 03 04").value();

TEST(Buffer, HeadersComeOffAndGoOnAgain) {
  Buffer buffer(kFour);
  buffer.take_front(1);
  EXPECT_EQ(to_hex(buffer.view()), "02 03 04");
  buffer.put_front(2)[0] = std::byte{9};
  EXPECT_EQ(buffer.size(), 5U);
  EXPECT_EQ(to_hex(buffer.view().first(1)), "09");
  EXPECT_EQ(to_hex(buffer.view().subspan(2)), "02 03 04");
}

TEST(Buffer, ThereIsRoomForMoreThanWasReserved) {
  Buffer buffer(kFour, 1);
  EXPECT_EQ(buffer.put_front(300).size(), 300U);
  EXPECT_EQ(buffer.size(), 304U);
  EXPECT_EQ(to_hex(buffer.view().last(4)), "01 02 03 04");
}

TEST(Buffer, EqualityIsOfThePacketNotOfTheRoom) {
  Buffer a(kFour, 8);
  Buffer b(kFour, 2);
  EXPECT_EQ(a, b);
  b.trim(3);
  EXPECT_FALSE(a == b);
  b.append(BytesView(kFour).last(1));
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace topoproof::skb
