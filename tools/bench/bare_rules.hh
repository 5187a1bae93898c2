// SPDX-License-Identifier: GPL-2.0-or-later
// The floor of bench_rules: a loop that only calls libnftnl for the very rules of the benchmark,
// into one buffer, and sends it. It knows nothing of sets, origins or refusals.
#pragma once

#include <cstdint>

namespace topoproof::bench {

// Replaces table `ip bench` by one with chain `forward` at hook forward and so many rules
//
//   ip saddr 10.A.B.C tcp sport P tcp dport 80 counter accept      (ten expressions)
//
// numbered from `first` on. REQUIRES: the socket is NETLINK_NETFILTER's and has room to send.
// RETURNS: false if the kernel refuses it.
bool load_bare(int socket, std::uint32_t first, std::uint32_t count);

}  // namespace topoproof::bench
