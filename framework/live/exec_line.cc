// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/exec_line.hh"

#include <exception>

#include "live/client.hh"
#include "live/run.hh"

namespace topoproof::live {
namespace {

using Arguments = std::span<const std::string>;

bool is_option(const std::string& argument) { return argument.starts_with('-'); }

// Takes the first argument away.
std::string take(Arguments& arguments) {
  const std::string& first = arguments.front();
  arguments = arguments.subspan(1);
  return first;
}

}  // namespace

std::optional<ExecLine> parse_exec_line(Arguments arguments, const std::string& lab) {
  if (arguments.empty() || (arguments[0] != "exec" && arguments[0] != "shell")) return std::nullopt;
  const bool is_shell = take(arguments) == "shell";
  ExecLine line{.lab = lab, .node = {}, .program = {}};
  if (arguments.size() >= 2 && (arguments[0] == "-l" || arguments[0] == "--lab")) {
    take(arguments);
    line.lab = take(arguments);
  }
  if (arguments.empty() || arguments[0].empty() || is_option(arguments[0])) return std::nullopt;
  line.node = take(arguments);
  if (is_shell) {
    line.program = shell_of_user();
    return arguments.empty() ? std::optional(line) : std::nullopt;
  }
  if (!arguments.empty() && is_option(arguments[0]) && arguments[0] != "--") return std::nullopt;
  if (!arguments.empty() && arguments[0] == "--") take(arguments);
  line.program.assign(arguments.begin(), arguments.end());
  return line.program.empty() ? std::nullopt : std::optional(line);
}

std::optional<int> execute(const ExecLine& line) {
  try {
    const StateFolder state = StateFolder::of_user();
    const auto named = line.lab.empty() ? std::nullopt : std::optional(line.lab);
    Client client(state, choose_lab(state, named));
    return run_in_node(client, line.node, line.program);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace topoproof::live
