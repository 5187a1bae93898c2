// SPDX-License-Identifier: GPL-2.0-or-later
// A packet as a value: its layers from the outermost in, written as
//   ether() / ipv4({.src = a, .dst = b}) / udp({.dport = 53}) / payload("x")
// build() turns it into bytes, dissect() (dissect.hh) reads bytes into one.
#pragma once

#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "packet/arp.hh"
#include "packet/ether.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/ipv4.hh"
#include "packet/ipv6.hh"
#include "packet/ipv6_extension.hh"
#include "packet/neighbor_discovery.hh"
#include "packet/payload.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"

namespace topoproof::packet {

using Layer =
    std::variant<Ether, Vlan, Arp, Ipv4, Ipv6, HopByHop, Routing, DestinationOptions, Ipv6Fragment,
                 Icmp, Icmpv6, NdTarget, NdRouter, Udp, Tcp, Payload, Padding>;

struct Stack {
  std::vector<Layer> layers;

  // The first layer of this type, or nothing.
  template <class T>
  const T* find() const {
    for (const Layer& layer : layers) {
      if (const T* found = std::get_if<T>(&layer)) return found;
    }
    return nullptr;
  }
  friend bool operator==(const Stack&, const Stack&) = default;
};

Stack operator/(Stack outer, Stack inner);

inline Stack ether(Ether layer = {}) { return {{layer}}; }
inline Stack vlan(Vlan layer = {}) { return {{layer}}; }
inline Stack arp(Arp layer = {}) { return {{layer}}; }
inline Stack ipv4(Ipv4 layer = {}) { return {{std::move(layer)}}; }
inline Stack ipv6(Ipv6 layer = {}) { return {{layer}}; }
inline Stack hop_by_hop(HopByHop layer = {}) { return {{std::move(layer)}}; }
inline Stack routing(Routing layer = {}) { return {{std::move(layer)}}; }
inline Stack destination_options(DestinationOptions layer = {}) { return {{std::move(layer)}}; }
inline Stack ipv6_fragment(Ipv6Fragment layer = {}) { return {{layer}}; }
inline Stack icmp(Icmp layer = {}) { return {{layer}}; }
inline Stack icmpv6(Icmpv6 layer = {}) { return {{layer}}; }
inline Stack nd_target(NdTarget layer = {}) { return {{std::move(layer)}}; }
inline Stack nd_router(NdRouter layer = {}) { return {{std::move(layer)}}; }
inline Stack udp(Udp layer = {}) { return {{layer}}; }
inline Stack tcp(Tcp layer = {}) { return {{std::move(layer)}}; }
inline Stack payload(Bytes bytes) { return {{Payload{std::move(bytes)}}}; }
Stack payload(std::string_view text);
inline Stack padding(Bytes bytes) { return {{Padding{std::move(bytes)}}}; }

// Every empty computed field is filled in; every set one is written as it is. Never fails: lengths
// beyond 16 bits wrap. Without an IP layer outside, a transport checksum has no pseudo header.
Bytes build(const Stack& stack);

// The layers in the order in which build() writes them.
Stack with_padding_last(const Stack& stack);

// The same as build(), layer by layer: parts[i] are the bytes of stack.layers[i].
std::vector<Bytes> build_parts(const Stack& stack);

// Empties each computed field that has the value which build() would fill in: build() gives the
// same bytes, and what is set afterwards is what is unusual.
Stack without_redundant_fields(Stack stack);

}  // namespace topoproof::packet
