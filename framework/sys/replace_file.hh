// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

namespace topoproof::sys {

// Makes the file, or puts another in its place: readers see all of it, or the last one, and a full
// disk leaves the last one. Is written aside first, as PATH.new. THROWS: SystemError or
// filesystem_error naming the path
void replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace topoproof::sys
