// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <linux/netlink.h>

#include "netlink/batch.hh"
#include "netlink/reader.hh"
#include "netlink/writer.hh"

namespace topoproof::netlink {
namespace {

// A made-up message, in which every kind of attribute occurs.
constexpr std::array kInnerAttributes{
    AttributeSpec{1, Kind::U16, "INNER_NUMBER"},
    AttributeSpec{2, Kind::Binary, "INNER_BYTES"},
};
constexpr Schema kInner{.header_size = 4, .attributes = kInnerAttributes};
constexpr std::array kOuterAttributes{
    AttributeSpec{1, Kind::U8, "OUTER_BYTE"},
    AttributeSpec{2, Kind::U32, "OUTER_NUMBER"},
    AttributeSpec{3, Kind::Be16, "OUTER_PORT"},
    AttributeSpec{4, Kind::String, "OUTER_NAME"},
    AttributeSpec{5, Kind::Ip, "OUTER_ADDRESS"},
    AttributeSpec{6, Kind::LinkAddress, "OUTER_MAC"},
    AttributeSpec{7, Kind::Nested, "OUTER_NEST", &kInner},
};
constexpr Schema kOuter{.header_size = 4, .attributes = kOuterAttributes};
constexpr Request kSay{.type = 0x20, .flags = NLM_F_REQUEST, .schema = &kOuter};

BytesView payload_of(BytesView message) { return message.subspan(sizeof(nlmsghdr)); }

void write_all_kinds(MessageWriter& writer) {
  writer.put_header(std::uint32_t{7});
  writer.put_u8(1, 0x11);
  writer.put_u32(2, 0x22222222);
  writer.put_be16(3, 80);
  writer.put_string(4, "eth0");
  writer.put_ip(5, Ipv4Address(10, 0, 0, 1));
  writer.put_mac(6, MacAddress::from_bits(0x020000000001));
  const auto nest = writer.nest(7);
  writer.put_header(std::uint32_t{9});
  writer.put_u16(1, 0x3333);
}

TEST(MessageWriter, WritesAlignedAttributesWithZeroPadding) {
  MessageWriter writer;
  writer.begin(kSay);
  write_all_kinds(writer);
  const auto expected = parse_hex(R"(
      5c 00 00 00 20 00 01 00  00 00 00 00 00 00 00 00  # length, type, flags, sequence, port
      07 00 00 00                                       # the message's own header
      05 00 01 00 11 00 00 00                           # OUTER_BYTE and three bytes of padding
      08 00 02 00 22 22 22 22                           # OUTER_NUMBER
      06 00 03 00 00 50 00 00                           # OUTER_PORT 80, big-endian
      09 00 04 00 65 74 68 30  00 00 00 00              # OUTER_NAME "eth0"
      08 00 05 00 0a 00 00 01                           # OUTER_ADDRESS 10.0.0.1
      0a 00 06 00 02 00 00 00  00 01 00 00              # OUTER_MAC
      10 00 07 80                                       # OUTER_NEST
        09 00 00 00                                     #   its own header
        06 00 01 00 33 33 00 00                         #   INNER_NUMBER
  )");
  EXPECT_EQ(to_hex(writer.bytes()), to_hex(expected.value()));
}

TEST(AttributeReader, ReadsWhatTheWriterWrote) {
  MessageWriter writer;
  writer.begin(kSay);
  write_all_kinds(writer);
  std::string fault;
  const AttributeReader reader(payload_of(writer.bytes()), kOuter, fault);
  EXPECT_EQ(reader.u8(1), 0x11);
  EXPECT_EQ(reader.u32(2), 0x22222222U);
  EXPECT_EQ(reader.be16(3), 80);
  EXPECT_EQ(reader.string(4), "eth0");
  EXPECT_EQ(reader.ip(5), IpAddress(Ipv4Address(10, 0, 0, 1)));
  EXPECT_EQ(reader.mac(6), MacAddress::from_bits(0x020000000001));
  EXPECT_EQ(reader.nested(7).u16(1), 0x3333);
  EXPECT_FALSE(reader.nested(7).has(2));
  EXPECT_EQ(fault, "");
}

TEST(AttributeReader, AnAbsentAttributeIsNoFault) {
  std::string fault;
  const Bytes header(4);
  const AttributeReader reader(header, kOuter, fault);
  EXPECT_EQ(reader.u32(2), std::nullopt);
  EXPECT_EQ(reader.nested(7).u16(1), std::nullopt);
  EXPECT_EQ(fault, "");
}

struct Broken {
  const char* hex;
  const char* fault;
};

TEST(AttributeReader, SaysWhatIsWrongAndDeliversNothingOfIt) {
  for (const Broken& broken : {
           Broken{"07 00", "2 bytes where a header of 4 is due"},
           Broken{"07 00 00 00  06 00 02 00 22 22", "OUTER_NUMBER has 2 bytes"},
           Broken{"07 00 00 00  09 00 05 00 01 02 03 04 05", "OUTER_ADDRESS has 5 bytes"},
           Broken{"07 00 00 00  0c 00 02 00 22 22 22 22",
                  "the length of an attribute exceeds what is there"},
           Broken{"07 00 00 00  03 00 02 00", "the length of an attribute exceeds what is there"},
           Broken{"07 00 00 00  04 00", "the length of an attribute exceeds what is there"},
           Broken{"07 00 00 00  04 00 07 80", "0 bytes where a header of 4 is due"},
       }) {
    std::string fault;
    const Bytes bytes = parse_hex(broken.hex).value();
    const AttributeReader reader(bytes, kOuter, fault);
    EXPECT_EQ(reader.u32(2), std::nullopt) << broken.hex;
    EXPECT_EQ(reader.nested(7).u16(1), std::nullopt) << broken.hex;
    EXPECT_EQ(fault, broken.fault) << broken.hex;
  }
}

TEST(SplitMessages, RefusesALengthThatDoesNotAddUp) {
  MessageWriter writer;
  writer.begin(kSay);
  writer.put_header(std::uint32_t{7});
  writer.begin(kSay);
  writer.put_header(std::uint32_t{8});
  Bytes datagram(writer.bytes().begin(), writer.bytes().end());
  EXPECT_EQ(split_messages(datagram)->size(), 2U);
  datagram[20] = std::byte{15};  // below the netlink header's own size
  EXPECT_FALSE(split_messages(datagram));
  datagram[20] = std::byte{24};  // beyond the end
  EXPECT_FALSE(split_messages(datagram));
}

TEST(AttributeAt, NamesTheAttributeAnOffsetPointsInto) {
  MessageWriter writer;
  writer.begin(kSay);
  write_all_kinds(writer);
  EXPECT_EQ(attribute_at(writer.bytes(), kOuter, 20), "OUTER_BYTE");
  EXPECT_EQ(attribute_at(writer.bytes(), kOuter, 28), "OUTER_NUMBER");
  EXPECT_EQ(attribute_at(writer.bytes(), kOuter, 76), "OUTER_NEST");
  EXPECT_EQ(attribute_at(writer.bytes(), kOuter, 84), "OUTER_NEST.INNER_NUMBER");
  EXPECT_EQ(attribute_at(writer.bytes(), kOuter, 4), "");
  EXPECT_EQ(attribute_at(writer.bytes(), kOuter, 4000), "");
}

TEST(MessageWriter, RemembersANestThatItsLengthFieldCannotSay) {
  MessageWriter writer;
  writer.begin(kSay);
  writer.put_header(std::uint32_t{7});
  EXPECT_EQ(writer.oversized(), std::nullopt);
  const std::size_t second = writer.bytes().size();
  writer.begin(kSay);
  writer.put_header(std::uint32_t{7});
  {
    const auto nest = writer.nest(7);
    writer.put_header(std::uint32_t{9});
    writer.put_bytes(2, Bytes(40'000));
    writer.put_bytes(2, Bytes(40'000));
  }
  EXPECT_EQ(writer.oversized(), second);
}

// Found when the property of the fuzz target nl_limits was written: the longest nest was told as
// too long.
TEST(MessageWriter, TakesTheLongestNestThatItsLengthFieldCanSay) {
  constexpr std::size_t kLongestBlob = 65'532 - 3 * 4;  // behind the nest's and its own header
  for (const bool too_long : {false, true}) {
    MessageWriter writer;
    writer.begin(kSay);
    writer.put_header(std::uint32_t{7});
    {
      const auto nest = writer.nest(7);
      writer.put_header(std::uint32_t{9});
      writer.put_bytes(2, Bytes(kLongestBlob + (too_long ? 1 : 0)));
    }
    EXPECT_EQ(writer.oversized().has_value(), too_long);
  }
}

TEST(MessageWriterDeathTest, AbortsOnWhatTheSchemaDoesNotHave) {
  MessageWriter writer;
  writer.begin(kSay);
  writer.put_header(std::uint32_t{7});
  EXPECT_DEATH(writer.put_u8(2, 1), "of the schema's kind");
  EXPECT_DEATH(writer.put_u8(99, 1), "the schema has the attribute");
}

}  // namespace
}  // namespace topoproof::netlink
