// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/frame.hh"

#include <algorithm>
#include <array>

namespace topoproof::capture {
namespace {

MacAddress load_mac(const std::byte* at) {
  std::array<std::byte, 6> bytes{};
  std::copy_n(at, bytes.size(), bytes.begin());
  return MacAddress(bytes);
}

std::optional<PacketType> decode_packet_type(std::byte value) {
  if (value > std::byte{4}) return std::nullopt;
  return static_cast<PacketType>(value);
}

// LINKTYPE_LINUX_SLL2, big endian: protocol(2) reserved(2) interface index(4) ARPHRD(2)
// packet type(1) address length(1) address(8)
void read_sll2(FrameView& frame) {
  const std::byte* header = frame.record.data();
  frame.protocol = load_be16(header);
  frame.interface_index = load_be32(header + 4);
  frame.type = decode_packet_type(header[10]);
  if (header[11] == std::byte{6}) frame.source = load_mac(header + 12);
}

void read_ethernet(FrameView& frame) {
  const std::byte* header = frame.record.data();
  frame.source = load_mac(header + 6);
  frame.protocol = load_be16(header + 12);
}

void read_raw(FrameView& frame) {
  constexpr std::uint16_t kIpv4 = 0x0800;
  constexpr std::uint16_t kIpv6 = 0x86dd;
  if (frame.record.empty()) return;
  const auto version = std::to_integer<unsigned>(frame.record[0]) >> 4;
  if (version == 4) frame.protocol = kIpv4;
  if (version == 6) frame.protocol = kIpv6;
}

std::size_t header_size(LinkType link_type) {
  switch (link_type) {
    case LinkType::Ethernet:
      return kEthernetHeaderSize;
    case LinkType::LinuxSll2:
      return kSll2HeaderSize;
    case LinkType::Raw:
      return 0;
  }
  return 0;
}

}  // namespace

std::string_view to_string(PacketType type) {
  constexpr std::array<std::string_view, 5> kNames{"host", "broadcast", "multicast", "otherhost",
                                                   "outgoing"};
  return kNames[static_cast<std::size_t>(type)];
}

FrameView decode_frame(LinkType link_type, BytesView record, std::size_t length,
                       Timestamp timestamp) {
  FrameView frame{.timestamp = timestamp, .record = record};
  const std::size_t header = header_size(link_type);
  if (record.size() < header) return frame;
  frame.bytes = record.subspan(header);
  frame.length = length - std::min(length, header);
  switch (link_type) {
    case LinkType::Ethernet:
      read_ethernet(frame);
      break;
    case LinkType::LinuxSll2:
      read_sll2(frame);
      break;
    case LinkType::Raw:
      read_raw(frame);
      break;
  }
  return frame;
}

}  // namespace topoproof::capture
