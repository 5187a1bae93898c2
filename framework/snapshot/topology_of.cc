// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/topology_of.hh"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace topoproof::snapshot {
namespace {

using state::Link;
using state::LinkKind;

// As a topology file takes it.
std::string node_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    out += is_plain ? c : '-';
  }
  return out.empty() || out.front() == '-' ? "n" + out : out;
}

// As a topology makes it, but for what it says. Without STP its timers and priority do nothing: a
// port forwards at once (br_make_forwarding).
bool is_usual(state::BridgeOptions options) {
  state::BridgeOptions usual;
  if (options.stp) {
    usual.forward_delay = std::chrono::seconds(2);
  } else {
    options = {.multicast_snooping = options.multicast_snooping};
  }
  options.stp = usual.stp;
  options.ageing_time = usual.ageing_time;
  return options == usual;
}

// As a topology says routes: in the table "main", with the scope that ip(8) gives them.
// REQUIRES: normalized
bool can_be_said(const state::Route& route) {
  using Type = state::RouteType;
  const bool is_usual_type = route.type == Type::Unicast || route.type == Type::Blackhole ||
                             route.type == Type::Unreachable || route.type == Type::Prohibit ||
                             route.type == Type::Throw;
  const auto is_own_family = [&](const std::optional<IpAddress>& gateway) {
    return !gateway || gateway->family() == route.family();
  };
  return is_usual_type && route.table != state::kTableLocal && !route.scope &&
         is_own_family(route.gateway) &&
         std::ranges::all_of(route.next_hops, is_own_family, &state::NextHop::gateway);
}

class Builder {
 public:
  Builder(std::span<const Found> found, const std::string& name)
      : found_(found), made_(found.size()), snapshot_{topology::Topology(name)} {}

  Snapshot build() && {
    for (std::size_t i = 0; i < found_.size(); ++i) add_node(i);
    for (std::size_t i = 0; i < found_.size(); ++i) add_bridges(i);
    for (std::size_t i = 0; i < found_.size(); ++i) add_links(i);
    for (std::size_t i = 0; i < found_.size(); ++i) add_rest(i);
    return std::move(snapshot_);
  }

 private:
  template <class... Args>
  void miss(std::size_t place, fmt::format_string<Args...> format, Args&&... args) {
    const std::string& node = snapshot_.topology.node(NodeId(place)).name;
    snapshot_.not_captured.push_back(
        fmt::format("{}: {}", node, fmt::format(format, std::forward<Args>(args)...)));
  }

  void add_node(std::size_t place) {
    const Found& found = found_[place];
    std::string name = node_name(found.name);
    while (snapshot_.topology.find_node(name)) name += "-2";
    if (name != found.name) {
      snapshot_.notes.push_back(fmt::format("{} is called {} here", found.name, name));
    }
    snapshot_.topology.add_node({.name = name, .rules = found.rules});
    for (const std::string& sentence : found.missed) miss(place, "{}", sentence);
    made_[place].insert("lo");
  }

  // In the order in which they have to be given to stand as they do, which decides what packets are
  // sent with: the kernel puts one of IPv6 before those that are there (ipv6_link_dev_addr), and
  // one of IPv4 behind them.
  topology::Addresses addresses_of(std::size_t place, const std::string& interface) const {
    const auto own = normalized(place).addresses;
    topology::Addresses addresses;
    topology::Addresses ipv6;
    for (const state::Address& address : found_[place].state.addresses) {
      if (address.interface != interface || std::ranges::find(own, address) == own.end()) continue;
      const bool is_ipv4 = address.address.family() == Family::Ipv4;
      (is_ipv4 ? addresses : ipv6).push_back({address.address});
    }
    std::ranges::reverse_copy(ipv6, std::back_inserter(addresses));
    return addresses;
  }

  state::Namespace normalized(std::size_t place) const {
    return state::normalize(found_[place].state);
  }

