// SPDX-License-Identifier: GPL-2.0-or-later
// Where a command prints, and how: a value, so that a test can read what was printed.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace topoproof::program {

struct Console {
  std::function<void(std::string_view)> out;    // THROWS: SystemError
  std::function<void(std::string_view)> error;  // sentences and the progress line
  bool colors = false;                          // of `out`
  bool progress = false;                        // `error` is a terminal
  std::size_t width = 80;
};

// The process's own. Colors only on a terminal, and not if NO_COLOR is set (no-color.org).
Console make_console();

// Writes `text` to the file, or to the console's `out` if `file` is empty. THROWS: SystemError
void write_output(const Console& console, const std::string& file, std::string_view text);

}  // namespace topoproof::program
