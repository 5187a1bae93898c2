// SPDX-License-Identifier: GPL-2.0-or-later
#include "xtables/words.hh"

#include <algorithm>
#include <bit>
#include <optional>

#include <fmt/format.h>

namespace topoproof::xtables {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// The length of a prefix that this mask is; nothing if it is no prefix's.
std::optional<int> prefix_length(const IpAddress& mask) {
  int length = 0;
  bool is_over = false;
  for (const std::byte byte : mask.bytes()) {
    const int ones = std::countl_one(std::to_integer<std::uint8_t>(byte));
    if (std::popcount(std::to_integer<std::uint8_t>(byte)) != ones || (is_over && ones > 0))
      return std::nullopt;
    is_over = is_over || ones < 8;
    length += ones;
  }
  return length;
}

}  // namespace

Words& Words::option(std::string_view name, std::string_view value, bool inverted) {
  text_ += inverted ? " ! " : " ";
  text_ += name;
  if (!value.empty()) text_ += fmt::format(" {}", value);
  return *this;
}

std::string names_of(std::uint32_t bits, std::span<const BitName> names) {
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((bits & bit) == 0) continue;
    text += fmt::format("{}{}", text.empty() ? "" : ",", name);
    bits &= ~bit;
  }
  if (bits != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : ",", bits);
  return text;
}

std::string quoted(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string hex(std::uint32_t number) { return fmt::format("0x{:x}", number); }

std::string with_mask(std::uint32_t number, std::uint32_t mask) {
  return mask == 0xffffffff ? hex(number) : fmt::format("{}/{}", hex(number), hex(mask));
}

std::string range_text(std::uint32_t first, std::uint32_t last, char between) {
  if (first == last) return std::to_string(first);
  return fmt::format("{}{}{}", first, between, last);
}

std::string masked_text(const MaskedAddress& address) {
  const auto text = to_string(address.address);
  const auto length = prefix_length(address.mask);
  if (!length) return fmt::format("{}/{}", text, to_string(address.mask));
  if (*length == address_bits(address.mask.family())) return text;
  return fmt::format("{}/{}", text, *length);
}

std::string unknown_text(std::string_view option, const Extension& extension) {
  return fmt::format("{} {} [{} bytes of revision {}]", option, extension.name,
                     extension.bytes.size(), extension.revision);
}

}  // namespace topoproof::xtables
