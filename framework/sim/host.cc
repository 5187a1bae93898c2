// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/host.hh"

#include <algorithm>

#include "sim/netfilter.hh"

namespace topoproof::sim {
namespace {

auto place_of(std::vector<Neighbor>& neighbors, Slot slot, const IpAddress& address) {
  const std::pair key(slot, address);
  return std::ranges::lower_bound(neighbors, key, {},
                                  [](const Neighbor& n) { return std::pair(n.slot, n.address); });
}

}  // namespace

Host::Host() = default;
Host::~Host() = default;
Host::Host(Host&&) noexcept = default;
Host& Host::operator=(Host&&) noexcept = default;

Neighbor* Host::find_neighbor(Slot slot, const IpAddress& address) {
  const auto at = place_of(neighbors, slot, address);
  return at != neighbors.end() && at->slot == slot && at->address == address ? &*at : nullptr;
}

Neighbor& Host::add_neighbor(Neighbor neighbor) {
  const auto at = place_of(neighbors, neighbor.slot, neighbor.address);
  return *neighbors.insert(at, std::move(neighbor));
}

bool Host::has_address(const IpAddress& address) const {
  const routing::Fib* table = fib(address.family());
  if (table == nullptr) return false;
  const auto found = table->find_in(state::kTableLocal, {.source = {}, .destination = address});
  return found.route != nullptr && (found.route->type == state::RouteType::Local ||
                                    found.route->type == state::RouteType::Anycast);
}

}  // namespace topoproof::sim
