// SPDX-License-Identifier: GPL-2.0-or-later
// How nft lays out values in registers and in the keys of sets. Internal to this module.
#pragma once

#include <cstdint>

#include "base/bytes.hh"

namespace topoproof::firewall {

inline constexpr std::uint32_t kWord = 4;      // bytes of a register
inline constexpr std::uint32_t kTypeBits = 6;  // of one type in a concatenation's

inline constexpr std::uint32_t kInterfaceNameSize = 16;  // as the kernel compares them, with zeros

constexpr std::uint32_t in_words(std::uint32_t bytes) { return (bytes + kWord - 1) / kWord; }

Bytes wire_port(std::uint16_t port);

}  // namespace topoproof::firewall
