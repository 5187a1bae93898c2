// SPDX-License-Identifier: GPL-2.0-or-later
// The hooks of a node and of its interfaces: where packets meet rules, connection tracking, NAT and
// reassembly, in the order of their priorities (SEMANTICS 1 to 5). Internal to this module.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "firewall/ruleset.hh"
#include "machine/machine.hh"
#include "sim/rule_hit.hh"
#include "sim/rules.hh"
#include "sim/tracking.hh"
#include "sim/world.hh"

namespace topoproof::sim {

class Netfilter {
 public:
  // Goes on with the connections that the host has, and gives it a tracking if it has none yet.
  Netfilter(World& world, Host& host, firewall::Ruleset ruleset);

  // Rules that are the same go on with what they have counted and kept.
  void go_on(const Netfilter& older);

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
  // Those of an interface at its own hooks, Ingress and Egress: chains alone.
  std::span<const Station> stations(Slot slot, firewall::Hook hook) const {
    if (devices_.empty()) return {};
    return devices_[slot][hook == firewall::Hook::Ingress ? 0 : 1];
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
  const machine::CompiledChain& chain(std::uint32_t chain) { return program().chains()[chain]; }
  bool translates() const { return translates_; }

  // What packets have left in rules, connections and NAT, to be as if they had not come.
  struct Memory {
    machine::Program program;
    std::unique_ptr<conntrack::Table> connections;
  };
  Memory remember() const;
  void restore(const Memory& memory);

  // Whether frames meet rules whatever they carry: at devices, or in bridges.
  bool sees_frames() const;

 private:
  using ByHook = std::array<Stations, 5>;  // Prerouting to Postrouting
  using ChainsByHook = std::array<std::vector<std::uint32_t>, 5>;

  // IPv4, IPv6, bridge, ARP
  static constexpr std::size_t kFamilies = 4;
  static std::size_t index(firewall::TableFamily family) {
    if (family == firewall::TableFamily::Bridge) return 2;
    if (family == firewall::TableFamily::Arp) return 3;
    return family == firewall::TableFamily::Ip6 ? 1 : 0;
  }
  void add_chains(firewall::TableFamily family);
  void add_device_chains(const Host& host);
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

  std::array<ByHook, kFamilies> stations_;
  std::array<ChainsByHook, kFamilies> nat_chains_;
  std::vector<std::array<Stations, 2>> devices_;  // by slot; empty: no such rules
  std::vector<machine::Interface> interfaces_;    // by slot
  bool translates_ = false;
  NodeEnvironment environment_;
  Tracking* tracking_ = nullptr;  // the host's
  std::unique_ptr<machine::Machine> machine_;
  machine::Records records_;
};

// RETURNS: true if the packet goes on; else its end is recorded, or it is kept for its other
// fragments.
bool pass_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot in, Slot out);
// The same for a frame in a bridge.
bool pass_bridge_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot in,
                      Slot out);
// For any frame that comes in by an interface (Ingress), behind where packet sockets see it, or
// that goes out by it (Egress), before they do.
bool pass_device_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot slot);
// For ARP: Input or Output.
bool pass_arp_hook(World& world, Host& host, firewall::Hook hook, Packet& packet, Slot slot);

}  // namespace topoproof::sim
