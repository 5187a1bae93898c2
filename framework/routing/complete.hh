// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel puts into a namespace by itself, derived from what was configured: the loopback's
// addresses, link-local addresses, connected routes, the table "local" and the first policy rules.
#pragma once

#include "state/namespace.hh"

namespace topoproof::routing {

// The inverse of state::normalize. What is there already stays as it is and where it is (the order
// of addresses means something), so a namespace as observed comes back unchanged.
// Sources: fib_add_ifaddr in net/ipv4/fib_frontend.c, inetdev_event in net/ipv4/devinet.c,
// addrconf_notify and addrconf_prefix_route in net/ipv6/addrconf.c, fib4_rules_init and
// fib6_rules_net_init.
state::Namespace complete(state::Namespace ns);

}  // namespace topoproof::routing
