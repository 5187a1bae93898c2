// SPDX-License-Identifier: GPL-2.0-or-later
// The networks of the Internet Topology Zoo, for tests. Tests are skipped by name where the files
// are not there: TOPOPROOF_DATA names the folder that holds topology-zoo/.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "topofile/graphml.hh"
#include "topology/addressing.hh"
#include "topology/routing.hh"

namespace topoproof::topofile {

// Tests run in the folder of their module.
inline std::filesystem::path zoo() {
  const char* data = std::getenv("TOPOPROOF_DATA");
  return std::filesystem::path(data != nullptr ? data : "../../../shared/data") / "topology-zoo";
}

inline std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(zoo(), missing)) {
    if (entry.path().extension() == ".graphml") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

inline std::expected<GraphmlImport, Issues> import_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return import_graphml(text.str(), file.filename());
}

inline topology::Topology built(const topology::Topology& imported) {
  const auto addressed = topology::assign_addresses(imported, {.loopbacks = true});
  return topology::add_shortest_path_routes(
      addressed.value(), {.destinations = topology::RoutingOptions::Destinations::Loopbacks});
}

class Zoo : public testing::Test {
 protected:
  void SetUp() override {
    if (files().empty()) GTEST_SKIP() << "no GraphML files in " << zoo();
  }
};

}  // namespace topoproof::topofile
