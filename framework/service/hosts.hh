// SPDX-License-Identifier: GPL-2.0-or-later
// What a program in a node reads to find others by their names: an /etc/hosts and an
// /etc/resolv.conf of the node's own, of the network rather than the machine's.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sys/surroundings.hh"
#include "topology/topology.hh"

namespace topoproof::service {

// The names of nodes with their lines of an /etc/hosts, one for each family: the addresses that a
// name means in a check, too.
using NamedLines = std::vector<std::pair<std::string, std::string>>;
NamedLines lines_of_nodes(const topology::Topology& topology);

// What the node's `hosts:` say, then the lines. A name that `hosts:` give addresses has these
// alone.
std::string hosts_text(const NamedLines& nodes, const topology::Node& node);

// The name servers that `name_servers:` says; the machine's own cannot be reached from a node.
std::string resolver_text(const topology::Node& node);

// Of a node: which file of the folder stands in place of which, /etc/hosts first.
sys::FilePlaces name_files(const std::filesystem::path& folder, const std::string& node);

// The files of those nodes that programs run in.
class NameFiles {
 public:
  explicit NameFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The network that they tell of from now on. In those that were made before, what it says
  // otherwise stands then, also for programs that run; what a program has written into others
  // stays. REQUIRES: the topology lives until the next. THROWS: sys::SystemError
  void tell_of(const topology::Topology& topology);
  // Those of the node, made when first asked for. THROWS: sys::SystemError
  sys::FilePlaces of(const std::string& node);

 private:
  struct Texts {
    std::string hosts;
    std::string resolver;
  };
  Texts texts_of(const std::string& node);
  void save(const std::string& node, const Texts& before, const Texts& texts) const;

  std::filesystem::path folder_;
  const topology::Topology* topology_ = nullptr;
  std::optional<NamedLines> nodes_;    // of it, once they are needed
  std::map<std::string, Texts> made_;  // by node, as they were written last
};

}  // namespace topoproof::service
