// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>
#include <cstdint>

#include "topofile/graphml.hh"

namespace topoproof::topofile {
namespace {

constexpr std::size_t kLongest = 40;

// U+00C0 to U+017F (Latin-1 letters and Latin Extended-A) without accents, in lower case. A blank
// stands for a sign that is no letter.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo ouuuuyts"   // C0
    "aaaaaaaceeeeiiiidnooooo ouuuuyty"   // E0
    "aaaaaaccccccccddddeeeeeeeeeegggg"   // 100
    "gggghhhhiiiiiiiiiiiijjkkklllllll"   // 120
    "lllnnnnnnnnnoooooooorrrrrrssssss"   // 140
    "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";  // 160
static_assert(kLatin.size() == 0x180 - 0xc0);

// The next code point of UTF-8 text; bytes that are no UTF-8 come out as 0.
std::uint32_t take_code_point(std::string_view& text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte_at(0);
  const bool is_pair = (first & 0xe0) == 0xc0 && text.size() > 1 && (byte_at(1) & 0xc0) == 0x80;
  const std::uint32_t point = first < 0x80 ? first
                              : is_pair    ? (first & 0x1fU) << 6 | (byte_at(1) & 0x3fU)
                                           : 0;
  text.remove_prefix(is_pair ? 2 : 1);
  return point;
}

// A lower-case letter or digit; '-' for a sign between words; 0 for what is left out.
char letter_for(std::uint32_t point) {
  const bool is_latin = point >= 0xc0 && point < 0x180;
  const char plain = is_latin ? kLatin[point - 0xc0] : static_cast<char>(point < 0x80 ? point : 0);
  if (plain == 0 || plain == '\'') return 0;
  if (plain >= 'A' && plain <= 'Z') return static_cast<char>(plain - 'A' + 'a');
  const bool is_word = (plain >= 'a' && plain <= 'z') || (plain >= '0' && plain <= '9');
  return is_word ? plain : '-';
}

}  // namespace

std::string to_node_name(std::string_view label) {
  std::string name;
  while (!label.empty()) {
    const char letter = letter_for(take_code_point(label));
    const bool repeats_dash = letter == '-' && (name.empty() || name.back() == '-');
    if (letter != 0 && !repeats_dash && name.size() < kLongest) name.push_back(letter);
  }
  if (!name.empty() && name.back() == '-') name.pop_back();
  return name;
}

}  // namespace topoproof::topofile
