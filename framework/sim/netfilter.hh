// SPDX-License-Identifier: GPL-2.0-or-later
// The hooks of a node: where packets meet its rules, connection tracking, NAT and reassembly, in
// the order of their priorities (SEMANTICS 1 to 5). Internal to this module.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "conntrack/defrag.hh"
#include "conntrack/nat.hh"
#include "conntrack/tracker.hh"
#include "firewall/ruleset.hh"
#include "sim/rule_hit.hh"
#include "sim/world.hh"

namespace topoproof::sim {

// What a base chain, and all that it jumps to, says of a packet.
struct ChainVerdict {
  enum class Kind : std::uint8_t { Accept, Drop, Reject, Unknown };
  Kind kind = Kind::Accept;
  RuleHit hit = {};
  std::string_view unknown = {};
  firewall::Reject reject = {};
};

class Netfilter {
 public:
  Netfilter(const Clock& clock, firewall::Ruleset ruleset, const routing::NodeSettings& settings);

  // One thing that is done to packets at a hook of a family.
  struct Station {
    enum class Kind : std::uint8_t { Defragment, Track, Chain, Translate, Confirm };
    std::int32_t priority = 0;
    Kind kind = Kind::Chain;
    const firewall::Table* table = nullptr;
    const firewall::Chain* chain = nullptr;
  };
  using Stations = std::vector<Station>;
  const Stations& stations(Family family, firewall::Hook hook) const {
    return stations_[index(family)][static_cast<std::size_t>(hook)];
  }
  // Of tables of the family bridge, which see frames between ports.
  const Stations& bridge_stations(firewall::Hook hook) const {
    return stations_[kBridge][static_cast<std::size_t>(hook)];
  }
  // The nat base chains, in the order in which the nat core asks them.
  const Stations& nat_chains(Family family, firewall::Hook hook) const {
    return nat_chains_[index(family)][static_cast<std::size_t>(hook)];
  }

  conntrack::Tracker& tracker() { return tracking_->tracker; }
  conntrack::Nat& nat() { return tracking_->nat; }
  conntrack::Defragmenter& defragmenter(firewall::Hook hook) {
    return hook == firewall::Hook::Output ? tracking_->at_output : tracking_->at_prerouting;
  }
  // A rule, table or hook of a kind that is not modelled: then nothing is claimed of the node.
  std::string_view unknown() const { return unknown_; }
  // Connections outlive rules: those of `older` stay (fact 27).
  void keep_connections_of(Netfilter& older);

 private:
  using ByHook = std::array<Stations, 5>;  // Prerouting to Postrouting
  static std::size_t index(Family family) { return family == Family::Ipv4 ? 0 : 1; }
  static constexpr std::size_t kBridge = 2;
  void add_table(const firewall::Table& table);
  void add_chains(const firewall::Table& table, std::size_t list);
  void add_chain(const firewall::Table& table, const firewall::Chain& chain, std::size_t list);
  void add_tracking(Family family);
  void add_nat(Family family);
  void add(Stations& stations, Station station);

  firewall::Ruleset ruleset_;
  std::string_view unknown_;
  std::array<ByHook, 3> stations_;  // IPv4, IPv6, bridge
  std::array<ByHook, 2> nat_chains_;
  std::array<bool, 2> tracks_{};
  std::array<bool, 2> translates_{};
  struct Tracking {
    Tracking(const Clock& clock, const conntrack::Settings& settings);
    conntrack::Tracker tracker;
    conntrack::Nat nat;
    conntrack::Defragmenter at_prerouting;
    conntrack::Defragmenter at_output;
  };
  std::unique_ptr<Tracking> tracking_;
};

// RETURNS: true if the packet goes on; else its end is recorded, or it is kept for its other
// fragments.
// The same for a frame in a bridge.
bool pass_bridge_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot in,
                      Slot out);

bool pass_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot in, Slot out);

}  // namespace topoproof::sim
