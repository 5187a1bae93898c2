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

// Payloads of pieces that have so much room each: whole units of 8 bytes but for the last; or as
// they were before they were put together, if the packet has still that length and each fits.
std::vector<std::size_t> equal_sizes(std::size_t payload, std::size_t room);
std::vector<std::size_t> kept_sizes(const skb::Reassembled& how, std::size_t payload,
                                    std::size_t room);

// A packet that was put together leaves in the pieces that it came in, or in no larger ones.
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
