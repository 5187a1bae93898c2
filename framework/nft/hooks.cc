// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/hooks.hh"

#include <array>
#include <span>

#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>

#include "base/check.hh"

namespace topoproof::nft {
namespace {

using firewall::Hook;
using firewall::TableFamily;

struct Number {
  Hook hook = Hook::Input;
  std::uint32_t number = 0;
};

// Also those of bridge tables, which have numbers of their own with the same values.
constexpr std::array kInet{
    Number{Hook::Prerouting, NF_INET_PRE_ROUTING},   Number{Hook::Input, NF_INET_LOCAL_IN},
    Number{Hook::Forward, NF_INET_FORWARD},          Number{Hook::Output, NF_INET_LOCAL_OUT},
    Number{Hook::Postrouting, NF_INET_POST_ROUTING}, Number{Hook::Ingress, NF_INET_INGRESS}};
constexpr std::array kArp{Number{Hook::Input, NF_ARP_IN}, Number{Hook::Output, NF_ARP_OUT}};
constexpr std::array kNetdev{Number{Hook::Ingress, NF_NETDEV_INGRESS},
                             Number{Hook::Egress, NF_NETDEV_EGRESS}};

std::span<const Number> numbers(TableFamily family) {
  if (family == TableFamily::Arp) return kArp;
  if (family == TableFamily::Netdev) return kNetdev;
  return kInet;
}

}  // namespace

std::uint32_t hook_number(Hook hook, TableFamily family) {
  for (const auto& entry : numbers(family)) {
    if (entry.hook == hook) return entry.number;
  }
  TOPOPROOF_CHECK(false, "the chain's hook is one of its table's family");
  return 0;
}

std::optional<Hook> hook_of(std::uint32_t number, TableFamily family) {
  for (const auto& entry : numbers(family)) {
    if (entry.number == number) return entry.hook;
  }
  return std::nullopt;
}

}  // namespace topoproof::nft
