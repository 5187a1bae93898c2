// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/byte_source.hh"

#include <array>

#include <gtest/gtest.h>

namespace topoproof {
namespace {

TEST(ByteSource, TakesAsManyBytesAsARangeNeeds) {
  const Bytes bytes = parse_hex("07 01 02 ff").value();
  ByteSource source(bytes);
  EXPECT_EQ(source.between(0, 9), 7);
  EXPECT_EQ(source.between(0, 999), 0x102);
  EXPECT_EQ(source.between(5, 5), 5);
  EXPECT_EQ(source.any<std::uint8_t>(), 0xff);
  EXPECT_TRUE(source.is_exhausted());
}

TEST(ByteSource, GivesZerosWhenItsBytesAreUsedUp) {
  ByteSource source{BytesView()};
  EXPECT_EQ(source.between(3, 9), 3);
  EXPECT_EQ(source.bytes(2), Bytes(2));
  EXPECT_EQ(source.letters(2), "aa");
  EXPECT_EQ(source.pick(std::array{7, 8}), 7);
}

TEST(ByteSource, GivesBytesAndThenZeros) {
  const Bytes bytes = parse_hex("07 01 02").value();
  ByteSource source(bytes);
  EXPECT_EQ(source.view(1).data(), bytes.data());
  EXPECT_EQ(source.bytes(3), parse_hex("01 02 00").value());
  EXPECT_EQ(source.view(4).size(), 0U);
}

TEST(ByteSource, CoversRangesWithNegativeEnds) {
  ByteSource source = ByteSource::seeded(1);
  for (int i = 0; i < 1000; ++i) {
    const int value = source.between(-2, 2);
    EXPECT_TRUE(-2 <= value && value <= 2);
  }
}

TEST(ByteSource, RepeatsWithItsSeed) {
  EXPECT_EQ(ByteSource::seeded(42).bytes(16), ByteSource::seeded(42).bytes(16));
  EXPECT_NE(ByteSource::seeded(42).bytes(16), ByteSource::seeded(43).bytes(16));
  EXPECT_FALSE(ByteSource::seeded(1).is_exhausted());
}

}  // namespace
}  // namespace topoproof
