// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/build_host.hh"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "routing/complete.hh"
#include "sim/netfilter.hh"

namespace topoproof::sim {
namespace {

class Builder {
 public:
  Builder(World& world, std::uint32_t id, const Node& node, Host* older)
      : world_(world),
        node_(node),
        older_(older),
        state_(routing::complete(node.state)),
        settings_(state_.sysctls) {
    host_.id = id;
    host_.name = node.name;
  }

  Host build() {
    delete_routes();
    host_.settings = world_.share(settings_.node());
    add_interfaces();
    add_addresses();
    add_bridges();
    add_routes();
    add_neighbors();
    add_rules();
    add_impairments();
    host_.listeners = node_.listeners;
    std::ranges::sort(host_.listeners);
    say_what_is_unknown();
    host_.is_plain = is_plain();
    return std::move(host_);
  }

 private:
  Slot slot_of(std::string_view name) const {
    const auto found = std::ranges::find(host_.interfaces, name, &Interface::name);
    return found == host_.interfaces.end() ? kNoSlot
                                           : static_cast<Slot>(found - host_.interfaces.begin());
  }

  void add_interface(const state::Link& link) {
    Interface interface{
        .name = link.name,
        .index = link.index.value_or(link.kind == state::LinkKind::Loopback ? 1 : 0),
        .mac = link.mac.value_or(MacAddress()),
        .mtu = link.mtu,
        .kind = link.kind,
        .up = link.up,
        .peer_index = link.peer_index.value_or(0),
        .port = link.port.value_or(state::PortOptions{})};
    interface.settings = world_.share(settings_.interface(link.name));
    host_.interfaces.push_back(std::move(interface));
  }

  void add_interfaces() {
    host_.interfaces.reserve(state_.links.size());
    for (const state::Link& link : state_.links) {
      if (link.kind == state::LinkKind::Loopback) add_interface(link);
    }
    for (const state::Link& link : state_.links) {
      if (link.kind != state::LinkKind::Loopback) add_interface(link);
    }
    for (const state::Link& link : state_.links) {
      if (link.master) host_.interfaces[slot_of(link.name)].master = slot_of(*link.master);
    }
  }

  void add_addresses() {
    for (const state::Address& address : state_.addresses) {
      const Slot slot = slot_of(address.interface);
      if (slot == kNoSlot || address.duplicate) continue;
      add_address(host_.interfaces[slot], address.address);
    }
  }

  void add_impairments() {
    for (const auto& [interface, impairment] : node_.impairments) {
      const Slot slot = slot_of(interface);
      if (slot == kNoSlot) continue;
      host_.interfaces[slot].impaired = std::make_unique<impair::Direction>(impairment);
    }
  }

  void add_bridges() {
    for (const state::Link& link : state_.links) {
      if (link.kind != state::LinkKind::Bridge) continue;
      const auto options = link.bridge.value_or(state::BridgeOptions{});
      auto bridge = std::make_unique<Bridge>();
      bridge->ageing = options.ageing_time;
      bridge->stp = options.stp;
      host_.interfaces[slot_of(link.name)].bridge = std::move(bridge);
    }
    for (Slot slot = 0; slot < host_.interfaces.size(); ++slot) {
      const Interface& port = host_.interfaces[slot];
      if (port.bridge) add_own_station(slot, port.mac);
      if (port.master == kNoSlot) continue;
      // New ports come first in the kernel's list.
      auto& ports = host_.interfaces[port.master].bridge->ports;
      ports.insert(ports.begin(), slot);
      add_own_station(port.master, port.mac);
    }
    for (const state::BridgeEntry& entry : node_.bridge_entries) add_station(entry);
  }
  void add_own_station(Slot bridge, const MacAddress& mac) {
    host_.interfaces[bridge].bridge->stations[mac] = {bridge, {}, true};
  }
  void add_station(const state::BridgeEntry& entry) {
    const Slot port = slot_of(entry.port);
    if (port == kNoSlot || host_.interfaces[port].master == kNoSlot) return;
    const bool is_static = entry.state == state::NeighborState::NoArp;
    host_.interfaces[host_.interfaces[port].master].bridge->stations[entry.mac] = {
        port, world_.now(), is_static};
  }

