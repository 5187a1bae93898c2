// SPDX-License-Identifier: GPL-2.0-or-later
// Names of sysctls. Internal to this module.
#pragma once

#include <string>
#include <string_view>

namespace topoproof::routing {

// sysctl(8) takes dots and slashes as separators, whichever comes first; with slashes an
// interface's own dots need no escape.
inline std::string with_slashes(std::string_view name) {
  std::string text(name);
  const auto first = text.find_first_of("./");
  if (first == std::string::npos || text[first] == '/') return text;
  for (char& c : text) c = c == '.' ? '/' : c == '/' ? '.' : c;
  return text;
}

}  // namespace topoproof::routing
