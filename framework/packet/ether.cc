// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/ether.hh"

#include <fmt/format.h>

namespace topoproof::packet {

Bytes Ether::encode(const Surroundings& around) const {
  return Writer().mac(dst).mac(src).u16(ether_type.value_or(around.next_ether_type)).finish();
}

std::optional<Ether> Ether::decode(Reader& in) {
  Ether ether;
  ether.dst = in.mac();
  ether.src = in.mac();
  ether.ether_type = in.u16();
  return in.ok() ? std::optional(ether) : std::nullopt;
}

std::string Ether::describe() const {
  return fmt::format("ether {} > {}{}", to_string(src), to_string(dst),
                     as_given("type", ether_type));
}

Bytes Vlan::encode(const Surroundings& around) const {
  const unsigned tag = (priority & 7u) << 13 | (drop_eligible ? 0x1000u : 0u) | (id & 0x0fffu);
  return Writer()
      .u16(static_cast<std::uint16_t>(tag))
      .u16(ether_type.value_or(around.next_ether_type))
      .finish();
}

std::optional<Vlan> Vlan::decode(Reader& in) {
  const std::uint16_t tag = in.u16();
  Vlan vlan{.priority = static_cast<std::uint8_t>(tag >> 13),
            .drop_eligible = (tag & 0x1000) != 0,
            .id = static_cast<std::uint16_t>(tag & 0x0fff),
            .ether_type = in.u16()};
  return in.ok() ? std::optional(vlan) : std::nullopt;
}

std::string Vlan::describe() const {
  return fmt::format("vlan {}{}{}{}", id,
                     priority != 0 ? fmt::format(" priority {}", priority) : "",
                     drop_eligible ? " drop-eligible" : "", as_given("type", ether_type));
}

}  // namespace topoproof::packet
