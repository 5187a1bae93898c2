// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/route.hh"

#include <algorithm>

#include "sim/multipath.hh"
#include "sim/path_mtu.hh"

namespace topoproof::sim {
namespace {

using routing::Found;
using routing::Query;
using routing::Refusal;
using state::RouteType;

// What a policy rule says is unreachable has no route (FR_ACT_UNREACHABLE).
End end_of(const Found& found) {
  switch (found.refusal) {
    case Refusal::None:
      break;
    case Refusal::NoRoute:
      return End::NoRoute;
    case Refusal::Blackhole:
      return End::RouteBlackhole;
    case Refusal::Unreachable:
      return found.route == nullptr ? End::NoRoute : End::RouteUnreachable;
    case Refusal::Prohibit:
      return End::RouteProhibit;
  }
  return End::None;
}

Way::Kind kind_of(RouteType type) {
  switch (type) {
    case RouteType::Local:
    case RouteType::Anycast:
      return Way::Kind::Local;
    case RouteType::Broadcast:
      return Way::Kind::Broadcast;
    case RouteType::Multicast:
      return Way::Kind::Multicast;
    case RouteType::Unicast:
      return Way::Kind::Unicast;
    case RouteType::Blackhole:
    case RouteType::Unreachable:
    case RouteType::Prohibit:
    case RouteType::Throw:
      break;
  }
  return Way::Kind::None;
}

Way make_way(const Host& host, const Found& found, const routing::Hop& hop) {
  Way way{.kind = kind_of(found.route->type), .out = hop.interface, .gateway = hop.gateway};
  way.mtu = found.route->mtu != 0 ? found.route->mtu
                                  : (hop.interface == kNoSlot ? 0 : host.at(hop.interface).mtu);
  way.source = found.route->source;
  way.route = found.route;
  return way;
}

Way local_way(Way::Kind kind = Way::Kind::Local, const routing::Route* route = nullptr) {
  return {.kind = kind, .out = kLoopback, .route = route};
}

struct Arrival {
  const World& world;
  const Host& host;
  Slot in;
  IpAddress source;
  IpAddress destination;
  std::uint32_t mark = 0;
  const skb::Skb* skb = nullptr;
  bool is_arp = false;

