// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing/table.hh"

#include <algorithm>
#include <tuple>

namespace topoproof::routing {

void Table::add(Route route, std::span<const Hop> hops) {
  route.first_hop = static_cast<std::uint32_t>(hops_.size());
  route.hop_count = static_cast<std::uint16_t>(hops.size());
  hops_.insert(hops_.end(), hops.begin(), hops.end());
  routes_.push_back(std::move(route));
}

void Table::seal() {
  std::ranges::stable_sort(routes_, [](const Route& a, const Route& b) {
    return std::tuple(b.length, a.prefix, a.metric) < std::tuple(a.length, b.prefix, b.metric);
  });
  spans_.clear();
  for (std::uint32_t i = 0; i < routes_.size(); ++i) {
    if (spans_.empty() || spans_.back().length != routes_[i].length) {
      spans_.push_back({routes_[i].length, i, i});
    }
    spans_.back().end = i + 1;
  }
  routes_.shrink_to_fit();
  hops_.shrink_to_fit();
  spans_.shrink_to_fit();
}

std::uint32_t Table::lower_bound(const Span& span, const Key& key) const {
  const auto begin = routes_.begin() + span.begin;
  const auto found = std::lower_bound(begin, routes_.begin() + span.end, key,
                                      [](const Route& r, const Key& k) { return r.prefix < k; });
  return static_cast<std::uint32_t>(found - routes_.begin());
}

}  // namespace topoproof::routing
