// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/ipv6.hh"

#include <fmt/format.h>

namespace topoproof::packet {

Bytes Ipv6::encode(const Surroundings& around) const {
  const std::uint32_t first =
      (version & 15u) << 28 | std::uint32_t{traffic_class} << 20 | (flow_label & 0xfffffu);
  return Writer()
      .u32(first)
      .u16(payload_length.value_or(static_cast<std::uint16_t>(around.payload.size())))
      .u8(next_header.value_or(around.next_protocol))
      .u8(hop_limit)
      .ipv6(src)
      .ipv6(dst)
      .finish();
}

std::optional<Ipv6> Ipv6::decode(Reader& in) {
  Ipv6 ip;
  const std::uint32_t first = in.u32();
  ip.version = static_cast<std::uint8_t>(first >> 28);
  ip.traffic_class = static_cast<std::uint8_t>(first >> 20 & 0xff);
  ip.flow_label = first & 0xfffff;
  ip.payload_length = in.u16();
  ip.next_header = in.u8();
  ip.hop_limit = in.u8();
  ip.src = in.ipv6();
  ip.dst = in.ipv6();
  return in.ok() && ip.version == 6 ? std::optional(ip) : std::nullopt;
}

std::string Ipv6::describe() const {
  std::string text =
      fmt::format("ipv6 {} > {} hop limit {}", to_string(src), to_string(dst), hop_limit);
  if (traffic_class != 0) text += fmt::format(" class 0x{:02x}", traffic_class);
  if (flow_label != 0) text += fmt::format(" flow 0x{:05x}", flow_label);
  return text + as_given("payload_length", payload_length) + as_given("next_header", next_header);
}

}  // namespace topoproof::packet
