// SPDX-License-Identifier: GPL-2.0-or-later
// Which files the arguments of a command mean, and what stands in them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"
#include "scenario/scenario.hh"
#include "topology/topology.hh"

namespace topoproof::program {

enum class FileKind { Topology, Scenario };

// By its name (*.scenario.yaml, *.topo.yaml); else by whether it has checks or steps.
FileKind kind_of(const std::string& file);

// A path that is a file stands for itself; one that is a folder for all *.scenario.yaml below it
// (and *.topo.yaml, if `topologies`), sorted, but for those that a failed check has left in its own
// folder. No path means the current folder. Each file is named once. An issue for a path that is
// not there, and for a folder without such files.
std::vector<std::string> find_files(std::span<const std::string> paths, bool topologies,
                                    Issues& issues);

// Variants that are given take the place of those that the scenario names.
struct ScenarioFile {
  scenario::Scenario scenario;
  Issues issues = {};
};
// Compiled rules whose sources have changed since are a warning, here and below. Which files it was
// read from stands in the scenario, but for what its rules include.
ScenarioFile read_scenario_file(const std::string& file, std::span<const std::string> variants);

// The topology of a topology or scenario file. Test `issues` before use.
topology::Topology read_topology_file(const std::string& file,
                                      std::span<const std::string> variants, Issues& issues);

// The same as a scenario: that of the file, or without steps. Its checks say who listens, and what
// is needed for them.
scenario::Scenario read_network(const std::string& file, std::span<const std::string> variants,
                                Issues& issues);

// All that is wrong with a file: for a topology, in each of its variants, too. Rules are tried in
// namespaces; where none can be made, that is a warning.
Issues check_file(const std::string& file);

// The files that its rules include, also those of its changes.
std::vector<std::string> included_files(const scenario::Scenario& scenario);

// Of these the rules alone: of its topology, and of its changes.
Issues check_rules(const scenario::Scenario& scenario);

}  // namespace topoproof::program
