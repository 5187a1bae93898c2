// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/icmpv6.hh"

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

constexpr std::size_t kIcmpv6ChecksumAt = 2;

Icmpv6 with_number(std::uint8_t type, std::uint8_t code, std::uint32_t number) {
  return {.type = type,
          .code = code,
          .id = static_cast<std::uint16_t>(number >> 16),
          .sequence = static_cast<std::uint16_t>(number & 0xffff)};
}

std::string unreachable(std::uint8_t code) {
  switch (code) {
    case Icmpv6::kNoRoute:
      return "no route";
    case Icmpv6::kProhibited:
      return "administratively prohibited";
    case Icmpv6::kAddress:
      return "address unreachable";
    case Icmpv6::kPort:
      return "port unreachable";
    case Icmpv6::kPolicy:
      return "source address failed policy";
    case Icmpv6::kRejectRoute:
      return "reject route";
    default:
      return fmt::format("unreachable code {}", code);
  }
}

std::string phrase(const Icmpv6& icmp) {
  switch (icmp.type) {
    case Icmpv6::kUnreachable:
      return unreachable(icmp.code);
    case Icmpv6::kTooBig:
      return fmt::format("packet too big mtu {}", icmp.mtu());
    case Icmpv6::kTimeExceeded:
      return "time exceeded";
    case Icmpv6::kParameterProblem:
      return fmt::format("parameter problem at {}", icmp.pointer());
    case Icmpv6::kEchoRequest:
      return fmt::format("echo request id {} seq {}", icmp.id, icmp.sequence);
    case Icmpv6::kEchoReply:
      return fmt::format("echo reply id {} seq {}", icmp.id, icmp.sequence);
    case Icmpv6::kRouterSolicitation:
      return "router solicitation";
    case Icmpv6::kRouterAdvertisement:
      return "router advertisement";
    case Icmpv6::kNeighborSolicitation:
      return "neighbor solicitation";
    case Icmpv6::kNeighborAdvertisement:
      return "neighbor advertisement";
    default:
      return fmt::format("type {} code {}", icmp.type, icmp.code);
  }
}

}  // namespace

Icmpv6 Icmpv6::too_big(std::uint32_t mtu) { return with_number(kTooBig, 0, mtu); }

Icmpv6 Icmpv6::parameter_problem(std::uint8_t code, std::uint32_t pointer) {
  return with_number(kParameterProblem, code, pointer);
}

Bytes Icmpv6::encode(const Surroundings& around) const {
  Bytes header =
      Writer().u8(type).u8(code).u16(checksum.value_or(0)).u16(id).u16(sequence).finish();
  if (!checksum)
    store_be16(&header[kIcmpv6ChecksumAt], around.transport_checksum(kProtocol, header));
  return header;
}

std::optional<Icmpv6> Icmpv6::decode(Reader& in) {
  Icmpv6 icmp;
  icmp.type = in.u8();
  icmp.code = in.u8();
  icmp.checksum = in.u16();
  icmp.id = in.u16();
  icmp.sequence = in.u16();
  return in.ok() ? std::optional(icmp) : std::nullopt;
}

std::string Icmpv6::describe() const {
  return "icmpv6 " + phrase(*this) + as_given("checksum", checksum);
}

}  // namespace topoproof::packet
