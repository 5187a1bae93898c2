// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/neighbor.hh"

#include <fmt/format.h>

namespace topoproof::state {
namespace {

std::string describe_entry_state(NeighborState state) {
  if (state == NeighborState::NoArp) return "static";
  if (state == NeighborState::Permanent) return "local";
  return "learned";
}

}  // namespace

std::string to_string(NeighborState state) {
  switch (state) {
    case NeighborState::None:
      return "none";
    case NeighborState::Incomplete:
      return "incomplete";
    case NeighborState::Reachable:
      return "reachable";
    case NeighborState::Stale:
      return "stale";
    case NeighborState::Delay:
      return "delay";
    case NeighborState::Probe:
      return "probe";
    case NeighborState::Failed:
      return "failed";
    case NeighborState::NoArp:
      return "noarp";
    case NeighborState::Permanent:
      return "permanent";
  }
  return fmt::format("{:#x}", static_cast<unsigned>(state));
}

std::string describe(const Neighbor& neighbor) {
  return fmt::format("neighbor {} on {} is {} {}", to_string(neighbor.address), neighbor.interface,
                     neighbor.mac ? to_string(*neighbor.mac) : "unknown",
                     to_string(neighbor.state));
}

std::string describe(const BridgeEntry& entry) {
  return fmt::format("bridge entry {} at port {} {}", to_string(entry.mac), entry.port,
                     describe_entry_state(entry.state));
}

}  // namespace topoproof::state
