// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "state/namespace.hh"

namespace topoproof::state {
namespace {

// Every namespace is born with a loopback that is down. One that is up was brought up.
bool is_kernel_made(const Link& link) { return link.kind == LinkKind::Loopback && !link.up; }

// Bringing the loopback up gives it 127.0.0.1/8 and ::1/128; an IPv6 interface that comes up gives
// itself a link-local address.
bool is_kernel_made(const Address& address) {
  const IpAddress& ip = address.address.address;
  if (address.interface == "lo" && ip.is_loopback()) return true;
  return ip.is_v6() && ip.is_link_local();
}

bool is_kernel_made(const Route& route) {
  // Connected networks, and in the table "local" the node's own addresses and broadcasts.
  if (route.protocol == RouteProtocol::Kernel) return true;
  // Host routes of IPv6 addresses, multicast ff00::/8 and anycast routes: all in table "local",
  // where no plan puts anything.
  return route.family() == Family::Ipv6 && route.table == kTableLocal;
}

// Tables local, main and default (IPv4 only) are asked in this order by rules made at birth.
bool is_kernel_made(const Rule& rule) {
  const auto is = [&](std::uint32_t priority, std::uint32_t table) {
    return rule ==
           Rule{.family = rule.family, .priority = priority, .from = {}, .to = {}, .table = table};
  };
  return is(0, kTableLocal) || is(32766, kTableMain) || is(32767, kTableDefault);
}

// Only permanent entries are configured; the others are learned from traffic and come and go
// (NoArp are the kernel's own for multicast and loopback).
bool is_kernel_made(const Neighbor& neighbor) { return neighbor.state != NeighborState::Permanent; }

bool is_kernel_made(const Sysctl&) { return false; }

template <class T>
void settle(std::vector<T>& values) {
  std::erase_if(values, [](const T& value) { return is_kernel_made(value); });
  std::ranges::sort(values);
}

// 0 means "the default" in both families, which for IPv6 is 1024 (IP6_RT_PRIO_USER).
void make_metric_explicit(Route& route) {
  if (route.family() == Family::Ipv6 && route.metric == 0) route.metric = 1024;
}

// The natural scope is the same whether it is said or not.
void make_scope_implicit(Route& route) {
  if (route.scope == natural_scope(route)) route.scope.reset();
}

// An IPv6 route that refuses is reported on the loopback (no interface has it).
void drop_refusing_interface(Route& route) {
  const bool refuses = route.type == RouteType::Blackhole || route.type == RouteType::Unreachable ||
                       route.type == RouteType::Prohibit || route.type == RouteType::Throw;
  if (refuses) route.interface.reset();
}

// With STP the kernel itself shortens it to twice the forward delay while ports come and go
// (__br_set_topology_change).
void drop_changing_ageing_time(Link& link) {
  if (link.bridge && link.bridge->stp) link.bridge->ageing_time = BridgeOptions().ageing_time;
}

}  // namespace

Namespace normalize(Namespace ns) {
  for (Link& link : ns.links) drop_changing_ageing_time(link);
  for (Route& route : ns.routes) {
    drop_refusing_interface(route);
    make_metric_explicit(route);
    make_scope_implicit(route);
    std::ranges::sort(route.next_hops);
  }
  settle(ns.links);
  settle(ns.addresses);
  settle(ns.routes);
  settle(ns.rules);
  settle(ns.neighbors);
  settle(ns.sysctls);
  return ns;
}

}  // namespace topoproof::state
