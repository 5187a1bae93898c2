// SPDX-License-Identifier: GPL-2.0-or-later
// A route as a value, in the words of ip-route(8). Enumerators have the kernel's numbers, so that a
// number without a name is still a value that compares.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.hh"
#include "base/prefix.hh"

namespace topoproof::state {

enum class RouteType : std::uint8_t {
  Unicast = 1,
  Local = 2,
  Broadcast = 3,
  Anycast = 4,
  Multicast = 5,
  Blackhole = 6,
  Unreachable = 7,
  Prohibit = 8,
  Throw = 9,
};
enum class RouteScope : std::uint8_t {
  Global = 0,
  Site = 200,
  Link = 253,
  Host = 254,
  Nowhere = 255
};
enum class RouteProtocol : std::uint8_t {
  Unspecified = 0,
  Redirect = 1,
  Kernel = 2,
  Boot = 3,
  Static = 4,
  Ra = 9
};

inline constexpr std::uint32_t kTableDefault = 253;
inline constexpr std::uint32_t kTableMain = 254;
inline constexpr std::uint32_t kTableLocal = 255;

std::string to_string(RouteType type);  // "unicast", "blackhole", ...; a number if it has no name
std::string to_string(RouteScope scope);
std::string to_string(RouteProtocol protocol);
std::string table_name(std::uint32_t table);  // "main", "local", "default", or the number

struct NextHop {
  std::optional<IpAddress> gateway;
  std::optional<std::string> interface;
  std::uint32_t weight = 1;  // 1 to 256
  friend auto operator<=>(const NextHop&, const NextHop&) = default;
};

struct Route {
  RouteType type = RouteType::Unicast;
  Prefix destination;  // its family is the route's
  std::optional<IpAddress> gateway;
  std::optional<std::string> interface;  // unset: the kernel finds it from the gateway
  std::vector<NextHop> next_hops;        // multipath; then gateway and interface are unset
  std::optional<IpAddress> source;       // what local senders use
  std::uint32_t table = kTableMain;
  std::uint32_t metric = 0;  // 0: the kernel's default, which is 0 for IPv4 and 1024 for IPv6
  std::optional<std::uint32_t> mtu;
  bool on_link = false;             // the gateway need not be inside a connected network
  std::optional<RouteScope> scope;  // unset: natural_scope
  RouteProtocol protocol = RouteProtocol::Boot;

  Family family() const { return destination.family(); }
  friend auto operator<=>(const Route&, const Route&) = default;
};

// The scope that ip(8) gives a route for which none is said.
RouteScope natural_scope(const Route& route);

// Whether the kernel deletes this route when it is told to delete `asked`: what is not said there
// may be any.
bool is_meant_by(const Route& route, const Route& asked);

// "route blackhole 10.9.0.0/16 metric 5", "route default via 192.168.15.5 dev veth-blue"
std::string describe(const Route& route);
std::string describe(const NextHop& hop);  // "via 10.0.0.1 dev eth0 weight 2"

}  // namespace topoproof::state
