// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel objects as rtnetlink can say them, made from a byte source.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/byte_source.hh"
#include "netlink/interface_names.hh"
#include "state/address.hh"
#include "state/neighbor.hh"
#include "state/route.hh"
#include "state/rule.hh"

namespace topoproof::fuzz {

// The interfaces that objects are of.
inline const netlink::InterfaceNames& names() {
  static const auto kNames = [] {
    netlink::InterfaceNames names;
    names.add("eth0", 4);
    names.add("a-long-name-15b", 0x7fffffff);
    return names;
  }();
  return kNames;
}

class StateMaker {
  template <class F>
  auto optional(F make) {
    return source_.coin() ? std::optional(make()) : std::nullopt;
  }

 public:
  explicit StateMaker(ByteSource& source) : source_(source) {}

  state::Address address() {
    const Prefix network = prefix(family());
    return {.interface = interface(),
            .address = {.address = ip(network.family()), .length = network.length()},
            .no_dad = network.family() == Family::Ipv6 && source_.coin()};
  }
  state::Route route() {
    const Family family = this->family();
    state::Route route{.type = state::RouteType(source_.between(1, 9)),
                       .destination = prefix(family),
                       .source = optional([&] { return ip(family); }),
                       .table = source_.any<std::uint32_t>(),
                       .metric = source_.any<std::uint32_t>(),
                       .mtu = optional([&] { return source_.any<std::uint32_t>(); }),
                       .on_link = source_.coin(),
                       .scope = state::RouteScope(source_.byte())};
    if (source_.coin()) {
      route.gateway = optional([&] { return ip(family); });
      route.interface = optional([&] { return interface(); });
    } else {
      for (auto left = source_.below(4); left > 0; --left) route.next_hops.push_back(hop(family));
    }
    if (route.scope == natural_scope(route)) route.scope.reset();  // said by saying nothing
    return route;
  }
  state::Rule rule() {
    const Family family = this->family();
    return {.family = family,
            .priority = source_.any<std::uint32_t>(),
            .from = optional([&] { return prefix(family); }),
            .to = optional([&] { return prefix(family); }),
            .incoming = optional([&] { return interface(); }),
            .outgoing = optional([&] { return interface(); }),
            .mark = optional([&] {
              return state::FirewallMark{source_.any<std::uint32_t>(),
                                         source_.any<std::uint32_t>()};
            }),
            .action = state::RuleAction::Lookup,
            .table = source_.any<std::uint32_t>()};
  }
  state::Neighbor neighbor() {
    return {.interface = interface(),
            .address = ip(family()),
            .mac = optional(
                [&] { return MacAddress::from_bits(source_.between(0ULL, (1ULL << 48) - 1)); }),
            .state = state::NeighborState(source_.byte())};
  }

 private:
  Family family() { return source_.coin() ? Family::Ipv6 : Family::Ipv4; }
  IpAddress ip(Family family) {
    return IpAddress::from_bytes(source_.bytes(family == Family::Ipv4 ? 4 : 16));
  }
  Prefix prefix(Family family) {
    const IpAddress address = ip(family);
    return make_prefix(address, source_.between(0, address_bits(family)));
  }
  std::string interface() { return source_.pick(std::array{"lo", "eth0", "a-long-name-15b"}); }
  state::NextHop hop(Family family) {
    return {.gateway = optional([&] { return ip(family); }),
            .interface = optional([&] { return interface(); }),
            .weight = source_.between(1U, 256U)};
  }

  ByteSource& source_;
};

}  // namespace topoproof::fuzz
