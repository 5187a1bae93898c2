// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/udp.hh"

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

constexpr std::size_t kUdpChecksumAt = 6;

// A computed 0 is sent as its other form, since 0 on the wire says "no checksum" (RFC 768).
std::uint16_t never_zero(std::uint16_t checksum) { return checksum == 0 ? 0xffff : checksum; }

}  // namespace

Bytes Udp::encode(const Surroundings& around) const {
  const auto whole = static_cast<std::uint16_t>(kSize + around.payload.size());
  Bytes header =
      Writer().u16(sport).u16(dport).u16(length.value_or(whole)).u16(checksum.value_or(0)).finish();
  if (!checksum) {
    store_be16(&header[kUdpChecksumAt], never_zero(around.transport_checksum(kProtocol, header)));
  }
  return header;
}

std::optional<Udp> Udp::decode(Reader& in) {
  Udp udp;
  udp.sport = in.u16();
  udp.dport = in.u16();
  udp.length = in.u16();
  udp.checksum = in.u16();
  return in.ok() ? std::optional(udp) : std::nullopt;
}

std::string Udp::describe() const {
  return fmt::format("udp {} > {}{}{}", sport, dport, as_given("length", length),
                     as_given("checksum", checksum));
}

}  // namespace topoproof::packet
