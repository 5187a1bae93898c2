// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes as values, big-endian access, and hex text. A view is valid as long as what it views.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"

namespace topoproof {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

inline BytesView as_view(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string_view as_text(BytesView bytes);

// "45 00 00 54": lower case, one space between bytes. parse_hex also takes line breaks, no spaces
// at all, and comments from '#' to the end of the line.
std::string to_hex(BytesView bytes);
std::expected<Bytes, Issue> parse_hex(std::string_view text);

// REQUIRES: the bytes are there.
inline std::uint8_t u8_at(BytesView bytes, std::size_t at) {
  return std::to_integer<std::uint8_t>(bytes[at]);
}
inline std::uint16_t load_be16(const std::byte* at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(at[0]) << 8 |
                                    std::to_integer<unsigned>(at[1]));
}
inline std::uint32_t load_be32(const std::byte* at) {
  return static_cast<std::uint32_t>(load_be16(at)) << 16 | load_be16(at + 2);
}
inline std::uint64_t load_be64(const std::byte* at) {
  return static_cast<std::uint64_t>(load_be32(at)) << 32 | load_be32(at + 4);
}
inline void store_be16(std::byte* at, std::uint16_t value) {
  at[0] = static_cast<std::byte>(value >> 8);
  at[1] = static_cast<std::byte>(value & 0xff);
}
inline void store_be32(std::byte* at, std::uint32_t value) {
  store_be16(at, static_cast<std::uint16_t>(value >> 16));
  store_be16(at + 2, static_cast<std::uint16_t>(value & 0xffff));
}
inline void store_be64(std::byte* at, std::uint64_t value) {
  store_be32(at, static_cast<std::uint32_t>(value >> 32));
  store_be32(at + 4, static_cast<std::uint32_t>(value & 0xffffffff));
}

}  // namespace topoproof
