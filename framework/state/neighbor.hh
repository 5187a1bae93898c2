// SPDX-License-Identifier: GPL-2.0-or-later
// Whom a MAC address belongs to, as values: the neighbour table (IP to MAC on an interface) and the
// forwarding database of bridges (MAC to port).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ip_address.hh"
#include "base/mac_address.hh"

namespace topoproof::state {

// The kernel's numbers (NUD_*).
enum class NeighborState : std::uint8_t {
  None = 0,
  Incomplete = 0x01,
  Reachable = 0x02,
  Stale = 0x04,
  Delay = 0x08,
  Probe = 0x10,
  Failed = 0x20,
  NoArp = 0x40,
  Permanent = 0x80,
};
std::string to_string(NeighborState state);  // "permanent", "failed", ...

struct Neighbor {
  std::string interface;
  IpAddress address;
  std::optional<MacAddress> mac;  // unset: not known (incomplete, failed)
  NeighborState state = NeighborState::Permanent;
  friend auto operator<=>(const Neighbor&, const Neighbor&) = default;
};

std::string describe(const Neighbor& neighbor);  // "neighbor 10.0.0.2 on eth0 is 02:.. permanent"

struct BridgeEntry {
  std::string port;
  MacAddress mac;
  NeighborState state = NeighborState::NoArp;  // NoArp: static; Permanent: the port's own address
  friend auto operator<=>(const BridgeEntry&, const BridgeEntry&) = default;
};

std::string describe(const BridgeEntry& entry);  // "bridge entry 02:.. at port veth-red-br static"

}  // namespace topoproof::state
