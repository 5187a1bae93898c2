// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/icmp.hh"

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

constexpr std::size_t kIcmpChecksumAt = 2;

std::string phrase(const Icmp& icmp) {
  switch (icmp.type) {
    case Icmp::kEchoRequest:
      return fmt::format("echo request id {} seq {}", icmp.id, icmp.sequence);
    case Icmp::kEchoReply:
      return fmt::format("echo reply id {} seq {}", icmp.id, icmp.sequence);
    case Icmp::kRedirect:
      return fmt::format("redirect to {}", to_string(icmp.gateway()));
    case Icmp::kTimeExceeded:
      return "time exceeded";
    case Icmp::kParameterProblem:
      return "parameter problem";
    case Icmp::kUnreachable:
      break;
    default:
      return fmt::format("type {} code {}", icmp.type, icmp.code);
  }
  switch (icmp.code) {
    case Icmp::kNetwork:
      return "network unreachable";
    case Icmp::kHost:
      return "host unreachable";
    case Icmp::kProtocolCode:
      return "protocol unreachable";
    case Icmp::kPort:
      return "port unreachable";
    case Icmp::kFragmentationNeeded:
      return fmt::format("fragmentation needed mtu {}", icmp.mtu());
    case Icmp::kProhibited:
      return "administratively prohibited";
    default:
      return fmt::format("unreachable code {}", icmp.code);
  }
}

}  // namespace

Icmp Icmp::fragmentation_needed(std::uint16_t mtu) {
  return {.type = kUnreachable, .code = kFragmentationNeeded, .sequence = mtu};
}

Icmp Icmp::redirect(std::uint8_t code, Ipv4Address gateway) {
  return {.type = kRedirect,
          .code = code,
          .id = static_cast<std::uint16_t>(gateway.bits() >> 16),
          .sequence = static_cast<std::uint16_t>(gateway.bits() & 0xffff)};
}

Bytes Icmp::encode(const Surroundings& around) const {
  Bytes header =
      Writer().u8(type).u8(code).u16(checksum.value_or(0)).u16(id).u16(sequence).finish();
  if (!checksum) {
    store_be16(&header[kIcmpChecksumAt], InternetSum().add(header).add(around.payload).checksum());
  }
  return header;
}

std::optional<Icmp> Icmp::decode(Reader& in) {
  Icmp icmp;
  icmp.type = in.u8();
  icmp.code = in.u8();
  icmp.checksum = in.u16();
  icmp.id = in.u16();
  icmp.sequence = in.u16();
  return in.ok() ? std::optional(icmp) : std::nullopt;
}

std::string Icmp::describe() const {
  return "icmp " + phrase(*this) + as_given("checksum", checksum);
}

}  // namespace topoproof::packet
