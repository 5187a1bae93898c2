// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/netfilter.hh"

#include <algorithm>

#include "conntrack/settings.hh"

namespace topoproof::sim {
namespace {

using firewall::ChainType;
using firewall::Hook;
using firewall::TableFamily;
using Kind = Netfilter::Station::Kind;

constexpr std::int32_t kDefragment = -400;
constexpr std::int32_t kTrack = -200;
constexpr std::int32_t kConfirm = std::numeric_limits<std::int32_t>::max();

bool serves(TableFamily table, Family family) {
  if (table == TableFamily::Inet) return true;
  return table == (family == Family::Ipv4 ? TableFamily::Ip : TableFamily::Ip6);
}

// nf_ct_netns_get is called by these alone (each in its init).
bool needs_tracking(const firewall::Expression& e) {
  using namespace firewall;
  return std::holds_alternative<CtLoad>(e) || std::holds_alternative<CtStore>(e) ||
         std::holds_alternative<Nat>(e) || std::holds_alternative<Masquerade>(e) ||
         std::holds_alternative<Redirect>(e);
}

bool needs_tracking(const firewall::Table& table) {
  return std::ranges::any_of(table.chains, [](const firewall::Chain& chain) {
    return std::ranges::any_of(chain.rules, [](const firewall::Rule& rule) {
      return std::ranges::any_of(rule.expressions, [](const auto& e) { return needs_tracking(e); });
    });
  });
}

conntrack::Settings tracking_settings(const routing::NodeSettings& settings) {
  conntrack::Settings out;
  out.tcp_loose = settings.tcp_loose;
  out.tcp_be_liberal = settings.tcp_be_liberal;
  return out;
}

}  // namespace

Netfilter::Tracking::Tracking(const Clock& clock, const conntrack::Settings& settings)
    : tracker(clock, settings),
      nat(tracker),
      at_prerouting(clock, tracker.settings()),
      at_output(clock, tracker.settings()) {}

Netfilter::Netfilter(const Clock& clock, firewall::Ruleset ruleset,
                     const routing::NodeSettings& settings)
    : ruleset_(std::move(ruleset)),
      tracking_(std::make_unique<Tracking>(clock, tracking_settings(settings))) {
  for (const firewall::Table& table : ruleset_.tables) {
    if (!table.dormant) add_table(table);
  }
}

void Netfilter::keep_connections_of(Netfilter& older) {
  const conntrack::Settings settings = tracker().settings();
  tracking_ = std::move(older.tracking_);
  tracker().settings() = settings;
}

// In the order of the messages that load a table: its chains before the rules in them, which bring
// connection tracking with them.
void Netfilter::add_table(const firewall::Table& table) {
  if (table.family == TableFamily::Arp || table.family == TableFamily::Netdev) {
    if (!table.chains.empty()) unknown_ = "rules of families arp and netdev";
    return;
  }
  if (table.family == TableFamily::Bridge) {
    if (needs_tracking(table)) unknown_ = "connection tracking in bridges";
    return add_chains(table, kBridge);
  }
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    if (!serves(table.family, family)) continue;
    add_chains(table, index(family));
    if (needs_tracking(table)) add_tracking(family);
  }
}

void Netfilter::add_chains(const firewall::Table& table, std::size_t list) {
  for (const firewall::Chain& chain : table.chains) {
    if (chain.base) add_chain(table, chain, list);
  }
}

void Netfilter::add_chain(const firewall::Table& table, const firewall::Chain& chain,
                          std::size_t list) {
  const firewall::BaseChain& base = *chain.base;
  if (base.hook == Hook::Ingress || base.hook == Hook::Egress) {
    unknown_ = "chains at the hooks ingress and egress";
    return;
  }
  const auto hook = static_cast<std::size_t>(base.hook);
  const Station station{base.priority, Kind::Chain, &table, &chain};
  if (base.type != ChainType::Nat) return add(stations_[list][hook], station);
  add(nat_chains_[list][hook], station);
  add_nat(list == 0 ? Family::Ipv4 : Family::Ipv6);
}

// Before those of the same priority: whoever comes later is asked first (fact 2).
void Netfilter::add(Stations& stations, Station station) {
  const auto place = std::ranges::lower_bound(stations, station.priority, {}, &Station::priority);
  stations.insert(place, station);
}

void Netfilter::add_tracking(Family family) {
  if (std::exchange(tracks_[index(family)], true)) return;
  ByHook& hooks = stations_[index(family)];
  for (const Hook hook : {Hook::Prerouting, Hook::Output}) {
    add(hooks[static_cast<std::size_t>(hook)], {kDefragment, Kind::Defragment});
    add(hooks[static_cast<std::size_t>(hook)], {kTrack, Kind::Track});
  }
  for (const Hook hook : {Hook::Input, Hook::Postrouting}) {
    add(hooks[static_cast<std::size_t>(hook)], {kConfirm, Kind::Confirm});
  }
}

void Netfilter::add_nat(Family family) {
  if (std::exchange(translates_[index(family)], true)) return;
  ByHook& hooks = stations_[index(family)];
  const auto at = [&](Hook hook, std::int32_t priority) {
    add(hooks[static_cast<std::size_t>(hook)], {priority, Kind::Translate});
  };
  at(Hook::Prerouting, firewall::kDestinationNatPriority);
  at(Hook::Output, firewall::kDestinationNatPriority);
  at(Hook::Postrouting, firewall::kSourceNatPriority);
  at(Hook::Input, firewall::kSourceNatPriority);
}

}  // namespace topoproof::sim
