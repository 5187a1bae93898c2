// SPDX-License-Identifier: GPL-2.0-or-later
// What a NAT rule asks for (struct nf_nat_range2).
#pragma once

#include <cstdint>

#include "conntrack/tuple.hh"
#include "firewall/ruleset.hh"

namespace topoproof::conntrack {

enum class Manip : std::uint8_t { Source, Destination };
constexpr Manip other(Manip manip) {
  return manip == Manip::Source ? Manip::Destination : Manip::Source;
}
// Sources change where packets leave the stack, destinations where they enter it.
constexpr Manip manip_at(firewall::Hook hook) {
  return hook == firewall::Hook::Postrouting || hook == firewall::Hook::Input ? Manip::Source
                                                                              : Manip::Destination;
}

// The numbers are NF_NAT_RANGE_*.
inline constexpr std::uint32_t kMapAddresses = 1;
inline constexpr std::uint32_t kMapPorts = 2;
inline constexpr std::uint32_t kRandom = 4;
inline constexpr std::uint32_t kPersistent = 8;
inline constexpr std::uint32_t kFullyRandom = 16;
inline constexpr std::uint32_t kPortOffset = 32;
inline constexpr std::uint32_t kNetmap = 64;
inline constexpr std::uint32_t kAnyRandom = kRandom | kFullyRandom;

struct NatRange {
  std::uint32_t flags = 0;
  RawAddress low;  // with kMapAddresses
  RawAddress high;
  std::uint16_t low_port = 0;  // with kMapPorts; of ICMP: the identifier
  std::uint16_t high_port = 0;
  std::uint16_t base_port = 0;  // with kPortOffset
  bool has(std::uint32_t bits) const { return (flags & bits) != 0; }
};

// An address of the range for this tuple: by a hash of its addresses, so that one client keeps one
// address (find_best_ips_proto). `zone_id` takes part in the hash.
RawAddress choose_address(const Tuple& tuple, const NatRange& range, std::uint16_t zone_id);

// NETMAP: the network of the range, the host part of `address`.
NatRange netmap_range(const NatRange& range, const RawAddress& address);

bool is_port_in_range(const Tuple& tuple, const NatRange& range, Manip manip);
bool is_address_in_range(const RawAddress& address, const NatRange& range);

}  // namespace topoproof::conntrack
