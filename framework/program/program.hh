// SPDX-License-Identifier: GPL-2.0-or-later
// The program `topoproof`, from its arguments to its exit code.
#pragma once

#include <string>
#include <vector>

namespace topoproof::program {

// `arguments` are without the program's name. Throws nothing: what goes wrong is a sentence on the
// error output, and an exit code.
// REQUIRES: the process has one thread only (commands with a kernel enter a user namespace first).
int run_program(const std::vector<std::string>& arguments);

}  // namespace topoproof::program
