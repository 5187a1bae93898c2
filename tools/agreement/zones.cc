// SPDX-License-Identifier: GPL-2.0-or-later
#include "zones.hh"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace topoproof::agreement {
namespace {

constexpr std::size_t kMostRouted = 6;
constexpr std::size_t kMostRoutes = 32;
constexpr std::size_t kMostAddresses = 8;
constexpr std::size_t kLongestName = 15;

// Names as rules say them, the most frequent first.
class Names {
 public:
  explicit Names(const std::vector<RuleAsks>& asks) {
    for (const RuleAsks& rule : asks) {
      for (const Asked& asked : rule.own) {
        const bool names = asked.field == Field::In || asked.field == Field::Out;
        if (names) add(std::string(as_text(asked.low)), rule.family);
      }
    }
  }

  std::vector<std::string> of_bridges() const { return sorted(in_bridges_); }
  std::vector<std::string> of_hosts() const { return sorted(others_); }

 private:
  using Counts = std::map<std::string, int>;

  void add(std::string name, firewall::TableFamily family) {
    if (name.ends_with('*')) name.back() = '0';
    const bool usable = !name.empty() && name.size() <= kLongestName && name != "lo" &&
                        name != "all" && name != "default" && std::ranges::all_of(name, [](char c) {
                          return c > ' ' && c <= '~' && c != '/' && c != ':';
                        });
    if (!usable) return;
    ++(family == firewall::TableFamily::Bridge ? in_bridges_ : others_)[name];
  }
  static std::vector<std::string> sorted(const Counts& counts) {
    std::vector<std::string> names;
    for (const auto& [name, count] : counts) names.push_back(name);
    std::ranges::stable_sort(names, std::greater(), [&](const auto& n) { return counts.at(n); });
    return names;
  }

  Counts in_bridges_;
  Counts others_;
};

bool sounds_like_bridge(std::string_view name) {
  constexpr std::array<std::string_view, 7> kBegins{"br",  "docker", "virbr", "vmbr",
                                                    "lxc", "lan",    "cni"};
  return std::ranges::any_of(kBegins, [&](auto begin) { return name.starts_with(begin); });
}

class ZoneBuilder {
 public:
  explicit ZoneBuilder(const std::vector<RuleAsks>& asks) : asks_(asks) {}

  Zones build() {
    const Names names(asks_);
    choose_names(names);
    for (const std::string& name : routed_) add_routed(name);
    for (const std::string& port : ports_) add_port(port);
    for (const RuleAsks& asks : asks_) {
      add_routes(asks);
      add_addresses(asks);
    }
    return std::move(zones_);
  }

 private:
  bool is_free(const std::string& name) const {
    return name != bridge_ && std::ranges::find(ports_, name) == ports_.end() &&
           std::ranges::find(routed_, name) == routed_.end();
  }
  void choose_names(const Names& names) {
    const auto hosts = names.of_hosts();
    const auto bridge = std::ranges::find_if(hosts, sounds_like_bridge);
    bridge_ = bridge == hosts.end() ? "br0" : *bridge;
    for (const std::string& name : names.of_bridges()) {
      if (ports_.size() < 2 && is_free(name)) ports_.push_back(name);
    }
    for (const std::string& name : hosts) {
      if (routed_.size() < kMostRouted && is_free(name)) routed_.push_back(name);
    }
    for (const char* name : {"outside", "inside"}) {
      if (routed_.size() < 2) routed_.emplace_back(name);
    }
    for (const char* name : {"port1", "port2"}) {
      if (ports_.size() < 2) ports_.emplace_back(name);
    }
  }