  void add_bridges(std::size_t place) {
    for (const Link& link : found_[place].state.links) {
      if (link.kind == LinkKind::Bridge) add_bridge(place, link);
    }
  }

  void add_bridge(std::size_t place, const Link& link) {
    topology::Bridge bridge{.name = link.name, .node = NodeId(place)};
    bridge.addresses = addresses_of(place, link.name);
    const std::vector<const Link*> ports = ports_of(place, link.name);
    bridge.mac = link.mac;
    std::uint32_t mtu = 1500;
    if (!ports.empty()) mtu = (*std::ranges::min_element(ports, {}, &Link::mtu))->mtu;
    if (link.mtu != mtu) bridge.mtu = static_cast<int>(link.mtu);
    const state::BridgeOptions options = link.bridge.value_or(state::BridgeOptions());
    bridge.stp = options.stp;
    // With STP the kernel shortens it by itself.
    if (!options.stp && options.ageing_time != state::BridgeOptions().ageing_time) {
      bridge.ageing = std::chrono::duration_cast<std::chrono::seconds>(options.ageing_time);
    }
    if (!is_usual(options)) miss(place, "bridge {}: {}", link.name, describe(options));
    add_state(place, link);
    snapshot_.topology.add_bridge(std::move(bridge));
    made_[place].insert(link.name);
  }

  std::vector<const Link*> ports_of(std::size_t place, const std::string& bridge) const {
    std::vector<const Link*> ports;
    for (const Link& link : found_[place].state.links) {
      if (link.master == bridge) ports.push_back(&link);
    }
    return ports;
  }

  void add_state(std::size_t place, const Link& link) {
    if (!link.up) miss(place, "{} is down; a topology builds it up", link.name);
  }

  void add_links(std::size_t place) {
    for (const Link& link : found_[place].state.links) {
      if (link.kind == LinkKind::Veth) add_veth(place, link);
      if (link.kind == LinkKind::Loopback) add_state(place, link);
      if (link.kind == LinkKind::Other) {
        miss(place, "{}, which is no veth or bridge but {}, with its addresses and routes",
             link.name, link.other_kind.empty() ? "a device" : link.other_kind);
      }
    }
  }

  const Link* peer_of(std::size_t place, const Link& link) const {
    const auto peer = found_[place].peers.find(link.index.value_or(0));
    if (peer == found_[place].peers.end()) return nullptr;
    const auto& others = found_[peer->second].state.links;
    const auto other = std::ranges::find_if(others, [&](const Link& o) {
      return o.kind == LinkKind::Veth && o.index == link.peer_index && o.peer_index == link.index;
    });
    return other == others.end() ? nullptr : &*other;
  }

  void add_veth(std::size_t place, const Link& link) {
    const Link* peer = peer_of(place, link);
    if (peer == nullptr) {
      miss(place,
           "veth {}, with its addresses and routes: its other end is in no place that was read",
           link.name);
      return;
    }
    if (made_[place].contains(link.name)) return;  // the second end of one that stands already
    const std::size_t other = found_[place].peers.at(*link.index);
    topology::Link made{.ends = {{end_of(place, link), end_of(other, *peer)}}};
    if (link.mtu != 1500) made.mtu = static_cast<int>(link.mtu);
    if (peer->mtu != link.mtu)
      miss(other, "{} has MTU {}, its other end {}", peer->name, peer->mtu, link.mtu);
    snapshot_.topology.connect(std::move(made));
  }

  topology::Endpoint end_of(std::size_t place, const Link& link) {
    topology::Endpoint end{.node = NodeId(place), .interface = link.name};
    end.addresses = addresses_of(place, link.name);
    end.mac = link.mac;
    if (link.master) {
      end.bridge = snapshot_.topology.find_bridge(end.node, *link.master);
      if (!end.bridge) miss(place, "{} belongs to {}, which is no bridge", link.name, *link.master);
    }
    if (link.port && end.bridge) end.port = port_of(place, link);
    add_state(place, link);
    made_[place].insert(link.name);
    return end;
  }

