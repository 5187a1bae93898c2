// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/console.hh"

#include <cstdlib>

#include "program/commands.hh"
#include "sys/output.hh"

namespace topoproof::program {

Console make_console() {
  const char* no_color = std::getenv("NO_COLOR");
  const bool may_color = no_color == nullptr || *no_color == '\0';
  return {.out = [](std::string_view text) { sys::print(sys::Stream::Out, text); },
          .error = [](std::string_view text) { sys::print(sys::Stream::Error, text); },
          .colors = may_color && sys::is_terminal(sys::Stream::Out),
          .progress = sys::is_terminal(sys::Stream::Error),
          .width = sys::terminal_width(sys::Stream::Error)};
}

void write_output(const Console& console, const std::string& file, std::string_view text) {
  if (file.empty()) {
    console.out(text);
  } else {
    sys::save_file(file, text);
  }
}

int refuse(const Console& console, const Issues& issues) {
  console.error(to_string(issues));
  return kInputWrong;
}

}  // namespace topoproof::program
