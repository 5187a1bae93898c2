// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: the router of zones.hh in the kernel and in the simulator at once. Each frame goes to
// both, and what they do is compared byte for byte.
//
//   outside 10.200.0.2 --- 10.200.0.1 [ router ] 10.201.0.1 --- inside 10.201.0.2
//                                      br0 10.240.0.1
//                           port1 10.240.0.2   port2 10.240.0.3          IPv6: fd00:200::1, ...
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "comparison.hh"
#include "kernel_router.hh"
#include "packet_spec.hh"
#include "simulated_router.hh"

namespace topoproof::agreement {

inline constexpr std::size_t kOutside = 0;
inline constexpr std::size_t kInside = 1;
inline constexpr std::size_t kPort1 = 2;
inline constexpr std::size_t kPort2 = 3;

class TwoBodies {
 public:
  struct Network {
    std::string rules = {};                              // nft's text
    std::vector<state::Sysctl> sysctls = {};             // in place of the usual ones, or besides
    std::function<void(state::Namespace&)> change = {};  // what else is different
  };
  // THROWS: SystemError, NetlinkError; std::runtime_error if the rules are refused.
  explicit TwoBodies(Network network);

  // RETURNS: what left the router, "inside: 10.200.0.2:80 > 10.201.0.2:1000 udp, 16 bytes", each in
  // a line of its own; "nothing". Fails the test where the two differ, or the simulator knows
  // nothing.
  std::string send(std::size_t zone, const Bytes& frame);
  std::string send(const PacketSpec& spec) { return send(spec.zone, frame_of(spec, zones_)); }
  const Bytes& last_frame() const { return last_; }  // that left

  // Fails the test where counters or connections differ.
  void compare_state();
  // The rules are replaced; connections stay.
  void load(const std::string& rules);
  void add_route(const state::Route& route);

  const Zones& zones() const { return zones_; }

 private:
  void teach_stations();

  Zones zones_;
  state::Namespace state_;
  KernelRouter kernel_;
  firewall::Ruleset ruleset_;
  std::unique_ptr<SimulatedRouter> simulated_;
  std::unique_ptr<CounterComparison> counters_;
  Bytes last_;
};

}  // namespace topoproof::agreement
