// SPDX-License-Identifier: GPL-2.0-or-later
// Ethernet II and the 802.1Q tag. A tag is a layer of its own, so that any number can be stacked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "base/mac_address.hh"
#include "packet/cursor.hh"
#include "packet/surroundings.hh"

namespace topoproof::packet {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                          destination                          |
// +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                               |                               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+        source                 +
// |                                                               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |          ether type           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Ether {
  static constexpr std::size_t kSize = 14;

  MacAddress src = MacAddress::from_bits(0x0200'0000'0001);
  MacAddress dst = MacAddress::broadcast();
  std::optional<std::uint16_t> ether_type;

  Bytes encode(const Surroundings& around) const;
  static std::optional<Ether> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(ether_type); }
  friend bool operator==(const Ether&, const Ether&) = default;
};

// The tag protocol 0x8100 stands in the layer outside, as its ether type.
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | prio|D|          id           |          ether type           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Vlan {
  static constexpr std::size_t kSize = 4;
  static constexpr std::uint16_t kEtherType = 0x8100;
  static constexpr std::uint16_t kServiceTag = 0x88a8;  // 802.1ad, read like 0x8100

  std::uint8_t priority = 0;  // 3 bits
  bool drop_eligible = false;
  std::uint16_t id = 1;  // 12 bits
  std::optional<std::uint16_t> ether_type;

  Bytes encode(const Surroundings& around) const;
  static std::optional<Vlan> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(ether_type); }
  friend bool operator==(const Vlan&, const Vlan&) = default;
};

}  // namespace topoproof::packet
