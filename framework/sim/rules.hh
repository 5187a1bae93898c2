// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a base chain's rules on a packet: the nf_tables machine of nft_do_chain, for the
// instructions that a packet filter and NAT use; any other is an answer of its own, never a guess.
// Internal to this module.
#pragma once

#include "sim/netfilter.hh"

namespace topoproof::sim {

// Where a packet meets rules.
struct HookPlace {
  World& world;
  Host& host;
  firewall::Hook hook;
  Family family;
  Slot in = kNoSlot;
  Slot out = kNoSlot;
  bool in_bridge = false;  // tables of the family bridge

  conntrack::HookPoint point() const;
};

ChainVerdict run_chain(const HookPlace& at, const firewall::Table& table,
                       const firewall::Chain& chain, Packet& packet);

}  // namespace topoproof::sim
