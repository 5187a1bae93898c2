// SPDX-License-Identifier: GPL-2.0-or-later
// The interfaces of a topology as the kernel will have them: index and MAC address are chosen here,
// so that no step has to read back what an earlier one made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/mac_address.hh"
#include "topology/interfaces.hh"
#include "topology/topology.hh"

namespace topoproof::plan {

// The kernel makes devices of its own in a new namespace (lo, and with some modules sit0, tunl0,
// gre0, ...), which take the first numbers.
inline constexpr std::uint32_t kFirstIndex = 101;

// The MAC address of an interface that is given none. 02: locally administered, so never the
// address of real hardware.
MacAddress mac_of_index(std::uint32_t index);

struct Device {
  std::string name;
  std::uint32_t index = 0;  // unique in the whole topology, so that it names a veth's peer
  MacAddress mac;
  std::uint32_t mtu = 1500;
};

class Devices {
 public:
  explicit Devices(const topology::Topology& topology);

  const Device& bridge(BridgeId id) const { return bridges_[id.index()]; }
  const Device& end(LinkId id, std::size_t which) const { return ends_[id.index()][which]; }
  const Device& of(const topology::Interface& interface) const;  // REQUIRES: not the loopback

 private:
  std::vector<Device> bridges_;
  std::vector<std::array<Device, 2>> ends_;
};

}  // namespace topoproof::plan
