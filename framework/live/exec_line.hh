// SPDX-License-Identifier: GPL-2.0-or-later
// `exec` and `shell` as they are said on the command line: what people and scripts do most often is
// done by a small program that starts in a millisecond, where it is said in the usual way.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace topoproof::live {

struct ExecLine {
  std::string lab = {};  // empty: the only one
  std::string node;
  std::vector<std::string> program;  // with its arguments
};

// `arguments` are those of topoproof: exec [-l LAB] NODE [--] PROGRAM [ARGUMENT...], or
// shell [-l LAB] NODE. `lab` is the one of the environment (TOPOPROOF_LAB).
// RETURNS: nothing if it is another command, or there is anything that needs more thought.
std::optional<ExecLine> parse_exec_line(std::span<const std::string> arguments,
                                        const std::string& lab = {});

// Runs it. RETURNS: its exit status; nothing if it was not run: whoever knows all of the command
// line then says why. REQUIRES: no second thread exists.
std::optional<int> execute(const ExecLine& line);

}  // namespace topoproof::live
