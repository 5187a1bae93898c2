// SPDX-License-Identifier: GPL-2.0-or-later
// Who behind the ports of a bridge takes notice of a question that all stations are asked, an ARP
// request or a neighbour solicitation. Its other copies would end where they arrive, and leave
// nothing: a bridge of a thousand nodes whose pairs all talk would carry a thousand million of
// them. Internal to this module.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sim/host.hh"

namespace topoproof::sim {

class World;

class Audience {
 public:
  // As the network was made; see World::is_pristine.
  Audience(const World& world, const Host& host, Slot bridge);

  // The ports by which copies must go, in the order of the bridge's; nothing: by all of them.
  std::optional<std::vector<Slot>> of(const World& world, const skb::Skb& frame) const;

 private:
  using Places = std::vector<std::uint32_t>;  // in the bridge's list of ports

  void add_port(const World& world, std::uint32_t place, const Interface& port);
  void add_addresses(std::uint32_t place, const Interface& interface);
  std::optional<std::vector<Slot>> of_request(const World& world, BytesView arp) const;
  std::vector<Slot> with_attentive(const Places& places) const;

  std::vector<Slot> ports_;
  Places attentive_;  // of nodes that may do something with any frame
  std::unordered_map<std::uint32_t, Places> owners_;  // by IPv4 address
  std::unordered_map<std::uint32_t, Places> groups_;  // by the last 24 bits of an IPv6 address
  bool filters_ = false;                              // the bridge's own node has rules for frames
  bool filters6_ = false;
  bool has_proxy_ = false;  // a node answers for others
};

}  // namespace topoproof::sim
