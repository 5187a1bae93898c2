// SPDX-License-Identifier: GPL-2.0-or-later
// Cutting IPv4 packets into fragments (ip_do_fragment); conntrack/defrag.hh puts them together.
// Internal to this module.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "skb/skb.hh"

namespace topoproof::sim {

bool has_dont_fragment(const skb::Skb& ipv4);

// Larger than `mtu`, with DF set: or one of its fragments was, before they were put together.
bool must_not_be_fragmented(const skb::Skb& ipv4, std::uint32_t mtu);

// A packet that was put together leaves in no larger pieces than it came.
std::vector<skb::Skb> fragments_of(const skb::Skb& ipv4, std::uint32_t mtu);

// A packet that is put together goes on from where its first fragment was: that has the ports.
class FirstFragments {
 public:
  void note(const skb::Skb& fragment, std::uint32_t record);
  // RETURNS: what was noted of the packet's first fragment.
  std::optional<std::uint32_t> take(const skb::Skb& whole);

 private:
  struct Known {
    IpAddress source;
    IpAddress destination;
    std::uint16_t id = 0;
    std::uint32_t record = 0;
  };
  std::vector<Known>::iterator find(const skb::Skb& packet);
  std::vector<Known> known_;
};

}  // namespace topoproof::sim
