// SPDX-License-Identifier: GPL-2.0-or-later
// Matches and targets of x_tables, which iptables-nft uses where nf_tables has no instruction. What
// they do is in `info`, a structure of the kernel's (linux/netfilter/xt_*.h), here kept as bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/bytes.hh"

namespace topoproof::firewall {

// Breaks the rule unless the match says yes.
struct XtMatch {
  std::string name;
  std::uint32_t revision = 0;
  Bytes info;
  friend auto operator<=>(const XtMatch&, const XtMatch&) = default;
};

// Changes the packet, or gives a verdict.
struct XtTarget {
  std::string name;
  std::uint32_t revision = 0;
  Bytes info;
  friend auto operator<=>(const XtTarget&, const XtTarget&) = default;
};

}  // namespace topoproof::firewall
