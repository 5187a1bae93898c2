// SPDX-License-Identifier: GPL-2.0-or-later
// Where packets meet the rules of a node: what the machine is told of the network around it.
// Internal to this module.
#pragma once

#include "machine/environment.hh"
#include "machine/machine.hh"
#include "sim/world.hh"

namespace topoproof::sim {

// A packet at a hook.
struct HookPlace {
  World& world;
  Host& host;
  firewall::Hook hook;
  firewall::TableFamily family;  // Ip, Ip6, Bridge
  Slot in = kNoSlot;
  Slot out = kNoSlot;

  Family ip_family() const {
    return family == firewall::TableFamily::Ip6 ? Family::Ipv6 : Family::Ipv4;
  }
  conntrack::HookPoint point() const;
};

// Answers what rules ask about the node that they run at. Nodes move in memory, so it is named by
// its number.
class NodeEnvironment : public machine::Environment {
 public:
  NodeEnvironment(const World& world, std::uint32_t node) : world_(world), node_(node) {}

  // The packet that rules are asked about next, with its way.
  void look_at(const Packet& packet) { packet_ = &packet; }

  machine::Answer<std::optional<IpAddress>> masquerade_address(
      const skb::Skb& packet, const machine::Interface& out) override;
  machine::Answer<std::optional<IpAddress>> redirect_address(const skb::Skb& packet,
                                                             const machine::Interface& in) override;
  machine::Answer<std::uint32_t> fib_interface(const machine::FibQuestion& question) override;
  machine::Answer<bool> leads_back(const machine::ReverseQuestion& question) override;
  machine::Answer<std::string> interface_name(std::uint32_t index) override;
  machine::Answer<std::uint32_t> address_type(const IpAddress& address,
                                              std::uint32_t interface) override;
  machine::Answer<std::optional<machine::RouteOfPacket>> route_of(const skb::Skb& packet) override;
  machine::Answer<std::optional<machine::SocketOwner>> socket_owner(
      const skb::Skb& packet) override;
  // No socket here is transparent.
  machine::Answer<bool> has_transparent_socket(const skb::Skb& /*packet*/,
                                               const IpAddress& /*address*/,
                                               std::uint16_t /*port*/) override {
    return false;
  }

 private:
  const Host& host() const { return world_.hosts[node_]; }
  Slot slot_of(std::uint32_t index) const;  // kNoSlot: none
  const World& world_;
  std::uint32_t node_;
  const Packet* packet_ = nullptr;
};

}  // namespace topoproof::sim
