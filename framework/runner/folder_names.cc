// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/folder_names.hh"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace topoproof::runner {

std::string folder_name(std::string_view text, std::string_view if_nameless) {
  constexpr std::size_t kLongest = 100;
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    if (plain) out += c;
    if (!plain && !out.empty() && out.back() != '_') out += '_';
  }
  // "." and ".." are places, and what starts with a dot is hidden.
  out.erase(0, std::min(out.find_first_not_of('.'), out.size()));
  return out.empty() ? std::string(if_nameless) : out;
}

std::string FolderNames::take(std::string_view text, std::string_view if_nameless) {
  const std::string name = folder_name(text, if_nameless);
  std::string free = name;
  for (int number = 2; !taken_.insert(free).second; ++number) {
    free = fmt::format("{}-{}", name, number);
  }
  return free;
}

}  // namespace topoproof::runner
