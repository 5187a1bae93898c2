// SPDX-License-Identifier: GPL-2.0-or-later
// Bob Jenkins' hash lookup3 (public domain, 2006) over 32-bit words, as the kernel uses it
// (include/linux/jhash.h) where the outcome shows: NAT ranges, nft's jhash, multipath.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace topoproof::conntrack {

std::uint32_t jhash_words(std::span<const std::uint32_t> words, std::uint32_t seed);
std::uint32_t jhash_bytes(std::span<const std::byte> bytes, std::uint32_t seed);

// A number below `range`, in proportion to `value` in 2^32.
constexpr std::uint32_t scaled(std::uint32_t value, std::uint32_t range) {
  return static_cast<std::uint32_t>(std::uint64_t{value} * range >> 32U);
}

}  // namespace topoproof::conntrack
