// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/replace_file.hh"

#include "sys/output.hh"

namespace topoproof::sys {

void replace_file(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::path aside = path;
  aside += ".new";
  save_file(aside, text);
  std::filesystem::rename(aside, path);
}

}  // namespace topoproof::sys
