// SPDX-License-Identifier: GPL-2.0-or-later
// The firewall rules of a file: of a topology, in a language of their own, or compiled.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "rules/source.hh"
#include "topology/topology.hh"

namespace topoproof::program {

struct NodeRules {
  std::string node = {};  // of a topology
  firewall::Ruleset ruleset;
  std::vector<rules::Source> sources = {};
  Issues warnings = {};  // compiled rules whose sources have changed since
};

// Of a topology one for each node that has rules, else one. Enters a sandbox where rules have to be
// imported. RETURNS: or what is wrong with the file, or refused. THROWS: SystemError.
std::expected<std::vector<NodeRules>, Issues> read_rule_file(const std::string& file);

// The file as a source of rules.
std::expected<rules::Source, Issue> read_rule_source(const std::string& file);

// What nft, iptables or the kernel refuses of the rules that the nodes bring; a warning if they
// cannot be tried, since no namespace can be made.
Issues try_rules(const topology::Topology& topology);
// The same of rules that the node shall have later.
Issues try_rules(const topology::Topology& topology, NodeId node, const topology::Node& rules);

// The same of a text alone.
Issues try_text(const rules::Source& source);

}  // namespace topoproof::program
