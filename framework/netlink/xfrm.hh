// SPDX-License-Identifier: GPL-2.0-or-later
// Whether packets are transformed (IPsec): for whoever must say that it is there.
#pragma once

#include <compare>
#include <cstddef>

namespace topoproof::netlink {

struct XfrmCount {
  std::size_t policies = 0;
  std::size_t states = 0;
  friend auto operator<=>(const XfrmCount&, const XfrmCount&) = default;
};

// Of the calling thread's namespace. Where the kernel has no such thing loaded nothing is there,
// and nothing is loaded to ask. THROWS: as Socket::dump
XfrmCount count_xfrm();

}  // namespace topoproof::netlink
