// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/hosts.hh"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sys/output.hh"
#include "topology/interfaces.hh"

namespace topoproof::service {
namespace {

namespace fs = std::filesystem;

bool is_said(const topology::Node& node, const std::string& name) {
  return std::ranges::any_of(node.hosts, [&](const auto& line) {
    return std::ranges::find(line.value.names, name) != line.value.names.end();
  });
}

}  // namespace

NamedLines lines_of_nodes(const topology::Topology& topology) {
  NamedLines nodes;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const std::string& name = topology.nodes()[i].name;
    std::string lines;
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      const auto address = topology::address_of(topology, NodeId(i), family);
      if (address) lines += fmt::format("{} {}\n", to_string(*address), name);
    }
    nodes.emplace_back(name, std::move(lines));
  }
  return nodes;
}

std::string hosts_text(const NamedLines& nodes, const topology::Node& node) {
  std::string text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
  for (const auto& line : node.hosts) text += to_string(line.value) + "\n";
  for (const auto& [name, lines] : nodes) {
    if (!is_said(node, name)) text += lines;
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

NameFiles::Texts NameFiles::texts_of(const std::string& node) {
  if (!nodes_) nodes_ = lines_of_nodes(*topology_);
  const auto id = topology_->find_node(node);
  const topology::Node& of = id ? topology_->node(*id) : topology::Node{.name = node};
  return {hosts_text(*nodes_, of), resolver_text(of)};
}

// Written into the files that are there: they are mounted where programs see them.
void NameFiles::save(const std::string& node, const Texts& before, const Texts& texts) const {
  const auto files = name_files(folder_, node);
  if (texts.hosts != before.hosts) sys::save_file(files[0].first, texts.hosts);
  if (texts.resolver != before.resolver) sys::save_file(files[1].first, texts.resolver);
}

void NameFiles::tell_of(const topology::Topology& topology) {
  topology_ = &topology;
  nodes_.reset();
  std::erase_if(made_, [&](const auto& of) {
    if (topology.find_node(of.first)) return false;
    std::error_code ignored;
    for (const auto& [file, place] : name_files(folder_, of.first)) fs::remove(file, ignored);
    return true;
  });
  for (auto& [node, before] : made_) {
    Texts texts = texts_of(node);
    save(node, before, texts);
    before = std::move(texts);
  }
}

sys::FilePlaces NameFiles::of(const std::string& node) {
  if (!made_.contains(node)) {
    Texts texts = texts_of(node);
    save(node, {}, texts);
    made_.emplace(node, std::move(texts));
  }
  return name_files(folder_, node);
}

}  // namespace topoproof::service
