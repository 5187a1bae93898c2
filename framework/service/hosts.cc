// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/hosts.hh"

#include <set>
#include <string_view>

#include <fmt/format.h>

#include "sys/output.hh"
#include "topology/interfaces.hh"

namespace topoproof::service {
namespace {

namespace fs = std::filesystem;

fs::path hosts_of(const fs::path& folder) { return folder / "hosts"; }
fs::path resolver_of(const fs::path& folder) { return folder / "resolv.conf"; }
fs::path resolver_of(const fs::path& folder, const std::string& node) {
  return folder / ("resolv.conf." + node);
}

}  // namespace

std::string hosts_text(const topology::Topology& topology) {
  std::string text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      const auto address = topology::address_of(topology, NodeId(i), family);
      if (!address) continue;
      text += fmt::format("{} {}\n", to_string(*address), topology.nodes()[i].name);
    }
  }
  return text;
}

std::string resolver_text(const topology::Node& node) {
  if (node.name_servers.empty()) {
    return "# no name server; the nodes of this network stand in /etc/hosts\n";
  }
  std::string text;
  for (const auto& server : node.name_servers) {
    text += fmt::format("nameserver {}\n", to_string(server.value));
  }
  return text;
}

void save_name_files(const fs::path& folder, const topology::Topology& topology) {
  sys::save_file(hosts_of(folder), hosts_text(topology));
  sys::save_file(resolver_of(folder), resolver_text({.name = {}}));
  std::set<fs::path> own;
  for (const topology::Node& node : topology.nodes()) {
    if (node.name_servers.empty()) continue;
    sys::save_file(*own.insert(resolver_of(folder, node.name)).first, resolver_text(node));
  }
  const std::string beginning = resolver_of(folder, "").filename().string();
  for (const auto& entry : fs::directory_iterator(folder)) {
    const bool is_one = entry.path().filename().string().starts_with(beginning);
    std::error_code ignored;
    if (is_one && !own.contains(entry.path())) fs::remove(entry.path(), ignored);
  }
}

FilePlaces name_files(const fs::path& folder, const std::string& node) {
  const fs::path own = resolver_of(folder, node);
  std::error_code ignored;
  return {{hosts_of(folder), "/etc/hosts"},
          {fs::exists(own, ignored) ? own : resolver_of(folder), "/etc/resolv.conf"}};
}

}  // namespace topoproof::service
