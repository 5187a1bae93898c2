// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/defrag.hh"

#include <algorithm>

#include <gtest/gtest.h>

#include "conntrack/test_packets.hh"

namespace topoproof::conntrack {
namespace {

// `whole` from byte `begin` to `end` of its payload.
skb::Skb fragment(const skb::Skb& whole, std::uint32_t begin, std::uint32_t end, bool more,
                  std::uint16_t flags = 0) {
  const auto bytes = whole.bytes();
  Bytes out(bytes.begin(), bytes.begin() + 20);
  const auto payload = bytes.subspan(20 + begin, end - begin);
  out.insert(out.end(), payload.begin(), payload.end());
  store_be16(&out[2], static_cast<std::uint16_t>(out.size()));
  store_be16(&out[6], static_cast<std::uint16_t>((more ? 0x2000U : 0U) | flags | begin / 8));
  return skb::Skb(out, skb::kEtherIpv4);
}

class Defragmentation : public testing::Test {
 protected:
  std::string add(skb::Skb packet) {
    auto result = defragmenter.gather(std::move(packet));
    if (std::holds_alternative<Held>(result)) return "held";
    if (const auto* outcome = std::get_if<Outcome>(&result)) return std::string(outcome->why);
    whole = std::get<skb::Skb>(result);
    return "whole";
  }

  Clock clock;
  Settings settings;
  Defragmenter defragmenter{clock, settings};
  skb::Skb whole;
  const skb::Skb sent = udp({}, "0123456789012345678901234567890");
};

TEST_F(Defragmentation, Fact14TheWholePacketRemembersItsPieces) {
  EXPECT_EQ(add(fragment(sent, 16, 32, true)), "held");
  EXPECT_EQ(add(fragment(sent, 0, 16, true)), "held");
  EXPECT_EQ(add(fragment(sent, 32, 39, false)), "whole");
  EXPECT_TRUE(std::ranges::equal(whole.bytes(), sent.bytes()));
  ASSERT_TRUE(whole.reassembled);
  EXPECT_EQ(whole.reassembled->sizes, (std::vector<std::uint32_t>{16, 16, 7}));
  EXPECT_EQ(whole.reassembled->largest, 36U);
  EXPECT_TRUE(has_good_checksums(whole));
  EXPECT_EQ(defragmenter.queues(), 0U);
}

TEST_F(Defragmentation, AWholePacketPassesUntouched) {
  EXPECT_EQ(add(sent), "whole");
  EXPECT_FALSE(whole.reassembled);
}

TEST_F(Defragmentation, OverlappingFragmentsLoseThePacket) {
  EXPECT_EQ(add(fragment(sent, 0, 16, true)), "held");
  EXPECT_EQ(add(fragment(sent, 8, 24, true)), "overlapping fragments");
  EXPECT_EQ(add(fragment(sent, 16, 39, false)), "held");
}

TEST_F(Defragmentation, ARepeatedFragmentDoesNot) {
  EXPECT_EQ(add(fragment(sent, 0, 16, true)), "held");
  EXPECT_EQ(add(fragment(sent, 0, 16, true)), "fragment seen before");
  EXPECT_EQ(add(fragment(sent, 16, 39, false)), "whole");
}

TEST_F(Defragmentation, AfterThirtySecondsThePiecesAreGone) {
  add(fragment(sent, 0, 16, true));
  clock.now = 30s;
  EXPECT_EQ(add(fragment(sent, 16, 39, false)), "held");
}

TEST_F(Defragmentation, DontFragmentStaysOnlyIfTheLargestPieceHadIt) {
  add(fragment(sent, 0, 24, true, 0x4000));
  EXPECT_EQ(add(fragment(sent, 24, 39, false)), "whole");
  EXPECT_TRUE(whole.reassembled->dont_fragment);
  EXPECT_EQ(load_be16(&whole.bytes()[6]), 0x4000U);
  add(fragment(sent, 0, 16, true, 0x4000));
  EXPECT_EQ(add(fragment(sent, 16, 39, false)), "whole");
  EXPECT_FALSE(whole.reassembled->dont_fragment);
}

TEST_F(Defragmentation, Ipv6LosesItsFragmentHeader) {
  const auto packet = udp({"fd00::1", "fd00::2", 1, 2}, "12345678");
  const auto piece = [&](std::size_t begin, std::size_t end, std::uint16_t field) {
    Bytes out(packet.bytes().begin(), packet.bytes().begin() + 40);
    out[6] = std::byte{44};
    const auto header = parse_hex("11 00 00 00 00 00 00 07").value();
    out.insert(out.end(), header.begin(), header.end());
    store_be16(&out[42], field);
    const auto payload = packet.bytes().subspan(40 + begin, end - begin);
    out.insert(out.end(), payload.begin(), payload.end());
    store_be16(&out[4], static_cast<std::uint16_t>(out.size() - 40));
    return skb::Skb(out, skb::kEtherIpv6);
  };
  EXPECT_EQ(add(piece(8, 16, 8)), "held");
  EXPECT_EQ(add(piece(0, 8, 1)), "whole");
  EXPECT_TRUE(std::ranges::equal(whole.bytes(), packet.bytes()));
}

}  // namespace
}  // namespace topoproof::conntrack
