// SPDX-License-Identifier: GPL-2.0-or-later
#include "document/quoting.hh"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace topoproof::document {
namespace {

// Words that are something other than text for YAML 1.1 readers. true and false are left out: they
// are written by who means a bool, and our own readers know what they ask for.
constexpr std::array<std::string_view, 8> kSpecialWords{"~",  "null", "yes", "no",
                                                        "on", "off",  "y",   "n"};

bool is_special_word(std::string_view text) {
  std::string lower(text.substr(0, 5));
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return std::ranges::find(kSpecialWords, lower) != kSpecialWords.end();
}

bool is_plain_character(char c) { return c >= ' ' && c <= '~'; }

bool starts_plain(std::string_view text) {
  constexpr std::string_view kIndicators = " -?:,[]{}#&*!|>'\"%@`=<";
  if (!kIndicators.contains(text.front())) return true;
  return text.front() == '-' && text.size() > 1 && text[1] >= '0' && text[1] <= '9';
}

bool is_plain(std::string_view text) {
  if (text.empty() || !starts_plain(text) || is_special_word(text)) return false;
  if (text.starts_with("...")) return false;  // ends a document
  if (text.back() == ' ' || text.back() == ':') return false;
  if (text.find_first_of(",[]{}") != std::string_view::npos) return false;  // for flow style
  if (text.contains(": ") || text.contains(" #")) return false;
  return std::ranges::all_of(text, is_plain_character);
}

// The bytes of the character that starts here; its code point if it has two or three bytes.
struct Character {
  std::size_t bytes;
  std::uint32_t code;
};
Character next_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) < 0xc0) return {1, byte(0)};
  if (byte(0) < 0xe0) return {2, (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f)};
  if (byte(0) < 0xf0) {
    return {3, (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f)};
  }
  return {4, 0};
}

// Control characters, and what YAML 1.1 takes for a line break or a byte order mark.
bool needs_escape(std::uint32_t code, std::size_t bytes) {
  if (bytes == 4) return false;
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
         code == 0xfeff || code >= 0xfffe;
}

std::string escape(std::uint32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  return code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
}

}  // namespace

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto [bytes, code] = next_character(text);
    if (code == '"' || code == '\\') out += '\\';
    out += needs_escape(code, bytes) ? escape(code) : std::string(text.substr(0, bytes));
    text.remove_prefix(std::min(bytes, text.size()));
  }
  return out + "\"";
}

std::string quote_if_needed(std::string_view text) {
  return is_plain(text) ? std::string(text) : quote(text);
}

bool fits_literal_block(std::string_view text) {
  if (!text.contains('\n') || text.front() == '\n' || text.front() == ' ') return false;
  if (text.ends_with("\n\n") || text.contains(" \n") || text.back() == ' ') return false;
  return std::ranges::all_of(text, [](char c) { return c == '\n' || is_plain_character(c); });
}

}  // namespace topoproof::document
