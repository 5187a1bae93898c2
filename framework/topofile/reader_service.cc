// SPDX-License-Identifier: GPL-2.0-or-later
// The programs of a node, `services:`, and the names that they know, `hosts:`.
#include <algorithm>
#include <cctype>
#include <ranges>

#include <fmt/format.h>

#include "base/duration.hh"
#include "topofile/reader_node.hh"
#include "topofile/short_forms.hh"

namespace topoproof::topofile {
namespace {

using document::Fields;

// A text is a line for the shell, a list a program with its arguments.
std::optional<std::vector<std::string>> read_command(const document::Node& node, Issues& issues) {
  if (!node.is_sequence()) {
    auto line = document::read_string(node, issues);
    if (!line) return std::nullopt;
    return topology::shell_command(*std::move(line));
  }
  if (node.items().empty()) {
    issues.push_back(make_issue(node.where(), "expected a program, found an empty list"));
    return std::nullopt;
  }
  return document::list_of(document::read_string)(node, issues);
}

std::optional<std::pair<std::string, std::string>> read_variable(const document::Entry& entry,
                                                                 Issues& issues) {
  if (entry.key.empty() || entry.key.contains('=')) {
    issues.push_back(make_issue(
        entry.where(), fmt::format("'{}' is no name for a variable of an environment", entry.key)));
    return std::nullopt;
  }
  if (entry.value.is_null()) return std::pair(entry.key, std::string());
  if (entry.value.is_scalar()) return std::pair(entry.key, entry.value.text());
  document::report_unexpected(entry.value, "a text", issues);
  return std::nullopt;
}

std::optional<std::vector<std::pair<std::string, std::string>>> read_environment(
    const document::Node& node, Issues& issues) {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const document::Entry& entry : document::entries_of(node, issues)) {
    if (auto variable = read_variable(entry, issues)) variables.push_back(*std::move(variable));
  }
  return variables;
}

// `tcp/80`, a list of such, or a mapping where it is something else that tells.
std::optional<topology::Readiness> read_readiness(const document::Node& node, Issues& issues) {
  const auto ports = document::one_or_list_of(read_listen);
  topology::Readiness ready;
  if (!node.is_mapping()) {
    auto listed = ports(node, issues);
    if (!listed) return std::nullopt;
    ready.ports = *std::move(listed);
    return ready;
  }
  Fields fields(node, issues);
  fields.optional("listens", ports, ready.ports);
  fields.optional("log", document::read_string, ready.log);
  fields.optional("command", read_command, ready.command);
  fields.finish();
  return ready;
}

void read_program_fields(const document::Node& node, topology::Program& program, Issues& issues) {
  Fields fields(node, issues);
  fields.required("run", read_command, program.command);
  fields.optional("ready", read_readiness, program.ready);
  fields.optional("within", parse_duration, program.ready.within);
  fields.optional("environment", read_environment, program.environment);
  fields.optional("folder", document::read_string, program.folder);
  fields.finish();
}

topology::Program read_program(const document::Entry& entry, Issues& issues) {
  topology::Program program{.name = entry.key, .command = {}, .where = entry.where()};
  if (const auto name = parse_node_name(entry.key); !name) {
    issues.push_back(make_issue(
        entry.where(),
        fmt::format("'{}' is no name for a service: letters, digits, '-' and '_'", entry.key)));
  }
  if (entry.value.is_mapping()) {
    read_program_fields(entry.value, program, issues);
  } else if (auto command = read_command(entry.value, issues)) {
    program.command = *std::move(command);
  }
  return program;
}

bool is_host_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace

std::expected<topology::HostNames, Issue> parse_host_names(std::string_view text) {
  std::vector<std::string> words;
  for (const auto word : std::views::split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word.begin(), word.end());
  }
  if (words.size() < 2) {
    return std::unexpected(make_issue(
        fmt::format("'{}' is no address with its names: '10.0.0.5 www.example www'", text)));
  }
  const auto address = IpAddress::parse(words.front());
  if (!address) return std::unexpected(address.error());
  words.erase(words.begin());
  const auto wrong = std::ranges::find_if_not(words, is_host_name);
  if (wrong == words.end()) return topology::HostNames{*address, std::move(words)};
  return std::unexpected(make_issue(fmt::format("'{}' is no name of a host", *wrong)));
}

std::optional<std::vector<topology::Program>> read_programs(const document::Node& node,
                                                            Issues& issues) {
  std::vector<topology::Program> programs;
  for (const document::Entry& entry : document::entries_of(node, issues)) {
    programs.push_back(read_program(entry, issues));
  }
  return programs;
}

}  // namespace topoproof::topofile
