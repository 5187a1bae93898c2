// SPDX-License-Identifier: GPL-2.0-or-later
// What is written down of a lab, for those who list labs: the lab itself is asked for the rest.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/issue.hh"

namespace topoproof::live {

struct Record {
  std::string name;
  std::string file;  // the topology's, as an absolute path
  std::size_t nodes = 0;
  std::size_t links = 0;
  std::chrono::sys_seconds started;
  bool is_between = false;  // a change to another topology failed on its way
  friend auto operator<=>(const Record&, const Record&) = default;
};

std::string to_json(const Record& record);
std::expected<Record, Issue> parse_record(std::string_view json);

// Readers see all of it, or the last one.
void save_record(const std::filesystem::path& lab_folder, const Record& record);  // SystemError
// RETURNS: or why there is none that can be read.
std::expected<Record, Issue> load_record(const std::filesystem::path& lab_folder);

}  // namespace topoproof::live
