// SPDX-License-Identifier: GPL-2.0-or-later
// Bridged frames at the hooks of IP (net/bridge/br_netfilter_hooks.c; SEMANTICS 53 and 54), where
// bridge-nf-call-iptables or bridge-nf-call-ip6tables say so. Internal to this module.
#pragma once

#include "sim/rules.hh"

namespace topoproof::sim {

// Whether frames of this packet's family go there at all.
bool calls_ip_hooks(const Host& host, const skb::Skb& skb);

// Whether it is drawn which way frames take there: rules that translate may send them back into the
// bridge that they came by.
bool draws_bridged_ways(const Host& host);

// Where br_netfilter stands among the hooks of the bridge. RETURNS: true if the frame goes on in
// the bridge; else its end is recorded, or it is kept for its other fragments.
bool cross_ip_hooks(const HookPlace& at, Packet& packet);

// The reset of a rule that a bridged segment met: back out of the port that it came in by, with the
// addresses of its frame turned; it meets no hook.
void send_bridged_reset(World& world, Host& host, const Packet& about, Packet&& reset);

}  // namespace topoproof::sim
