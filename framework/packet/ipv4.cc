// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/ipv4.hh"

#include <fmt/format.h>

#include "packet/checksum.hh"

namespace topoproof::packet {
namespace {

constexpr std::size_t kIpv4ChecksumAt = 10;
constexpr unsigned kReserved = 0x8000;
constexpr unsigned kDontFragment = 0x4000;
constexpr unsigned kMoreFragments = 0x2000;
constexpr unsigned kOffsetMask = 0x1fff;

std::uint16_t fragment_word(const Ipv4& ip) {
  return static_cast<std::uint16_t>(
      (ip.reserved ? kReserved : 0) | (ip.dont_fragment ? kDontFragment : 0) |
      (ip.more_fragments ? kMoreFragments : 0) | (ip.fragment_offset & kOffsetMask));
}

std::string describe_fragment(const Ipv4& ip) {
  if (!ip.more_fragments && ip.fragment_offset == 0) return "";
  return fmt::format(" fragment {}{}", ip.fragment_offset * 8, ip.more_fragments ? "+" : "");
}

}  // namespace

Bytes Ipv4::encode(const Surroundings& around) const {
  const std::size_t words = (kSize + options.size() + 3) / 4;
  const unsigned claimed_words = header_length.value_or(static_cast<std::uint8_t>(words));
  const auto length = static_cast<std::uint16_t>(4 * words + around.payload.size());
  Bytes header = Writer()
                     .u8(static_cast<std::uint8_t>((version & 15u) << 4 | (claimed_words & 15u)))
                     .u8(tos)
                     .u16(total_length.value_or(length))
                     .u16(id)
                     .u16(fragment_word(*this))
                     .u8(ttl)
                     .u8(protocol.value_or(around.next_protocol))
                     .u16(checksum.value_or(0))
                     .ipv4(src)
                     .ipv4(dst)
                     .bytes(options)
                     .pad_to(4)
                     .finish();
  if (!checksum) store_be16(&header[kIpv4ChecksumAt], internet_checksum(header));
  return header;
}

std::optional<Ipv4> Ipv4::decode(Reader& in) {
  Ipv4 ip;
  const std::uint8_t first = in.u8();
  ip.version = first >> 4;
  ip.header_length = first & 15;
  ip.tos = in.u8();
  ip.total_length = in.u16();
  ip.id = in.u16();
  const std::uint16_t fragment = in.u16();
  ip.reserved = (fragment & kReserved) != 0;
  ip.dont_fragment = (fragment & kDontFragment) != 0;
  ip.more_fragments = (fragment & kMoreFragments) != 0;
  ip.fragment_offset = fragment & kOffsetMask;
  ip.ttl = in.u8();
  ip.protocol = in.u8();
  ip.checksum = in.u16();
  ip.src = in.ipv4();
  ip.dst = in.ipv4();
  const std::size_t size = std::size_t{*ip.header_length} * 4;
  if (ip.version != 4 || size < kSize) return std::nullopt;
  ip.options = in.take_copy(size - kSize);
  return in.ok() ? std::optional(std::move(ip)) : std::nullopt;
}

std::string Ipv4::describe() const {
  std::string text = fmt::format("ipv4 {} > {} ttl {}", to_string(src), to_string(dst), ttl);
  if (tos != 0) text += fmt::format(" tos 0x{:02x}", tos);
  if (id != 0) text += fmt::format(" id {}", id);
  if (dont_fragment) text += " DF";
  text += describe_fragment(*this);
  if (!options.empty()) text += fmt::format(" options [{}]", to_hex(options));
  return text + as_given("header_length", header_length) + as_given("total_length", total_length) +
         as_given("protocol", protocol) + as_given("checksum", checksum);
}

void clear_identification(std::span<std::byte> packet) {
  constexpr std::size_t kIdentificationAt = 4;
  constexpr std::size_t kChecksumAt = 10;
  const std::size_t header = 4 * (std::to_integer<std::size_t>(packet[0]) & 0xf);
  store_be16(packet.data() + kIdentificationAt, 0);
  store_be16(packet.data() + kChecksumAt, 0);
  store_be16(packet.data() + kChecksumAt, internet_checksum(packet.first(header)));
}

}  // namespace topoproof::packet
