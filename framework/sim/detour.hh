// SPDX-License-Identifier: GPL-2.0-or-later
// Packets that rules send elsewhere: copies (dup), and frames that go out by another interface
// (fwd). Internal to this module.
#pragma once

#include "machine/machine.hh"
#include "sim/rules.hh"

namespace topoproof::sim {

// The copies that rules made of the packet go their ways; the packet itself stays where it is.
void send_copies(const HookPlace& at, const Packet& packet, std::vector<machine::Detour> copies);

// The packet goes out by another interface. REQUIRES: decision.forward_to
void send_elsewhere(const HookPlace& at, Packet&& packet, const machine::Decision& decision);

}  // namespace topoproof::sim
