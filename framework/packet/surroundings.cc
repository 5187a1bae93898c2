// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/surroundings.hh"

#include <fmt/format.h>

namespace topoproof::packet {

std::uint16_t Surroundings::transport_checksum(std::uint8_t protocol, BytesView header) const {
  const auto length = static_cast<std::uint32_t>(header.size() + payload.size());
  return InternetSum(addresses)
      .add_u16(protocol)
      .add_u16(static_cast<std::uint16_t>(length >> 16))
      .add_u16(static_cast<std::uint16_t>(length & 0xffff))
      .add(header)
      .add(payload)
      .checksum();
}

std::string as_given(std::string_view name, std::optional<std::uint32_t> value) {
  return value ? fmt::format(" {}=0x{:x}", name, *value) : std::string();
}

}  // namespace topoproof::packet
