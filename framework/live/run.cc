// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/run.hh"

#include <cstdlib>

#include "service/hosts.hh"
#include "sys/join.hh"

namespace topoproof::live {

int run_in_node(Client& client, const std::string& node,
                const std::vector<std::string>& arguments) {
  const sys::NodePlace place = client.enter(node);
  const sys::NodeProcess process{
      .arguments = arguments,
      .environment = {{"TOPOPROOF_LAB", client.lab()}, {"TOPOPROOF_NODE", node}},
      .files = service::name_files(client.folder(), node)};
  return sys::run_joined(place, process);
}

std::vector<std::string> shell_of_user() {
  const char* shell = std::getenv("SHELL");
  return {shell != nullptr && *shell != '\0' ? shell : "/bin/sh"};
}

}  // namespace topoproof::live
