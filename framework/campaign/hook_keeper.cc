// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/hook_keeper.hh"

#include <array>
#include <string>
#include <tuple>

#include "firewall/build.hh"
#include "netfilter/kernel_ruleset.hh"

namespace topoproof::campaign {
namespace {

using firewall::Hook;
using firewall::TableFamily;

constexpr std::array kRoutedHooks{Hook::Prerouting, Hook::Input, Hook::Forward, Hook::Output,
                                  Hook::Postrouting};

firewall::Chain chain_at(Hook hook) {
  return firewall::make_base_chain(std::string(to_string(hook)), firewall::ChainType::Filter, hook,
                                   0);
}

firewall::Table table_of(TableFamily family) {
  firewall::Table table{.family = family, .name = "kept"};
  if (family == TableFamily::Netdev) {
    for (const Hook hook : {Hook::Ingress, Hook::Egress}) {
      table.chains.push_back(chain_at(hook));
      table.chains.back().base->devices = {"lo"};
    }
  } else if (family == TableFamily::Arp) {
    table.chains = {chain_at(Hook::Input), chain_at(Hook::Output)};
  } else {
    for (const Hook hook : kRoutedHooks) table.chains.push_back(chain_at(hook));
  }
  return table;
}

}  // namespace

HookKeeper::HookKeeper() : netns_(sys::Netns::create()) {
  sys::run_in(netns_, [] {
    netlink::Socket socket(netlink::Protocol::Netfilter);
    for (const TableFamily family :
         {TableFamily::Inet, TableFamily::Bridge, TableFamily::Arp, TableFamily::Netdev}) {
      // To do without one costs time alone.
      std::ignore = netfilter::load_ruleset(socket, {{table_of(family)}});
    }
  });
}

}  // namespace topoproof::campaign
