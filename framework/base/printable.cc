// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.hh"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace topoproof {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 0;  // in bytes
};

// The forms of RFC 3629: how the first byte begins, how many bytes, the least code it may say.
struct Form {
  std::uint8_t mask;
  std::uint8_t lead;
  std::size_t size;
  char32_t least;
};
constexpr std::array<Form, 4> kForms{
    {{0x80, 0x00, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}}};

bool is_scalar(char32_t code) { return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff); }

std::optional<Character> decode_form(std::string_view text, const Form& form) {
  if (text.size() < form.size) return std::nullopt;
  const std::uint8_t kept = static_cast<std::uint8_t>(~form.mask);
  char32_t code = static_cast<std::uint8_t>(text[0]) & kept;
  for (const char c : text.substr(1, form.size - 1)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    code = code << 6 | (byte & 0x3fU);
  }
  if (code < form.least || !is_scalar(code)) return std::nullopt;
  return Character{code, form.size};
}

// The first character of a text that is not empty; nothing if its bytes are not UTF-8.
std::optional<Character> first_character(std::string_view text) {
  const auto byte = static_cast<std::uint8_t>(text[0]);
  for (const Form& form : kForms) {
    if ((byte & form.mask) == form.lead) return decode_form(text, form);
  }
  return std::nullopt;
}

// C0, DEL and C1, which terminals obey; the two that XML 1.0 forbids; and line separators.
bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
         code == 0xfffe || code == 0xffff;
}

std::string escaped(std::string_view bytes) {
  if (bytes == "\n") return "\\n";
  if (bytes == "\t") return "\\t";
  std::string out;
  for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
  return out;
}

std::string replace(std::string_view text, bool controls) {
  std::string out;
  while (!text.empty()) {
    const auto character = first_character(text);
    const std::string_view bytes = text.substr(0, character ? character->size : 1);
    const bool keep = character && !(controls && is_control(character->code));
    out += keep ? std::string(bytes) : escaped(bytes);
    text.remove_prefix(bytes.size());
  }
  return out;
}

}  // namespace

std::string valid_utf8(std::string_view text) { return replace(text, false); }

// Nearly all of a large report is plain ASCII.
std::string printable(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  return plain ? std::string(text) : replace(text, true);
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    out += printable(line) + "\n";
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace topoproof