  void delete_routes() {
    std::erase_if(state_.routes, [this](const state::Route& route) {
      return route.protocol == state::RouteProtocol::Kernel &&
             std::ranges::any_of(node_.deleted_routes, [&](const state::Route& asked) {
               return state::is_meant_by(route, asked);
             });
    });
  }

  void add_routes() {
    const auto slots = [this](std::string_view name) { return slot_of(name); };
    host_.ipv4.emplace(state_, Family::Ipv4, slots);
    const bool has_v6 =
        std::ranges::any_of(host_.interfaces, [](const Interface& i) { return i.settings->ipv6; });
    if (has_v6) host_.ipv6.emplace(state_, Family::Ipv6, slots);
  }

  void add_neighbors() {
    for (const state::Neighbor& neighbor : state_.neighbors) {
      const Slot slot = slot_of(neighbor.interface);
      if (slot == kNoSlot || !neighbor.mac) continue;
      const bool permanent = neighbor.state == state::NeighborState::Permanent;
      host_.neighbors.push_back(
          {.slot = slot, .address = neighbor.address, .mac = neighbor.mac, .permanent = permanent});
    }
    std::ranges::sort(host_.neighbors, {},
                      [](const Neighbor& n) { return std::pair(n.slot, n.address); });
  }

  void add_rules() {
    if (older_ != nullptr) host_.tracking = std::move(older_->tracking);
    if (node_.ruleset.tables.empty()) return;
    host_.netfilter = std::make_unique<Netfilter>(world_, host_, node_.ruleset);
    if (older_ != nullptr && older_->netfilter) host_.netfilter->go_on(*older_->netfilter);
  }

  void say_what_is_unknown() {
    if (!node_.rules_unknown.empty()) host_.unknown = node_.rules_unknown;
    const auto unread = routing::unread_settings(state_.sysctls);
    const auto say = [](const std::vector<state::Sysctl>& sysctls, std::string& unknown) {
      if (!sysctls.empty() && unknown.empty()) {
        unknown = fmt::format("{} is not modelled", sysctls.front().name);
      }
    };
    say(unread.of_packets, host_.unknown);
    say(unread.of_tcp_sockets, host_.unknown_to_tcp);
  }

  bool is_plain() const {
    const bool learned = std::ranges::any_of(
        host_.neighbors, [](const Neighbor& neighbor) { return !neighbor.permanent; });
    const bool says_what_is_local = std::ranges::any_of(node_.state.routes, [](const auto& route) {
      return route.type != state::RouteType::Unicast;
    });
    return !learned && !says_what_is_local && !host_.ipv4->has_custom_rules();
  }

  World& world_;
  const Node& node_;
  Host* older_;
  state::Namespace state_;
  routing::SettingsReader settings_;
  Host host_;
};

}  // namespace

Host make_host(World& world, std::uint32_t id, const Node& node, Host* older) {
  return Builder(world, id, node, older).build();
}

void connect_veths(std::vector<Host>& hosts) {
  std::unordered_map<std::uint32_t, Place> by_index;
  const auto each_veth = [&](const auto& f) {
    for (Host& host : hosts) {
      for (Slot slot = 0; slot < host.interfaces.size(); ++slot) {
        Interface& interface = host.interfaces[slot];
        if (interface.kind == state::LinkKind::Veth) f(interface, Place{host.id, slot});
      }
    }
  };
  each_veth([&](const Interface& veth, Place place) { by_index[veth.index] = place; });
  each_veth([&](Interface& veth, Place) {
    const auto peer = by_index.find(veth.peer_index);
    if (veth.peer_index != 0 && peer != by_index.end()) veth.peer = peer->second;
  });
}

}  // namespace topoproof::sim
