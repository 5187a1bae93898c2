// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/program.hh"

#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/shell_word.hh"

namespace topoproof::topology {
namespace {

constexpr std::string_view kShell = "/bin/sh";

}  // namespace

std::vector<std::string> shell_command(std::string line) {
  return {std::string(kShell), "-c", std::move(line)};
}

std::optional<std::string> shell_line(const std::vector<std::string>& command) {
  if (command.size() != 3 || command[0] != kShell || command[1] != "-c") return std::nullopt;
  return command[2];
}

std::string command_text(const std::vector<std::string>& command) {
  if (const auto line = shell_line(command)) return *line;
  std::vector<std::string> words;
  for (const std::string& word : command) words.push_back(shell_quoted(word));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string to_string(const HostNames& line) {
  return fmt::format("{} {}", to_string(line.address), fmt::join(line.names, " "));
}

std::string describe(const Readiness& readiness) {
  std::vector<std::string> parts;
  for (const flow::Service& port : readiness.ports) parts.push_back(to_string(port));
  if (!readiness.log.empty()) parts.push_back(fmt::format("a line with '{}'", readiness.log));
  if (!readiness.command.empty()) {
    parts.push_back(fmt::format("`{}` ends with 0", command_text(readiness.command)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace topoproof::topology
