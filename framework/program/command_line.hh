// SPDX-License-Identifier: GPL-2.0-or-later
// The command line -> a Command. Nothing is opened or read here.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "program/command.hh"

namespace topoproof::program {

// What is said in place of doing something: help (exit code 0), or what is wrong with the line (2).
struct Answer {
  std::string text;
  int exit_code = 0;
};

// `arguments` are without the program's name.
std::expected<Command, Answer> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace topoproof::program
