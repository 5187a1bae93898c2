// SPDX-License-Identifier: GPL-2.0-or-later
// The programs of a node, as `services:` has them.
#include <utility>

#include "base/duration.hh"
#include "topofile/yaml_text.hh"

namespace topoproof::topofile {
namespace {

using document::make_scalar;

document::Node command_tree(const std::vector<std::string>& command) {
  if (const auto line = topology::shell_line(command)) return make_scalar(*line);
  std::vector<document::Node> words;
  for (const std::string& word : command) words.push_back(make_scalar(word));
  return document::make_sequence(std::move(words));
}

document::Node readiness_tree(const topology::Readiness& ready) {
  std::vector<std::string> ports;
  for (const flow::Service& port : ready.ports) ports.push_back(to_string(port));
  if (ready.log.empty() && ready.command.empty()) return one_or_list(ports);
  Mapping keys;
  keys.optional("listens", one_or_list(ports));
  if (!ready.log.empty()) keys.text("log", ready.log);
  if (!ready.command.empty()) keys.add("command", command_tree(ready.command));
  return keys.take();
}

document::Node environment_tree(const topology::Program& program) {
  Mapping keys;
  for (const auto& [name, value] : program.environment) keys.text(name, value);
  return keys.empty() ? document::Node() : keys.take();
}

document::Node program_tree(const topology::Program& program) {
  Mapping keys;
  keys.add("run", command_tree(program.command));
  keys.optional("ready", readiness_tree(program.ready));
  if (program.ready.within != topology::Readiness().within) {
    keys.text("within", to_string(program.ready.within));
  }
  keys.optional("environment", environment_tree(program));
  if (program.folder) keys.text("folder", *program.folder);
  return keys.take();
}

}  // namespace

document::Node programs_tree(const topology::Node& node) {
  Mapping keys;
  for (const topology::Program& program : node.programs) {
    keys.add(program.name, program_tree(program));
  }
  return keys.empty() ? document::Node() : keys.take();
}

}  // namespace topoproof::topofile
