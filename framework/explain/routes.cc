// SPDX-License-Identifier: GPL-2.0-or-later
#include "explain/routes.hh"

namespace topoproof::explain {

const topology::Located<state::Route>* stated_route(const topology::Node& node,
                                                    const IpAddress& destination) {
  const topology::Located<state::Route>* best = nullptr;
  for (const auto& route : node.routes) {
    const state::Route& value = route.value;
    if (value.table != state::kTableMain || !value.destination.contains(destination)) continue;
    const bool better =
        best == nullptr || value.destination.length() > best->value.destination.length();
    if (better) best = &route;
  }
  return best;
}

}  // namespace topoproof::explain
