// SPDX-License-Identifier: GPL-2.0-or-later
// The floor of the probing benchmarks: a loop that does nothing else than send echo requests
// between all pairs and look for their number in what the taps and the sockets hold. It knows where
// the number stands, proves nothing about a packet that is missing, and has no other protocol.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "base/ip_address.hh"
#include "figure.hh"
#include "lab/lab.hh"
#include "topology/topology.hh"

namespace topoproof::bench {

struct BareResult {
  Cost cost;
  std::size_t flows = 0;
  std::size_t seen = 0;    // flows that were seen at all four ends, and got by both sockets
  std::size_t frames = 0;  // that the taps saw
};

// Stops after `most` flows. REQUIRES: the lab was built from `net`, and `addresses` are those of
// `nodes`.
BareResult probe_bare(lab::Lab& lab, const topology::Topology& net, std::span<const NodeId> nodes,
                      std::span<const Ipv4Address> addresses,
                      std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace topoproof::bench
