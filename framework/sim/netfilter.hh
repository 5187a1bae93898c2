// SPDX-License-Identifier: GPL-2.0-or-later
// The hooks of a node: where packets meet its rules, connection tracking, NAT and reassembly, in
// the order of their priorities (SEMANTICS 1 to 5). Internal to this module.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "conntrack/defrag.hh"
#include "conntrack/nat.hh"
#include "conntrack/tracker.hh"
#include "firewall/ruleset.hh"
#include "machine/machine.hh"
#include "sim/rule_hit.hh"
#include "sim/rules.hh"
#include "sim/world.hh"

namespace topoproof::sim {

class Netfilter {
 public:
  // Connections outlive rules: those of `older`, if any, stay (fact 27); it is of no use then.
  Netfilter(const World& world, const Host& host, const firewall::Ruleset& ruleset,
            Netfilter* older);

  // One thing that is done to packets at a hook of a family.
  struct Station {
    enum class Kind : std::uint8_t { Defragment, Track, Chain, Translate, Confirm, IpHooks };
    std::int32_t priority = 0;
    Kind kind = Kind::Chain;
    std::uint32_t chain = 0;  // of the machine's program
  };
  using Stations = std::vector<Station>;
  const Stations& stations(firewall::TableFamily family, firewall::Hook hook) const {
    return stations_[index(family)][static_cast<std::size_t>(hook)];
  }
  // The nat base chains, in the order in which the nat core asks them.
  std::span<const std::uint32_t> nat_chains(firewall::TableFamily family,
                                            firewall::Hook hook) const {
    return nat_chains_[index(family)][static_cast<std::size_t>(hook)];
  }

  // Runs one base chain. RETURNS: the decision, and the rule that made it.
  machine::Decision run(const HookPlace& at, std::uint32_t chain, Packet& packet, RuleHit& hit);

  machine::Program& program() { return machine_->program(); }
  conntrack::Tracker& tracker() { return tracking_->tracker; }
  conntrack::Nat& nat() { return tracking_->nat; }
  conntrack::Defragmenter& defragmenter(firewall::Hook hook) {
    return hook == firewall::Hook::Output ? tracking_->at_output : tracking_->at_prerouting;
  }
  // Rules at hooks that are not modelled: ingress, egress, ARP.
  bool sees_frames() const { return sees_frames_; }
  bool sees_arp() const { return sees_arp_; }

 private:
  struct Tracking {
    Tracking(const Clock& clock, const conntrack::Settings& settings);
    conntrack::Tracker tracker;
    conntrack::Nat nat;
    conntrack::Defragmenter at_prerouting;
    conntrack::Defragmenter at_output;
  };
  using ByHook = std::array<Stations, 5>;  // Prerouting to Postrouting
  using ChainsByHook = std::array<std::vector<std::uint32_t>, 5>;

  // IPv4, IPv6, bridge
  static std::size_t index(firewall::TableFamily family) {
    if (family == firewall::TableFamily::Bridge) return 2;
    return family == firewall::TableFamily::Ip6 ? 1 : 0;
  }
  void add_chains(firewall::TableFamily family);
  void add_tracking(firewall::TableFamily family);
  void add_defragmentation(firewall::TableFamily family);
  void add_nat(firewall::TableFamily family);
  void add_bridge_netfilter();
  void add(firewall::TableFamily family, firewall::Hook hook, Station station);
  // For the machine: where the packet is.
  machine::HookState state_of(const HookPlace& at, const Packet& packet) const;
  const machine::Interface* interface(Slot slot) const {
    return slot == kNoSlot ? nullptr : &interfaces_[slot];
  }

  std::array<ByHook, 3> stations_;
  std::array<ChainsByHook, 3> nat_chains_;
  std::vector<machine::Interface> interfaces_;  // by slot
  bool sees_frames_ = false;
  bool sees_arp_ = false;
  NodeEnvironment environment_;
  std::unique_ptr<Tracking> tracking_;
  std::unique_ptr<machine::Machine> machine_;
  machine::Records records_;
};

// RETURNS: true if the packet goes on; else its end is recorded, or it is kept for its other
// fragments.
bool pass_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot in, Slot out);
// The same for a frame in a bridge.
bool pass_bridge_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot in,
                      Slot out);

}  // namespace topoproof::sim
