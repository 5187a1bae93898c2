// SPDX-License-Identifier: GPL-2.0-or-later
// The floor of bench_probe: a loop that does nothing else than send echo requests between all
// pairs and look for their number in what the taps and the sockets hold. It knows where the number
// stands, proves nothing about a packet that is missing, and has no other protocol.
#pragma once

#include <cstddef>
#include <span>

#include "base/ip_address.hh"
#include "lab/lab.hh"

namespace topoproof::bench {

struct BareResult {
  double seconds = 0;
  std::size_t flows = 0;
  std::size_t seen = 0;  // flows that were seen at all four ends, and got by both sockets
};

// REQUIRES: the lab is built, and `addresses` are those of `nodes`.
BareResult probe_bare(lab::Lab& lab, std::span<const NodeId> nodes,
                      std::span<const Ipv4Address> addresses);

}  // namespace topoproof::bench
