// SPDX-License-Identifier: GPL-2.0-or-later
// The examples of README.md, for tests that run in the folder of a module.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "document/reader.hh"

namespace topoproof::scenario {

// The first block of YAML under a heading.
inline std::string readme_example(std::string_view heading) {
  constexpr std::string_view kBegin = "```yaml\n";
  const std::string text = document::read_text_file("../../README.md").value_or("");
  const auto section = text.find("\n" + std::string(heading) + "\n");
  const auto begin = text.find(kBegin, section);
  const auto end = text.find("\n```", begin);
  if (section == std::string::npos || end == std::string::npos) {
    throw std::runtime_error("README.md has no example under " + std::string(heading));
  }
  return text.substr(begin + kBegin.size(), end + 1 - begin - kBegin.size());
}

}  // namespace topoproof::scenario
