// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing/complete.hh"

#include <algorithm>
#include <array>

#include "routing/settings.hh"

namespace topoproof::routing {
namespace {

using state::RouteScope;
using state::RouteType;

template <class T>
void add_missing(std::vector<T>& all, T value) {
  if (std::ranges::find(all, value) == all.end()) all.push_back(std::move(value));
}

Ipv4Address broadcast_of(const InterfaceAddress& address) {
  const std::uint32_t host_bits =
      address.length == 0 ? ~std::uint32_t{0} : (std::uint32_t{1} << (32 - address.length)) - 1;
  return Ipv4Address(address.address.v4().bits() | host_bits);
}

// RFC 4291 appendix A: the MAC address with ff:fe in its middle and the universal bit turned.
IpAddress link_local_of(const MacAddress& mac) {
  std::array<std::byte, 16> bytes{std::byte{0xfe}, std::byte{0x80}};
  const auto& m = mac.bytes();
  const std::array<std::byte, 8> identifier{m[0] ^ std::byte{2}, m[1], m[2], std::byte{0xff},
                                            std::byte{0xfe},     m[3], m[4], m[5]};
  std::ranges::copy(identifier, bytes.begin() + 8);
  return Ipv6Address(bytes);
}

class Completer {
 public:
  explicit Completer(state::Namespace ns) : ns_(std::move(ns)), settings_(ns_.sysctls) {}

  state::Namespace run() {
    add_loopback();
    for (const state::Link& link : ns_.links) {
      if (link.up) add_addresses(link);
    }
    add_rules();
    find_interfaces();
    // A list that grows while it is read: routes only.
    const std::vector<state::Address> addresses = ns_.addresses;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const state::Link* link = link_of(addresses[i].interface);
      if (link == nullptr) continue;
      if (addresses[i].address.family() == Family::Ipv4) {
        add_ipv4_routes(addresses[i], primary_of(i), link->up);
      } else if (link->up && has_ipv6(*link)) {
        add_ipv6_routes(addresses[i]);
      }
    }
    return std::move(ns_);
  }

 private:
  bool has_ipv6(const state::Link& link) const { return settings_.interface(link.name).ipv6; }
  const state::Link* link_of(const std::string& name) const {
    const auto found = std::ranges::find(ns_.links, name, &state::Link::name);
    return found == ns_.links.end() ? nullptr : &*found;
  }

  void add_loopback() {
    if (link_of("lo") == nullptr) ns_.links.insert(ns_.links.begin(), state::make_loopback(false));
  }

  void add_addresses(const state::Link& link) {
    const bool ipv6 = has_ipv6(link);
    if (link.kind == state::LinkKind::Loopback) {
      add_address(link, {Ipv4Address(127, 0, 0, 1), 8}, true);
      std::array<std::byte, 16> one{};
      one[15] = std::byte{1};
      if (ipv6) add_address(link, {IpAddress(Ipv6Address(one)), 128}, true);
    } else if (ipv6 && link.mac) {
      add_address(link, {link_local_of(*link.mac), 64}, false);
      add_multicast_route(link);
    }
  }

  void add_address(const state::Link& link, const InterfaceAddress& address, bool first) {
    const auto same = [&](const state::Address& a) {
      return a.interface == link.name && a.address == address;
    };
    if (std::ranges::any_of(ns_.addresses, same)) return;
    ns_.addresses.insert(first ? ns_.addresses.begin() : ns_.addresses.end(),
                         state::Address{.interface = link.name, .address = address});
  }

  void add_multicast_route(const state::Link& link) {
    std::array<std::byte, 16> all{std::byte{0xff}};
    add_route({.type = RouteType::Multicast,
               .destination = make_prefix(Ipv6Address(all), 8),
               .interface = link.name,
               .table = state::kTableLocal,
               .metric = 256});
  }

