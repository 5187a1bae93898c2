// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/interface_name.hh"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace topoproof {

std::expected<std::string, Issue> parse_interface_name(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(make_issue(fmt::format("interface name '{}' {}", text, why)));
  };
  if (text.empty()) return refuse("is empty");
  if (text.size() > kInterfaceNameMax) {
    return refuse(fmt::format("has {} bytes; Linux allows {}", text.size(), kInterfaceNameMax));
  }
  if (text == "." || text == "..") return refuse("is not allowed");
  // Their sysctls are those of all interfaces, and of interfaces to come.
  if (text == "all" || text == "default") return refuse("is not allowed: the kernel means others");
  if (text.contains('%')) return refuse("contains a '%': the kernel would make a number of it");
  const auto bad = std::ranges::find_if(
      text, [](unsigned char c) { return c == '/' || c == ':' || std::isspace(c) != 0; });
  if (bad != text.end()) return refuse("contains a slash, a colon or a space");
  return std::string(text);
}

}  // namespace topoproof
