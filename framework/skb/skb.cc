// SPDX-License-Identifier: GPL-2.0-or-later
#include "skb/skb.hh"

#include "packet/checksum.hh"

namespace topoproof::skb {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmpv6 = 58;

// Where in its header a protocol keeps the checksum that covers the addresses; 0: it has none.
std::size_t checksum_offset(std::uint8_t protocol) {
  if (protocol == kTcp) return 16;
  if (protocol == kUdp) return 6;
  return protocol == kIcmpv6 ? 2 : 0;
}

std::byte* checksum_field(Skb& skb) {
  const auto at = checksum_offset(skb.headers().protocol);
  if (at == 0 || skb.transport().size() < at + 2) return nullptr;
  return skb.writable().data() + skb.headers().transport + at;
}

packet::InternetSum pseudo_header_of(const Skb& skb) {
  return packet::pseudo_header(skb.source(), skb.destination(), skb.headers().protocol,
                               static_cast<std::uint32_t>(skb.transport().size()));
}

}  // namespace

Skb::Skb(BytesView network, std::uint16_t ether_type) : buffer_(network), ether_type_(ether_type) {}

void Skb::replace(BytesView network, std::uint16_t ether_type) {
  buffer_ = Buffer(network);
  ether_type_ = ether_type;
  parsed_ = false;
}

const Headers& Skb::headers() const {
  if (!parsed_) headers_ = parse_headers(bytes(), ether_type_);
  parsed_ = true;
  return headers_;
}

BytesView Skb::transport() const {
  const auto& at = headers();
  if (!at.has_transport || at.transport == 0 || at.transport > size()) return {};
  return bytes().subspan(at.transport);
}

IpAddress Skb::source() const {
  return IpAddress::from_bytes(is_ipv4() ? bytes().subspan(12, 4) : bytes().subspan(8, 16));
}
IpAddress Skb::destination() const {
  return IpAddress::from_bytes(is_ipv4() ? bytes().subspan(16, 4) : bytes().subspan(24, 16));
}
std::uint8_t Skb::tos() const {
  const auto first = load_be16(bytes().data());
  return static_cast<std::uint8_t>(is_ipv4() ? first : first >> 4U);
}

std::uint8_t Skb::ttl() const { return std::to_integer<std::uint8_t>(bytes()[is_ipv4() ? 8 : 7]); }

void Skb::scrub() {
  mark = 0;
  priority = 0;
  connection.reset();
  ct_info = CtInfo::Established;
  nftrace = false;
  in_interface = 0;
  out_interface = 0;
  type = PacketType::Host;
}

void complete_checksum(Skb& skb) {
  if (!skb.checksum_partial) return;
  skb.checksum_partial = false;
  auto* field = checksum_field(skb);
  if (field == nullptr) return;
  store_be16(field, 0);
  const auto checksum = pseudo_header_of(skb).add(skb.transport()).checksum();
  store_be16(field, skb.headers().protocol == kUdp && checksum == 0 ? 0xffff : checksum);
}

void begin_checksum(Skb& skb) {
  auto* field = checksum_field(skb);
  if (field == nullptr) return;
  store_be16(field, static_cast<std::uint16_t>(~pseudo_header_of(skb).checksum()));
}

}  // namespace topoproof::skb
