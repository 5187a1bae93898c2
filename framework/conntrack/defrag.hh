// SPDX-License-Identifier: GPL-2.0-or-later
// Reassembly of fragments before connection tracking (hook priority -400; ip_fragment.c and
// nf_conntrack_reasm.c). One object for each place that reassembles: PREROUTING, OUTPUT and local
// delivery of a namespace do not share queues.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <variant>
#include <vector>

#include "conntrack/outcome.hh"
#include "conntrack/settings.hh"
#include "skb/skb.hh"

namespace topoproof::conntrack {

struct Held {};  // in the queue, until the others come

class Defragmenter {
 public:
  Defragmenter(const Clock& clock, const Settings& settings) : clock_(clock), settings_(settings) {}

  // RETURNS: the packet itself if it is no fragment; Held; the whole packet, whose `reassembled`
  // says how it came; or why the packet is dropped. A whole packet has the mark, link header and
  // interfaces of the fragment that completed it.
  std::variant<skb::Skb, Held, Outcome> gather(skb::Skb fragment, std::uint16_t zone = 0);

  std::size_t queues() const { return queues_.size(); }

 private:
  struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    Bytes payload;
  };
  struct Queue {
    Time since{0};
    std::vector<Piece> pieces;  // by begin
    std::uint32_t length = 0;   // as far as it is known
    std::uint32_t bytes = 0;    // that are there
    std::uint32_t largest = 0;
    std::uint32_t largest_unfragmentable = 0;  // with DF
    std::uint8_t ecn = 0;                      // one bit for each codepoint seen
    bool has_last = false;
    Bytes header;  // of the first fragment, up to the payload
    std::size_t next_header_at = 0;
  };
  struct Fragment;
  using Key =
      std::tuple<IpAddress, IpAddress, std::uint32_t, std::uint8_t, std::uint16_t, std::uint32_t>;

  static std::variant<Fragment, std::monostate, Outcome> read(const skb::Skb& packet);
  std::variant<skb::Skb, Held, Outcome> add(Queue& queue, const Fragment& fragment, skb::Skb packet,
                                            const Key& key);
  static bool place_end(Queue& queue, const Fragment& fragment);
  skb::Skb assemble(const Queue& queue, skb::Skb packet) const;
  void forget_old();

  const Clock& clock_;
  const Settings& settings_;
  std::map<Key, Queue> queues_;
};

// Whether the packet is a fragment; of IPv6: has a fragment header.
bool is_fragment(const skb::Skb& packet);

}  // namespace topoproof::conntrack
