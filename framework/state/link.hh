// SPDX-License-Identifier: GPL-2.0-or-later
// A network interface as a value, in the words of ip(8). Options that a topology does not mention
// have the kernel's defaults here too, so that a value says all there is to say.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>

#include "base/mac_address.hh"

namespace topoproof::state {

enum class LinkKind { Loopback, Veth, Bridge, Other };
std::string_view to_string(LinkKind kind);  // "loopback", "veth", "bridge", "other"

// Bridges count time in hundredths of a second; seconds convert without a cast.
using Centiseconds = std::chrono::duration<std::uint32_t, std::centi>;

struct BridgeOptions {
  bool stp = false;
  Centiseconds ageing_time = std::chrono::seconds(300);
  Centiseconds forward_delay = std::chrono::seconds(15);
  Centiseconds hello_time = std::chrono::seconds(2);
  Centiseconds max_age = std::chrono::seconds(20);
  std::uint16_t priority = 32768;
  bool multicast_snooping = true;
  friend auto operator<=>(const BridgeOptions&, const BridgeOptions&) = default;
};

// What a bridge does with one of its ports.
struct PortOptions {
  bool isolated = false;
  bool hairpin = false;
  bool learning = true;
  bool flood = true;  // unicast to unknown addresses
  bool multicast_flood = true;
  bool broadcast_flood = true;
  bool neighbor_suppression = false;
  friend auto operator<=>(const PortOptions&, const PortOptions&) = default;
};

// An unset optional means "whatever it is": it is not sent, and accepted as found.
struct Link {
  std::string name;
  LinkKind kind = LinkKind::Veth;
  std::string other_kind;  // what the kernel calls it, where kind is Other: "vxlan"
  std::optional<std::uint32_t> index;
  std::optional<MacAddress> mac;
  std::uint32_t mtu = 1500;
  bool up = false;
  std::optional<std::string> master;  // the bridge it is a port of; unset: of none
  std::optional<BridgeOptions> bridge;
  std::optional<PortOptions> port;
  // The index of a veth's other end, in the other end's namespace. Where indexes are chosen
  // unique over all namespaces, this proves who is connected with whom.
  std::optional<std::uint32_t> peer_index;
  friend auto operator<=>(const Link&, const Link&) = default;
};

Link make_loopback(bool up);  // as every namespace has it

// "link veth-red veth index 5 mac 02:00:00:00:00:01 mtu 1500 up master br0 port isolated"
std::string describe(const Link& link);
std::string describe(const BridgeOptions& options);  // all of them
std::string describe(const PortOptions& options);    // those that are not the kernel's default

}  // namespace topoproof::state
