// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/registration.hh"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "nft/attributes.hh"

namespace topoproof::rules {
namespace {

using firewall::Hook;
using firewall::TableFamily;

std::vector<TableFamily> families_at(TableFamily family, Hook hook) {
  if (family != TableFamily::Inet) return {family};
  if (hook == Hook::Ingress) return {TableFamily::Netdev};
  return {TableFamily::Ip, TableFamily::Ip6};
}

bool is_noticed(const firewall::Chain& chain) {
  return chain.base && (chain.base->drops || !chain.rules.empty());
}

void add(Meetings& found, const firewall::Table& table, const firewall::Chain& chain) {
  const auto& base = *chain.base;
  auto devices = base.devices;
  if (devices.empty()) devices.emplace_back();
  for (const auto family : families_at(table.family, base.hook)) {
    for (const auto& device : devices) {
      const MeetingPlace place{.family = family,
                               .hook = base.hook,
                               .priority = base.priority,
                               .is_nat = base.type == firewall::ChainType::Nat,
                               .device = device};
      found[place].push_back({table.family, table.name, chain.name});
    }
  }
}

bool is_same_table(const ChainName& a, const ChainName& b) {
  return a.family == b.family && a.table == b.table;
}

std::string said(const ChainName& chain) {
  return fmt::format("{} {} {}", to_string(chain.family), chain.table, chain.chain);
}

Issue no_order(const MeetingPlace& place, const ChainName& a, const ChainName& b,
               std::string_view why) {
  return make_issue(
      fmt::format("chains {} and {} have the same hook and priority ({} {}), and {}: give them"
                  " different priorities",
                  said(a), said(b), to_string(place.hook), place.priority, why));
}

// What must hold between two chains: the one before was registered first.
struct Before {
  MeetingPlace place;
  ChainName first;
  ChainName second;
};

bool is_of(const ChainName& chain, const firewall::Table& table) {
  return chain.family == table.family && chain.table == table.name;
}

// The first table that none of the others has to come before.
std::size_t next_table(const std::vector<firewall::Table>& left, const std::vector<Before>& all) {
  const auto waits = [&](const firewall::Table& table) {
    return std::ranges::any_of(all, [&](const Before& before) {
      return is_of(before.second, table) &&
             std::ranges::any_of(left, [&](const auto& t) { return is_of(before.first, t); });
    });
  };
  return static_cast<std::size_t>(std::ranges::find_if_not(left, waits) - left.begin());
}

}  // namespace

Meetings meetings(const firewall::Ruleset& ruleset) {
  Meetings found;
  for (const auto& table : ruleset.tables) {
    if (table.dormant) continue;
    for (const auto& chain : table.chains) {
      if (is_noticed(chain)) add(found, table, chain);
    }
  }
  return found;
}

bool is_order_open(const firewall::Ruleset& ruleset) {
  return std::ranges::any_of(meetings(ruleset), [](const auto& meeting) {
    const auto& chains = meeting.second;
    return std::ranges::any_of(
        chains, [&](const auto& chain) { return !is_same_table(chain, chains.front()); });
  });
}

Registrations::Registrations() : socket_(netlink::Protocol::Netfilter) {
  socket_.subscribe(NFNLGRP_NFTABLES);
}

std::vector<ChainName> Registrations::take() {
  while (socket_.receive_events([this](const netlink::Message& message) { hear(message); }))
    continue;
  return chains_;
}

void Registrations::hear(const netlink::Message& message) {
  const auto type = message.type & 0xff;
  if (type == NFT_MSG_NEWTABLE || type == NFT_MSG_DELTABLE) hear_table(message);
  if (type != NFT_MSG_NEWCHAIN && type != NFT_MSG_DELCHAIN) return;
  const auto bytes = nft::with_header(message);
  const auto attributes = nft::attributes_of(bytes);
  const ChainName name{static_cast<TableFamily>(message.payload[0]),
                       std::string(nft::text_of(nft::child(attributes, NFTA_CHAIN_TABLE))),
                       std::string(nft::text_of(nft::child(attributes, NFTA_CHAIN_NAME)))};
  const auto known = std::ranges::find(chains_, name);
  if (type == NFT_MSG_DELCHAIN) {
    if (known != chains_.end()) chains_.erase(known);
  } else if (known == chains_.end() && !nft::child(attributes, NFTA_CHAIN_HOOK).empty()) {
    chains_.push_back(name);
  }
}

// The chains of a table that wakes are registered anew, in the order of their creation.
void Registrations::hear_table(const netlink::Message& message) {
  const auto bytes = nft::with_header(message);
  const auto attributes = nft::attributes_of(bytes);
  const std::pair table{static_cast<TableFamily>(message.payload[0]),
                        std::string(nft::text_of(nft::child(attributes, NFTA_TABLE_NAME)))};
  const auto is_other = [&](const ChainName& chain) {
    return chain.family != table.first || chain.table != table.second;
  };
  if ((message.type & 0xff) == NFT_MSG_DELTABLE) {
    std::erase_if(chains_, [&](const ChainName& chain) { return !is_other(chain); });
    tables_.erase(table);
    return;
  }
  // Told again only where its flags changed. They are those after the whole batch: a table that a
  // batch makes dormant and wakes is never heard to sleep.
  const auto flags = nft::child(attributes, NFTA_TABLE_FLAGS);
  const bool sleeps = flags.size() == 4 && (load_be32(flags.data()) & NFT_TABLE_F_DORMANT) != 0;
  if (!tables_.insert(table).second && !sleeps) std::ranges::stable_partition(chains_, is_other);
}

std::optional<Issue> arrange(firewall::Ruleset& ruleset, const std::vector<ChainName>& registered) {
  std::vector<Before> all;
  for (auto& [place, chains] : meetings(ruleset)) {
    auto ranked = chains;
    const auto rank = [&](const ChainName& c) { return std::ranges::find(registered, c); };
    for (const auto& chain : chains) {
      if (rank(chain) == registered.end() && !is_same_table(chains.front(), chains.back()))
        return no_order(place, chains.front(), chains.back(), "their order is not known");
    }
    std::ranges::stable_sort(ranked, {}, rank);
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      for (std::size_t j = i + 1; j < ranked.size(); ++j) {
        if (!is_same_table(ranked[i], ranked[j])) all.push_back({place, ranked[i], ranked[j]});
      }
    }
  }
  std::vector<firewall::Table> left = ruleset.tables;
  std::vector<firewall::Table> arranged;
  while (!left.empty()) {
    const auto next = next_table(left, all);
    if (next == left.size()) {
      const auto stuck = std::ranges::find_if(all, [&](const Before& before) {
        return std::ranges::any_of(left, [&](const auto& t) { return is_of(before.first, t); }) &&
               std::ranges::any_of(left, [&](const auto& t) { return is_of(before.second, t); });
      });
      return no_order(stuck->place, stuck->first, stuck->second,
                      "the kernel puts chains of one of their tables before and after those of"
                      " the other, an order of chains that is not kept here");
    }
    arranged.push_back(std::move(left[next]));
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(next));
  }
  ruleset.tables = std::move(arranged);
  return std::nullopt;
}

}  // namespace topoproof::rules
