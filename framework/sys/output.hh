// SPDX-License-Identifier: GPL-2.0-or-later
// What a program prints and saves. What cannot be written is told, also when the file is closed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "sys/fd.hh"

namespace topoproof::sys {

enum class Stream { Out = 1, Error = 2 };

// All of the text, unbuffered. THROWS: SystemError
void print(Stream stream, std::string_view text);

Fd duplicate(Stream stream);  // THROWS: SystemError

bool is_terminal(Stream stream);
std::size_t terminal_width(Stream stream);  // in columns; 80 if it is not known

// Makes the file, or replaces its content. THROWS: SystemError naming the path
void save_file(const std::filesystem::path& path, std::string_view text);

// From now on a write that would make a file longer than RLIMIT_FSIZE allows fails, as on a full
// disk; by default it ends the process.
void survive_file_size_limit();

}  // namespace topoproof::sys
