// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulated_router.hh"

#include <algorithm>

namespace topoproof::agreement {
namespace {

std::vector<sim::Node> make_nodes(const Zones& zones, const state::Namespace& router,
                                  const firewall::Ruleset& ruleset) {
  return {{.name = "router", .state = router, .ruleset = ruleset},
          {.name = "far", .state = make_far_end(zones)}};
}

}  // namespace

SimulatedRouter::SimulatedRouter(const Zones& zones, const state::Namespace& router,
                                 const firewall::Ruleset& ruleset)
    : zones_(zones), simulator_(make_nodes(zones, router, ruleset)) {
  simulator_.watch([this](NodeId node, const std::string& interface, BytesView frame) {
    const auto zone = std::ranges::find(zones_.all, interface, &Zone::wire);
    if (node == kRouter || zone == zones_.all.end()) return;
    arrived_.push_back(
        {static_cast<std::size_t>(zone - zones_.all.begin()), Bytes(frame.begin(), frame.end())});
  });
}

void SimulatedRouter::change(const state::Namespace& router, const firewall::Ruleset& ruleset) {
  simulator_.change(kRouter, {.name = "router", .state = router, .ruleset = ruleset});
}

std::vector<Arrival> SimulatedRouter::send(std::size_t zone, BytesView frame,
                                           const std::vector<std::uint16_t>& drawn,
                                           std::chrono::steady_clock::time_point now) {
  simulator_.wait(now - std::exchange(last_, now));
  simulator_.expect_draws(drawn);
  arrived_.clear();
  unknown_ = simulator_.inject_now(kRouter, zones_.all[zone].port, frame);
  return std::move(arrived_);
}

}  // namespace topoproof::agreement
