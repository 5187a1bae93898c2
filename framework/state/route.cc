// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/route.hh"

#include <fmt/format.h>

namespace topoproof::state {
namespace {

template <class Enum>
std::string number_of(Enum value) {
  return std::to_string(static_cast<unsigned>(value));
}

std::string describe_way(const std::optional<IpAddress>& gateway,
                         const std::optional<std::string>& interface) {
  std::string text;
  if (gateway) text += " via " + to_string(*gateway);
  if (interface) text += " dev " + *interface;
  return text;
}

template <class T>
bool fits(const std::optional<T>& found, const std::optional<T>& asked) {
  return !asked || found == asked;
}

}  // namespace

bool is_meant_by(const Route& route, const Route& asked) {
  return route.type == asked.type && route.destination == asked.destination &&
         route.table == asked.table && (asked.metric == 0 || route.metric == asked.metric) &&
         fits(route.gateway, asked.gateway) && fits(route.interface, asked.interface) &&
         (asked.next_hops.empty() || route.next_hops == asked.next_hops);
}

std::string to_string(RouteType type) {
  switch (type) {
    case RouteType::Unicast:
      return "unicast";
    case RouteType::Local:
      return "local";
    case RouteType::Broadcast:
      return "broadcast";
    case RouteType::Anycast:
      return "anycast";
    case RouteType::Multicast:
      return "multicast";
    case RouteType::Blackhole:
      return "blackhole";
    case RouteType::Unreachable:
      return "unreachable";
    case RouteType::Prohibit:
      return "prohibit";
    case RouteType::Throw:
      return "throw";
  }
  return number_of(type);
}

std::string to_string(RouteScope scope) {
  switch (scope) {
    case RouteScope::Global:
      return "global";
    case RouteScope::Site:
      return "site";
    case RouteScope::Link:
      return "link";
    case RouteScope::Host:
      return "host";
    case RouteScope::Nowhere:
      return "nowhere";
  }
  return number_of(scope);
}

std::string to_string(RouteProtocol protocol) {
  switch (protocol) {
    case RouteProtocol::Unspecified:
      return "unspec";
    case RouteProtocol::Redirect:
      return "redirect";
    case RouteProtocol::Kernel:
      return "kernel";
    case RouteProtocol::Boot:
      return "boot";
    case RouteProtocol::Static:
      return "static";
    case RouteProtocol::Ra:
      return "ra";
  }
  return number_of(protocol);
}

std::string table_name(std::uint32_t table) {
  switch (table) {
    case kTableDefault:
      return "default";
    case kTableMain:
      return "main";
    case kTableLocal:
      return "local";
    default:
      return std::to_string(table);
  }
}

RouteScope natural_scope(const Route& route) {
  if (route.family() == Family::Ipv6) return RouteScope::Global;
  if (route.type == RouteType::Local) return RouteScope::Host;
  const bool has_way = route.interface || route.type == RouteType::Broadcast ||
                       route.type == RouteType::Multicast || route.type == RouteType::Anycast;
  return has_way && !route.gateway ? RouteScope::Link : RouteScope::Global;
}

std::string describe(const NextHop& hop) {
  const std::string way = describe_way(hop.gateway, hop.interface);
  return fmt::format("{} weight {}", way.empty() ? way : way.substr(1), hop.weight);
}

std::string describe(const Route& route) {
  std::string text = "route ";
  if (route.type != RouteType::Unicast) text += to_string(route.type) + " ";
  // ip(8) says "default" for both families; here the family must be seen.
  text += route.destination == make_default_prefix(Family::Ipv4) ? "default"
                                                                 : to_string(route.destination);
  text += describe_way(route.gateway, route.interface);
  if (route.source) text += " src " + to_string(*route.source);
  if (route.metric != 0) text += fmt::format(" metric {}", route.metric);
  if (route.mtu) text += fmt::format(" mtu {}", *route.mtu);
  if (route.on_link) text += " onlink";
  if (route.table != kTableMain) text += " table " + table_name(route.table);
  if (route.scope) text += " scope " + to_string(*route.scope);
  if (route.protocol != RouteProtocol::Boot) text += " proto " + to_string(route.protocol);
  for (const NextHop& hop : route.next_hops) text += " nexthop " + describe(hop);
  return text;
}

}  // namespace topoproof::state
