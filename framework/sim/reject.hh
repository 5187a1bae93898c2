// SPDX-License-Identifier: GPL-2.0-or-later
// What a reject rule answers (nf_reject_ipv4.c, nf_reject_ipv6.c). Internal to this module.
#pragma once

#include "sim/rules.hh"

namespace topoproof::sim {

// REQUIRES: the end of `packet` is recorded.
void send_reject(const HookPlace& at, Packet& packet, const machine::RejectAnswer& how);

}  // namespace topoproof::sim
