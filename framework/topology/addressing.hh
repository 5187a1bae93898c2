// SPDX-License-Identifier: GPL-2.0-or-later
// `addressing: auto`: addresses for every interface that has none of a family yet.
#pragma once

#include <expected>
#include <optional>

#include "base/issue.hh"
#include "base/prefix.hh"
#include "topology/topology.hh"

namespace topoproof::topology {

// Where addresses of one family come from.
struct AddressPool {
  Prefix loopbacks;  // one host prefix each: the first node with one gets the first address
  Prefix links;      // of segments with two interfaces and no bridge: /31 (RFC 3021), /127 (6164)
  Prefix lans;       // of all others: a /24, or as much larger as they need; a /64
};

inline AddressPool default_ipv4_pool() {
  return {.loopbacks = make_prefix(Ipv4Address(10, 255, 0, 0), 16),
          .links = make_prefix(Ipv4Address(10, 254, 0, 0), 16),
          .lans = make_prefix(Ipv4Address(10, 0, 0, 0), 9)};
}
AddressPool default_ipv6_pool();  // fd00:255::/64, fd00:254::/64, fd00:0::/48

struct AddressingOptions {
  std::optional<AddressPool> ipv4 = default_ipv4_pool();  // none: no addresses of that family
  std::optional<AddressPool> ipv6 = {};
  bool loopbacks = false;  // for every forwarding node: one address per node, for matrices
};

// The topology with addresses, in the order of segments_of and of interfaces in them; the same
// input always gives the same addresses. What has an address of a family keeps it; others on its
// segment get the next free ones of its network; networks in use anywhere are left out. An issue
// if a pool, or a network that the user chose, has too few addresses.
std::expected<Topology, Issue> assign_addresses(const Topology& topology,
                                                const AddressingOptions& options = {});

}  // namespace topoproof::topology
