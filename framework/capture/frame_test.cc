// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/frame.hh"

#include <gtest/gtest.h>

#include "capture/tap.hh"

namespace topoproof::capture {
namespace {

Bytes bytes_of(std::string_view hex) { return parse_hex(hex).value(); }

TEST(Frame, Sll2HeaderIsTakenApart) {
  const Bytes record = bytes_of(
      "08 00 00 00            # protocol, reserved\n"
      "00 00 00 07            # interface index\n"
      "00 01 04 06            # ARPHRD_ETHER, outgoing, address length\n"
      "02 00 00 00 00 01 00 00\n"
      "45 00");
  const FrameView frame = decode_frame(LinkType::LinuxSll2, record, 20 + 84, Timestamp());
  EXPECT_EQ(frame.protocol, 0x0800);
  EXPECT_EQ(frame.interface_index, 7u);
  EXPECT_EQ(frame.type, PacketType::Outgoing);
  EXPECT_EQ(to_string(frame.source), "02:00:00:00:00:01");
  EXPECT_EQ(to_hex(frame.bytes), "45 00");
  EXPECT_EQ(frame.length, 84u);
}

TEST(Frame, AnUnknownPacketTypeIsNone) {
  Bytes record(20);
  record[10] = std::byte{6};
  EXPECT_EQ(decode_frame(LinkType::LinuxSll2, record, 20, Timestamp()).type, std::nullopt);
}

TEST(Frame, EthernetHeaderIsTakenApart) {
  const Bytes record = bytes_of("ff ff ff ff ff ff 02 00 00 00 00 01 08 06 00 01");
  const FrameView frame = decode_frame(LinkType::Ethernet, record, 42, Timestamp());
  EXPECT_EQ(frame.protocol, 0x0806);
  EXPECT_EQ(to_string(frame.source), "02:00:00:00:00:01");
  EXPECT_EQ(frame.type, std::nullopt);
  EXPECT_EQ(frame.length, 28u);
}

TEST(Frame, RawBytesTellTheirProtocol) {
  EXPECT_EQ(decode_frame(LinkType::Raw, bytes_of("45"), 20, Timestamp()).protocol, 0x0800);
  EXPECT_EQ(decode_frame(LinkType::Raw, bytes_of("60"), 40, Timestamp()).protocol, 0x86dd);
  EXPECT_EQ(decode_frame(LinkType::Raw, {}, 0, Timestamp()).protocol, 0);
}

TEST(Frame, ARecordTooShortForItsHeaderIsEmpty) {
  const Bytes record(19);
  const FrameView frame = decode_frame(LinkType::LinuxSll2, record, 19, Timestamp());
  EXPECT_TRUE(frame.bytes.empty());
  EXPECT_EQ(frame.length, 0u);
  EXPECT_EQ(frame.record.size(), 19u);
}

TEST(TapOptions, RingsArePagesThatHoldTheFrames) {
  EXPECT_EQ(ring_bytes({.frames = 1, .snap_length = 64}), 4096u);
  EXPECT_EQ(ring_bytes({.frames = 24, .snap_length = 64}), 2 * 4096u) << "23 slots of 176 a page";
  EXPECT_EQ(ring_bytes({.frames = 2, .snap_length = 65535}), 2 * 131072u);
}

TEST(TapFilter, IsCheckedWithoutATap) {
  EXPECT_TRUE(check_filter("udp port 9", LinkType::LinuxSll2).empty());
  const Issues issues = check_filter("udp porrt 9", LinkType::LinuxSll2);
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].text,
            "capture filter 'udp porrt 9': can't parse filter expression: syntax error");
}

}  // namespace
}  // namespace topoproof::capture
