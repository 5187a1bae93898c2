// SPDX-License-Identifier: GPL-2.0-or-later
// The extensions of iptables (x_tables), which nf_tables runs behind its `match` and `target`
// expressions: a name, a revision, and the bytes of a C struct. This module gives the bytes a type
// and says them in iptables' words. It runs nothing and knows no rule.
//
// Layouts: the kernel's public headers, linux/netfilter/xt_*.h and the like. Numbers are the host's
// there; addresses, and the ports of NAT and TPROXY, are in network order.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/bytes.hh"

namespace topoproof::xtables {

// As the kernel has it. Of a match or target that has no type here it is also the typed form.
struct Extension {
  std::string name;
  std::uint32_t revision = 0;
  Bytes bytes;
  friend auto operator<=>(const Extension&, const Extension&) = default;
};

// Both ends belong to it.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0xffff;
  bool is_any() const { return first == 0 && last == 0xffff; }
  friend auto operator<=>(const PortRange&, const PortRange&) = default;
};

}  // namespace topoproof::xtables
