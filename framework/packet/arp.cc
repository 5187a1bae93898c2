// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/arp.hh"

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

constexpr std::uint16_t kSizes = 0x0604;  // of a MAC and of an IPv4 address

}  // namespace

Bytes Arp::encode(const Surroundings&) const {
  return Writer()
      .u16(hardware_type)
      .u16(protocol_type)
      .u16(kSizes)
      .u16(operation)
      .mac(sender_mac)
      .ipv4(sender_ip)
      .mac(target_mac)
      .ipv4(target_ip)
      .finish();
}

std::optional<Arp> Arp::decode(Reader& in) {
  Arp arp;
  arp.hardware_type = in.u16();
  arp.protocol_type = in.u16();
  const std::uint16_t sizes = in.u16();
  arp.operation = in.u16();
  arp.sender_mac = in.mac();
  arp.sender_ip = in.ipv4();
  arp.target_mac = in.mac();
  arp.target_ip = in.ipv4();
  return in.ok() && sizes == kSizes ? std::optional(arp) : std::nullopt;
}

std::string Arp::describe() const {
  const auto target = to_string(target_ip);
  const auto sender = to_string(sender_ip);
  if (operation == kRequest) return fmt::format("arp who-has {} tell {}", target, sender);
  if (operation == kReply) return fmt::format("arp {} is-at {}", sender, to_string(sender_mac));
  return fmt::format("arp operation {} {} > {}", operation, sender, target);
}

}  // namespace topoproof::packet