  Zone& add_zone(const std::string& port) {
    const auto number = static_cast<std::uint32_t>(zones_.all.size() + 1);
    zones_.all.push_back({.port = port,
                          .routed = port,
                          .wire = fmt::format("w{}", number),
                          .number = number,
                          .far_mac = MacAddress::from_bits(0x0200'0000'2000 + number)});
    zones_.all.back().router_mac = zones_.all.back().port_mac();
    return zones_.all.back();
  }
  static void give_addresses(Zone& zone, unsigned network, unsigned host) {
    const auto v4 = [&](unsigned n) {
      return Ipv4Address(10, static_cast<std::uint8_t>(network), 0, static_cast<std::uint8_t>(n));
    };
    const auto v6 = [&](unsigned n) {
      return IpAddress::parse(fmt::format("fd00:{}::{}", network, n)).value();
    };
    zone.router[0] = v4(1);
    zone.router[1] = v6(1);
    zone.neighbor[0] = v4(host);
    zone.neighbor[1] = v6(host);
  }
  void add_routed(const std::string& name) {
    Zone& zone = add_zone(name);
    give_addresses(zone, 199 + zone.number, 2);
  }
  void add_port(const std::string& port) {
    Zone& zone = add_zone(port);
    zone.routed = bridge_;
    zone.router_mac = MacAddress::from_bits(0x0200'0000'3000);
    give_addresses(zone, 240, zone.number - static_cast<unsigned>(routed_.size()) + 1);
  }

  bool is_routable(const IpAddress& address) const {
    const bool known = std::ranges::any_of(
        zones_.routes, [&](const HostRoute& route) { return route.destination == address; });
    return !known && !address.is_multicast() && !address.is_loopback() &&
           !address.is_unspecified() && !address.is_link_local() &&
           address != IpAddress(Ipv4Address(0xffffffff));
  }
  void route(const Bytes& bytes, std::size_t zone) {
    if (bytes.size() != 4 && bytes.size() != 16) return;
    const IpAddress address = IpAddress::from_bytes(bytes);
    if (zones_.routes.size() < kMostRoutes && is_routable(address)) {
      zones_.routes.push_back({address, zone});
    }
  }
  // A rule that wants both a destination and an interface to leave by; and those that destination
  // NAT chooses are servers in the bridge.
  void add_routes(const RuleAsks& asks) {
    for (const Bytes& address : asks.translated_to) route(address, zones_.all.size() - 2);
    const auto out = std::ranges::find(asks.own, Field::Out, &Asked::field);
    const auto to = std::ranges::find(asks.own, Field::Destination, &Asked::field);
    if (out == asks.own.end() || to == asks.own.end() || to->low != to->high) return;
    route(to->low, zones_.find(as_text(out->low), out->inverted));
  }
  void add_addresses(const RuleAsks& asks) {
    if (asks.hook != firewall::Hook::Input) return;
    for (const Asked& asked : asks.own) {
      const bool one = asked.field == Field::Destination && asked.low == asked.high;
      if (!one || zones_.more_addresses.size() == kMostAddresses) continue;
      const IpAddress address = IpAddress::from_bytes(asked.low);
      auto& known = zones_.more_addresses;
      const bool is_new = std::ranges::find(known, address) == known.end();
      if (is_new && is_routable(address)) known.push_back(address);
    }
  }

  const std::vector<RuleAsks>& asks_;
  std::string bridge_;
  std::vector<std::string> ports_;
  std::vector<std::string> routed_;
  Zones zones_;
};

bool is_called(const Zone& zone, std::string_view name) {
  if (!name.ends_with('*')) return name == zone.port || name == zone.routed;
  name.remove_suffix(1);
  return zone.port.starts_with(name) || zone.routed.starts_with(name);
}

}  // namespace

std::size_t Zones::find(std::string_view name, bool inverted) const {
  const auto at =
      std::ranges::find_if(all, [&](const Zone& z) { return is_called(z, name) != inverted; });
  return at == all.end() ? 0 : static_cast<std::size_t>(at - all.begin());
}

Zones make_zones(const std::vector<RuleAsks>& asks) { return ZoneBuilder(asks).build(); }

}  // namespace topoproof::agreement