  topology::PortOptions port_of(std::size_t place, const Link& link) {
    const state::PortOptions& port = *link.port;
    topology::PortOptions options{.isolated = port.isolated, .hairpin = port.hairpin};
    if (!port.learning) options.learning = false;
    if (!port.flood) options.flood = false;
    state::PortOptions unsaid = port;
    unsaid.isolated = unsaid.hairpin = false;
    unsaid.learning = unsaid.flood = true;
    if (unsaid != state::PortOptions()) miss(place, "port {}: {}", link.name, describe(unsaid));
    return options;
  }

  void add_rest(std::size_t place) {
    topology::Node& node = snapshot_.topology.node(NodeId(place));
    node.loopback = addresses_of(place, "lo");
    const state::Namespace state = normalized(place);
    for (const state::Route& route : state.routes) add_route(place, route, node);
    for (const state::Route& route : found_[place].state.routes) miss_local(place, route);
    for (const state::Neighbor& neighbor : state.neighbors) {
      if (made_[place].contains(neighbor.interface)) node.neighbors.push_back({neighbor});
    }
    for (const state::Rule& rule : state.rules) add_policy_rule(place, rule, node);
    for (const netlink::Queueing& queueing : found_[place].queueing) miss_queueing(place, queueing);
    for (const netlink::Peculiarity& one : found_[place].peculiarities) miss_peculiar(place, one);
  }

  void miss_peculiar(std::size_t place, const netlink::Peculiarity& one) {
    for (const Link& link : found_[place].state.links) {
      if (link.index != one.interface || !made_[place].contains(link.name)) continue;
      miss(place, "{} {}", link.name, one.text);
    }
  }

  // One of a device that is not here stands there already.
  void miss_queueing(std::size_t place, const netlink::Queueing& queueing) {
    for (const Link& link : found_[place].state.links) {
      if (link.index != queueing.interface || !made_[place].contains(link.name)) continue;
      const std::string filters =
          queueing.filters.empty()
              ? ""
              : fmt::format(", with filters: {}", fmt::join(queueing.filters, ", "));
      miss(place, "{} has the queueing discipline {}{}", link.name, queueing.kind, filters);
    }
  }

  // Those of IPv6 that the kernel makes are no others than those that somebody made, but for who
  // it says that did.
  void miss_local(std::size_t place, const state::Route& route) {
    const bool is_own = route.protocol == state::RouteProtocol::Boot ||
                        route.protocol == state::RouteProtocol::Static;
    if (route.family() == Family::Ipv6 && route.table == state::kTableLocal && is_own) {
      miss(place, "{}", describe(route));
    }
  }

  void add_route(std::size_t place, const state::Route& route, topology::Node& node) {
    const auto is_made = [&](const auto& way) {
      return !way.interface || made_[place].contains(*way.interface);
    };
    if (!is_made(route) || !std::ranges::all_of(route.next_hops, is_made)) return;
    if (!can_be_said(route)) return miss(place, "{}", describe(route));
    node.routes.push_back({route});
  }

  // One of an interface that is not here matches nothing, or what does not come here.
  void add_policy_rule(std::size_t place, const state::Rule& rule, topology::Node& node) {
    const auto is_here = [&](const std::optional<std::string>& interface) {
      return !interface || *interface == "lo" || made_[place].contains(*interface);
    };
    const bool can_be_said =
        rule.priority != 0 && (rule.action != state::RuleAction::Lookup || rule.table != 0);
    if (!can_be_said || !is_here(rule.incoming) || !is_here(rule.outgoing)) {
      return miss(place, "{}", describe(rule));
    }
    node.policy_rules.push_back({rule});
  }

  std::span<const Found> found_;
  std::vector<std::set<std::string>> made_;  // interfaces, by place
  Snapshot snapshot_;
};

}  // namespace

Snapshot topology_of(std::span<const Found> found, const std::string& name) {
  return Builder(found, name).build();
}

}  // namespace topoproof::snapshot