  const Interface& interface() const { return host.at(in); }
  const routing::InterfaceSettings& settings() const { return *interface().settings; }
};

struct Validation {
  End end = End::None;
  bool on_link = false;  // the source is a neighbour by this route
};

// __fib_validate_source. `out`: the way that the packet would take; kNoSlot if it ends here.
Validation validate_fully(const Arrival& a, Slot out) {
  const auto& settings = a.settings();
  Query query{.source = a.destination,
              .destination = a.source,
              .incoming = out == kNoSlot ? kLoopback : out,
              .mark = settings.src_valid_mark ? a.mark : 0};
  const auto last_resort = [&] {
    return Validation{settings.rp_filter != 0 ? End::ReversePath : End::None};
  };
  const Found back = a.host.ipv4->find(query);
  if (back.refusal != Refusal::None) return last_resort();
  const bool local = back.route->type == RouteType::Local;
  if (back.route->type != RouteType::Unicast && !(local && settings.accept_local)) {
    return {End::MartianSource};
  }
  const auto uses_it = [&](const routing::Hop& hop) { return hop.interface == a.in; };
  const bool same = std::ranges::any_of(back.hops, uses_it) || (local && a.in == kLoopback);
  if (same) return {End::None, !back.hops.empty() && !back.hops.front().gateway};
  const bool has_address = std::ranges::any_of(a.interface().addresses,
                                               [](const auto& own) { return own.address.is_v4(); });
  if (!has_address) return last_resort();
  if (settings.rp_filter == 1) return {End::ReversePath};
  query.outgoing = a.in;
  const Found by_interface = a.host.ipv4->find(query);
  const bool unicast =
      by_interface.refusal == Refusal::None && by_interface.route->type == RouteType::Unicast;
  return {End::None, unicast && !by_interface.hops.front().gateway};
}

// fib_validate_source: without rp_filter only a source that is one's own is refused, unless custom
// rules make that too simple.
Validation validate_source(const Arrival& a, Slot out) {
  const auto& settings = a.settings();
  if (settings.rp_filter != 0 || (a.in == out && settings.send_redirects)) {
    return validate_fully(a, out);
  }
  if (settings.accept_local) return {};
  if (a.host.ipv4->has_custom_rules()) return validate_fully(a, out);
  return {a.host.has_address(a.source) ? End::MartianSource : End::None};
}

InputRoute input_broadcast(const Arrival& a) {
  if (a.is_arp) return {End::MartianDestination};
  if (!a.source.is_unspecified()) {
    if (const Validation v = validate_source(a, kNoSlot); v.end != End::None) return {v.end};
  }
  return {End::None, local_way(Way::Kind::Broadcast)};
}

bool shares_a_network(const Interface& interface, const IpAddress& a, const IpAddress& b) {
  return std::ranges::any_of(interface.addresses, [&](const InterfaceAddress& own) {
    return own.address.is_v4() && own.network().contains(a) && own.network().contains(b);
  });
}

// Flow keys are read only where there is something to choose.
const routing::Hop* choose_way(const Arrival& a, const Found& found) {
  if (found.hops.size() == 1) return &found.hops.front();
  if (a.skb == nullptr) return choose_hop(a.world, a.host, found, {a.source, a.destination});
  return choose_hop(a.world, a.host, found, flow_keys(*a.skb));
}

// __mkroute_input
InputRoute input_forward(const Arrival& a, const Found& found) {
  const routing::Hop* chosen = choose_way(a, found);
  if (chosen == nullptr) return {End::Unknown};
  const routing::Hop& hop = *chosen;
  const Validation source = validate_source(a, hop.interface);
  if (source.end != End::None) return {source.end};
  Way way = make_way(a.host, found, hop);
  const bool turns_back = hop.interface == a.in && source.on_link;
  if (turns_back && !a.is_arp && a.settings().send_redirects) {
    const IpAddress next = hop.gateway.value_or(a.destination);
    way.redirects =
        a.settings().shared_media || shares_a_network(a.host.at(hop.interface), a.source, next);
  }
  return {End::None, way};
}

// The martians of ip_route_input_slow, in its order.
End martian_end(const Arrival& a) {
  if (a.source.is_multicast() || is_limited_broadcast(a.source)) return End::MartianSource;
  const bool to_all = is_limited_broadcast(a.destination) ||
                      (a.source.is_unspecified() && a.destination.is_unspecified());
  if (to_all) return End::None;
  if (a.source.is_unspecified()) return End::MartianSource;
  if (a.destination.is_unspecified()) return End::MartianDestination;
  if (a.settings().route_localnet) return End::None;
  if (a.destination.is_loopback()) return End::MartianDestination;
  return a.source.is_loopback() ? End::MartianSource : End::None;
}

// ip_mc_validate_source
End source_end_of_group(const Arrival& a) {
  const bool never = a.source.is_multicast() || is_limited_broadcast(a.source) ||
                     (a.source.is_loopback() && !a.settings().route_localnet);
  if (never) return End::MartianSource;
  if (a.source.is_unspecified()) return End::None;
  return validate_source(a, kNoSlot).end;
}

// Of the groups a host is in 224.0.0.1 alone (ip_check_mc_rcu); nobody here asks for others.
InputRoute input_multicast(const Arrival& a) {
  const bool all_hosts = a.destination.v4().bits() == 0xe000'0001;
  if (!all_hosts || a.is_arp) return {End::OtherHost};
  return {source_end_of_group(a), local_way(Way::Kind::Multicast)};
}

InputRoute input_v4(const Arrival& a) {
  if (a.destination.is_multicast()) return input_multicast(a);
  if (const End end = martian_end(a); end != End::None) return {end};
  if (is_limited_broadcast(a.destination) || a.destination.is_unspecified()) {
    return input_broadcast(a);
  }
  const Found found = a.host.ipv4->find(
      {.source = a.source, .destination = a.destination, .incoming = a.in, .mark = a.mark});
  const bool forwards = a.settings().forwarding;
  if (found.refusal != Refusal::None) {
    return {forwards ? end_of(found) : End::NotForwarding};
  }
  if (found.route->type == RouteType::Broadcast) return input_broadcast(a);
  if (found.route->type == RouteType::Local) {
    return {validate_source(a, kNoSlot).end, local_way()};
  }
  if (!forwards) return {End::NotForwarding};
  if (found.route->type != RouteType::Unicast) return {End::MartianDestination};
  return input_forward(a, found);
}

// The own links only, where the address means nothing without one (RT6_LOOKUP_F_IFACE).
Slot strict_interface(const IpAddress& address, Slot slot) {
  return address.is_link_local() || address.is_multicast() ? slot : kNoSlot;
}

InputRoute input_v6(const Arrival& a) {
  const Found found = a.host.ipv6->find({.source = a.source,
                                         .destination = a.destination,
                                         .incoming = a.in,
                                         .outgoing = strict_interface(a.destination, a.in),
                                         .mark = a.mark});
  if (found.refusal != Refusal::None) return {end_of(found)};
  const Way::Kind kind = kind_of(found.route->type);
  if (kind != Way::Kind::Unicast) return {End::None, local_way(kind)};
  const routing::Hop* chosen = choose_way(a, found);
  if (chosen == nullptr) return {End::Unknown};
  const routing::Hop& hop = *chosen;
  Way way = make_way(a.host, found, hop);
  way.redirects = hop.interface == a.in;  // ip6_forward looks further
  return {End::None, way};
}

InputRoute route_arrival(const Arrival& a) {
  return a.destination.is_v4() ? input_v4(a) : input_v6(a);
}

// What a node that has no such family at all does with it.
bool speaks(const Host& host, Family family) { return host.fib(family) != nullptr; }

// ip_route_output_key_hash_rcu: a source that is nobody's is no network's (ENETUNREACH).
End output_martian(const Host& host, const OutputQuery& query) {
  if (!query.source || query.any_source) return End::None;
  const IpAddress& source = *query.source;
  if (source.is_multicast() || is_limited_broadcast(source)) return End::MartianSource;
  if (host.has_address(source)) return End::None;
  return source.is_v4() ? End::NoRoute : End::MartianSource;
}

IpAddress source_of(const World& world, const Host& host, const OutputQuery& query,
                    const Way& way) {
  if (query.source) return *query.source;
  if (way.kind == Way::Kind::Local && !way.source) return query.destination;
  if (way.source) return *way.source;
  if (query.destination.is_v6()) {
    return select_address6(host, way.out, query.destination).value_or(Ipv6Address());
  }
  return select_address(world, host, way.out, way.gateway).value_or(Ipv4Address());
}

// Policy rules may ask for the source: a connecting socket of IPv4 looks twice, without one, and
// then with the one that it was given (ip_route_connect).
bool looks_again(const Host& host, const OutputQuery& query) {
  return query.destination.is_v4() && !query.source && query.source_port != 0 &&
         host.ipv4->has_custom_rules();
}

// Who found no way of IPv6 without a source looks for one with it (ip6_dst_lookup_tail).
std::optional<IpAddress> source_to_ask_with(const Host& host, const OutputQuery& query) {
  if (query.destination.is_v4() || query.source || !host.ipv6->has_custom_rules()) return {};
  return select_address6(host, kNoSlot, query.destination);
}

// A connecting socket looks twice: without a source, and then with the one that it was given
// (ip_route_connect).
const routing::Hop* choose_output(const World& world, const Host& host, const OutputQuery& query,
                                  const Found& found) {
  if (found.hops.size() == 1) return &found.hops.front();
  FlowKeys keys{.source = query.source.value_or(Ipv4Address()),
                .destination = query.destination,
                .source_port = query.source_port,
                .destination_port = query.destination_port,
                .protocol = query.protocol,
                .locally_made = true};
  const routing::Hop* first = choose_hop(world, host, found, keys);
  if (first == nullptr || query.source || query.source_port == 0) return first;
  keys.source = source_of(world, host, query, make_way(host, found, *first));
  return choose_hop(world, host, found, keys);
}

}  // namespace

bool is_limited_broadcast(const IpAddress& address) {
  return address.is_v4() && address.v4().bits() == 0xffff'ffff;
}

InputRoute route_input(const World& world, const Host& host, Slot in, const skb::Skb& skb) {
  if (!speaks(host, skb.is_ipv4() ? Family::Ipv4 : Family::Ipv6)) return {End::NotForwarding};
  return route_arrival({.world = world,
                        .host = host,
                        .in = in,
                        .source = skb.source(),
                        .destination = skb.destination(),
                        .mark = skb.mark,
                        .skb = &skb});
}

InputRoute route_arp(const World& world, const Host& host, Slot in, const IpAddress& source,
                     const IpAddress& target) {
  if (!speaks(host, Family::Ipv4)) return {End::NotForwarding};
  return route_arrival({.world = world,
                        .host = host,
                        .in = in,
                        .source = source,
                        .destination = target,
                        .is_arp = true});
}

void end_without_way(World& world, const Host& host, Packet& packet, End end) {
  if (end != End::Unknown) return world.end(host, packet, end);
  world.end_unknown(host, packet,
                    "a choice between equal ways that the kernel draws at random: set "
                    "net.ipv4.fib_multipath_hash_seed");
}

OutputRoute route_output(const World& world, const Host& host, const OutputQuery& query) {
  const Family family = query.destination.family();
  if (!speaks(host, family)) return {.end = End::NoRoute};
  if (const End end = output_martian(host, query); end != End::None) return {.end = end};
  const Found found = host.fib(family)->find(
      {.source = query.source.value_or(family == Family::Ipv4 ? IpAddress(Ipv4Address())
                                                              : IpAddress(Ipv6Address())),
       .destination = query.destination,
       .outgoing = query.out != kNoSlot ? query.out : kNoSlot,
       .mark = query.mark});
  if (found.refusal != Refusal::None) {
    const auto source = source_to_ask_with(host, query);
    if (!source) return {.end = end_of(found)};
    OutputQuery again = query;
    again.source = *source;
    return route_output(world, host, again);
  }
  OutputRoute out;
  const routing::Hop* hop = choose_output(world, host, query, found);
  if (hop == nullptr) return {.end = End::Unknown};
  out.way = make_way(host, found, *hop);
  out.source = source_of(world, host, query, out.way);
  if (out.way.kind == Way::Kind::Local) {
    out.way.out = kLoopback;
    out.way.gateway.reset();
    out.way.mtu = host.at(kLoopback).mtu;
  } else {
    out.way.mtu = path_mtu(world, host, query.destination, out.way.mtu);
  }
  if (looks_again(host, query)) {
    OutputQuery again = query;
    again.source = out.source;
    return route_output(world, host, again);
  }
  const bool leaves = out.way.out != kLoopback;
  if (family == Family::Ipv4 && leaves && out.source.is_loopback() &&
      !host.at(out.way.out).settings->route_localnet) {
    return {.end = End::MartianSource};
  }
  return out;
}

}  // namespace topoproof::sim
