// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps trace events that nobody asked for in the kernel.
#pragma once

#include <string_view>

namespace topoproof::netfilter {

// Lets a socket of netfilter's messages take no event of a rule in the table `table`, but those in
// chains whose name begins with `kept`. The kernel decides (a classic BPF program, socket(7)
// SO_ATTACH_FILTER): what it lets fall is neither queued nor counted as lost.
// REQUIRES: four bytes of `kept` at least; `table` with its terminating zero fills whole words.
// THROWS: SystemError.
void take_no_event_of(int socket, std::string_view table, std::string_view kept);

}  // namespace topoproof::netfilter
