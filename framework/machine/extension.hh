// SPDX-License-Identifier: GPL-2.0-or-later
// Finds headers and options the way the kernel does. For the sources of this module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hh"

namespace topoproof::machine {

struct Found {
  std::optional<std::size_t> at;
  std::size_t length = 0;  // of an option, as it says itself
  bool is_unknown = false;
};

// ipv6_find_hdr(): the first header of this type, also the transport header. `packet` begins with
// the IPv6 header.
Found find_ipv6_header(BytesView packet, std::uint8_t type);

// Record route, source routes, router alert, after the kernel's check of all options
// (__ip_options_compile). Unknown where that depends on the rights of who happens to run.
Found find_ipv4_option(BytesView packet, std::uint8_t type);

// `header`: the TCP header with its options; empty: nothing is found. The option may say that it
// is longer than the header.
Found find_tcp_option(BytesView header, std::uint8_t type);

}  // namespace topoproof::machine
