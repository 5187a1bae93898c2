// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.hh"

#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace topoproof {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string_view as_text(BytesView bytes) {
  // char may alias any object; there is no cast for it but this one.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(BytesView bytes) {
  std::string out;
  out.reserve(bytes.size() * 3);
  for (const std::byte b : bytes) {
    if (!out.empty()) out += ' ';
    fmt::format_to(std::back_inserter(out), "{:02x}", std::to_integer<unsigned>(b));
  }
  return out;
}

std::expected<Bytes, Issue> parse_hex(std::string_view text) {
  Bytes out;
  std::optional<unsigned> high;
  bool comment = false;
  for (const char c : text) {
    comment = c == '#' || (comment && c != '\n');
    if (comment || std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    const auto digit = hex_digit(c);
    if (!digit) return std::unexpected(make_issue(fmt::format("'{}' is not a hex digit", c)));
    if (high) out.push_back(static_cast<std::byte>(*high << 4 | *digit));
    high = high ? std::nullopt : digit;
  }
  if (high) return std::unexpected(make_issue("hex text ends in the middle of a byte"));
  return out;
}

}  // namespace topoproof
