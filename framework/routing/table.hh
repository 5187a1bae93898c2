// SPDX-License-Identifier: GPL-2.0-or-later
// One routing table: longest prefix, then lowest metric, then first come. Compact (a hundred
// thousand nodes have one each), and fast to ask: a binary search for each length in use.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "routing/key.hh"
#include "routing/slot.hh"
#include "state/route.hh"

namespace topoproof::routing {

struct Hop {
  std::optional<IpAddress> gateway;
  Slot interface = kNoSlot;
  std::uint16_t weight = 1;
  friend bool operator==(const Hop&, const Hop&) = default;
};

struct Route {
  Key prefix;
  std::uint8_t length = 0;
  state::RouteType type = state::RouteType::Unicast;
  state::RouteScope scope = state::RouteScope::Global;
  bool kernel_made = false;
  std::uint16_t hop_count = 0;
  std::uint32_t first_hop = 0;
  std::uint32_t metric = 0;
  std::uint32_t mtu = 0;  // 0: that of the interface
  std::optional<IpAddress> source;
};

class Table {
 public:
  void add(Route route, std::span<const Hop> hops);
  // After the last add, before the first question.
  void seal();

  // Candidates for `address`, best first, until `accept` takes one. RETURNS: that one, or null.
  template <class Accept>
  const Route* find(const Key& address, Accept accept) const {
    for (const Span& span : spans_) {
      const Key key = masked(address, span.length);
      for (auto i = lower_bound(span, key); i < span.end && routes_[i].prefix == key; ++i) {
        if (accept(routes_[i])) return &routes_[i];
      }
    }
    return nullptr;
  }

  std::span<const Hop> hops(const Route& route) const {
    return std::span(hops_).subspan(route.first_hop, route.hop_count);
  }
  std::span<const Route> routes() const { return routes_; }

 private:
  // The routes of one prefix length.
  struct Span {
    std::uint8_t length = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  std::uint32_t lower_bound(const Span& span, const Key& key) const;

  std::vector<Route> routes_;
  std::vector<Hop> hops_;
  std::vector<Span> spans_;  // longest first
};

}  // namespace topoproof::routing
