// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 fragments: cutting (ip_do_fragment) and putting together (ip_defrag). Internal to this
// module.
#pragma once

#include <optional>
#include <vector>

#include "sim/packet.hh"

namespace topoproof::sim {

bool has_dont_fragment(const skb::Skb& ipv4);
bool is_fragment(const skb::Skb& ipv4);

// Larger than `mtu`, with DF set: or one of its fragments was, before they were put together.
bool must_not_be_fragmented(const skb::Skb& ipv4, std::uint32_t mtu);

// A packet that was put together leaves in no larger pieces than it came.
std::vector<skb::Skb> fragments_of(const skb::Skb& ipv4, std::uint32_t mtu);

// Packets of which not all fragments have come.
class Reassembly {
 public:
  // RETURNS: the whole packet, when this fragment was the last that was missing.
  std::optional<Packet> add(Packet&& fragment);

 private:
  struct Parts {
    IpAddress source;
    IpAddress destination;
    std::uint16_t id = 0;
    std::uint8_t protocol = 0;
    std::vector<Packet> parts = {};  // by offset
  };
  std::vector<Parts> pending_;
};

}  // namespace topoproof::sim