  // The first address of its network on the interface, which the others are secondary to.
  const state::Address& primary_of(std::size_t i) const {
    const state::Address& address = ns_.addresses[i];
    for (std::size_t k = 0; k < i; ++k) {
      const state::Address& earlier = ns_.addresses[k];
      if (earlier.interface == address.interface &&
          earlier.address.network() == address.address.network()) {
        return earlier;
      }
    }
    return address;
  }

  void add_route(state::Route route) {
    route.protocol = state::RouteProtocol::Kernel;
    add_missing(ns_.routes, std::move(route));
  }

  // An own address stays one while its link is down (fib_sync_down_dev spares such routes).
  void add_ipv4_routes(const state::Address& address, const state::Address& primary, bool up) {
    const InterfaceAddress& own = address.address;
    const bool loopback = address.interface == "lo";
    state::Route local{.type = RouteType::Local,
                       .destination = make_host_prefix(own.address),
                       .interface = address.interface,
                       .source = primary.address.address,
                       .table = state::kTableLocal,
                       .scope = RouteScope::Host};
    add_route(local);
    if (!up) return;
    const bool has_network = own.network() != make_host_prefix(own.address);
    if (&primary != &address && primary != address) return;
    if (!has_network || own.network().address().is_unspecified()) return;
    state::Route network{.destination = own.network(),
                         .interface = address.interface,
                         .source = own.address,
                         .scope = RouteScope::Link};
    if (loopback) {
      network.type = RouteType::Local;
      network.table = state::kTableLocal;
      network.scope = RouteScope::Host;
    }
    add_route(network);
    if (own.length >= 31) return;
    add_route({.type = RouteType::Broadcast,
               .destination = make_host_prefix(broadcast_of(own)),
               .interface = address.interface,
               .source = own.address,
               .table = state::kTableLocal,
               .scope = RouteScope::Link});
  }

  void add_ipv6_routes(const state::Address& address) {
    add_route({.type = RouteType::Local,
               .destination = make_host_prefix(address.address.address),
               .interface = address.interface,
               .table = state::kTableLocal});
    add_route(
        {.destination = address.address.network(), .interface = address.interface, .metric = 256});
    const bool routes = settings_.interface(address.interface).ipv6_forwarding;
    if (!routes || address.address.length >= 127 || address.interface == "lo") return;
    // RFC 4291 2.6.1: the subnet-router anycast address.
    add_route({.type = RouteType::Anycast,
               .destination = make_host_prefix(address.address.network().address()),
               .interface = address.interface,
               .table = state::kTableLocal});
  }

  // fib_check_nh: the interface of the connected network that has the gateway.
  void find_interfaces() {
    for (state::Route& route : ns_.routes) {
      if (route.gateway && !route.interface) route.interface = interface_to(*route.gateway);
      for (state::NextHop& hop : route.next_hops) {
        if (hop.gateway && !hop.interface) hop.interface = interface_to(*hop.gateway);
      }
    }
  }
  std::optional<std::string> interface_to(const IpAddress& gateway) const {
    const state::Address* best = nullptr;
    for (const state::Address& address : ns_.addresses) {
      const bool longer = best == nullptr || best->address.length < address.address.length;
      if (longer && address.address.network().contains(gateway)) best = &address;
    }
    return best == nullptr ? std::nullopt : std::optional(best->interface);
  }

  void add_rules() {
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      add_rule(family, 0, state::kTableLocal);
      add_rule(family, 32766, state::kTableMain);
      if (family == Family::Ipv4) add_rule(family, 32767, state::kTableDefault);
    }
  }
  void add_rule(Family family, std::uint32_t priority, std::uint32_t table) {
    add_missing(ns_.rules,
                state::Rule{.family = family, .priority = priority, .from = {}, .table = table});
  }

  state::Namespace ns_;
  SettingsReader settings_;
};

}  // namespace

state::Namespace complete(state::Namespace ns) { return Completer(std::move(ns)).run(); }

}  // namespace topoproof::routing
