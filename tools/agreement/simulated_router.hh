// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>

#include "router.hh"

namespace topoproof::agreement {

class SimulatedRouter {
 public:
  SimulatedRouter(const Zones& zones, const state::Namespace& router,
                  const firewall::Ruleset& ruleset);

  // `drawn`: ports that the kernel may have drawn. Virtual time goes on as real time does, to when
  // the kernel was given the frame.
  // RETURNS: what left the router. What is not modelled is in `unknown`.
  std::vector<Arrival> send(std::size_t zone, BytesView frame,
                            const std::vector<std::uint16_t>& drawn,
                            std::chrono::steady_clock::time_point now);
  const std::vector<sim::Unknown>& unknown() const { return unknown_; }

  std::vector<RuleCounter> counters() const { return simulator_.counters(kRouter); }
  std::vector<state::Connection> connections() const { return simulator_.connections(kRouter); }
  // See sim::Simulator::change.
  void change(const state::Namespace& router, const firewall::Ruleset& ruleset);
  void flush_connections() { simulator_.flush_connections(); }

 private:
  static constexpr NodeId kRouter{0};

  const Zones& zones_;
  sim::Simulator simulator_;
  std::vector<Arrival> arrived_;
  std::vector<sim::Unknown> unknown_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace topoproof::agreement
