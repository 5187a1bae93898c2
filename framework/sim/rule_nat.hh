// SPDX-License-Identifier: GPL-2.0-or-later
// What nat, masq and redir rules bind a flow to (nft_nat.c, nft_masq.c, nft_redir.c). Internal to
// this module.
#pragma once

#include "firewall/action.hh"
#include "sim/registers.hh"
#include "sim/rules.hh"

namespace topoproof::sim {

conntrack::Outcome bind(const HookPlace& at, const Registers& registers, const firewall::Nat& e,
                        Packet& packet);
conntrack::Outcome bind(const HookPlace& at, const Registers& registers,
                        const firewall::Masquerade& e, Packet& packet);
conntrack::Outcome bind(const HookPlace& at, const Registers& registers,
                        const firewall::Redirect& e, Packet& packet);

}  // namespace topoproof::sim
