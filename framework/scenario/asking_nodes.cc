// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/asking_nodes.hh"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include "topology/interfaces.hh"

namespace topoproof::scenario {
namespace {

using topology::RulesText;

bool is_word(std::string_view text, std::size_t at, std::size_t length) {
  const auto is_part = [&](std::size_t i) {
    return i < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '_');
  };
  return (at == 0 || !is_part(at - 1)) && !is_part(at + length);
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (is_word(text, at, word.size())) return true;
  }
  return false;
}

// "include" and "define": the words may stand elsewhere, or be put together.
bool may_see_questions(const RulesText& rules, bool ipv6) {
  const auto has = [&](std::string_view word) { return has_word(rules.text, word); };
  switch (rules.language) {
    case RulesText::Language::Iptables:
      return false;
    case RulesText::Language::Ip6tables:
      return ipv6;
    case RulesText::Language::Compiled:
      break;
    case RulesText::Language::Nft:
      constexpr std::array<std::string_view, 5> kOfFrames{"arp", "bridge", "netdev", "include",
                                                          "ingress"};
      return std::ranges::any_of(kOfFrames, has) || (ipv6 && (has("inet") || has("ip6")));
  }
  return true;
}

bool may_see_questions(const topology::Node& node, bool ipv6) {
  return std::ranges::any_of(
      node.rules, [&](const RulesText& rules) { return may_see_questions(rules, ipv6); });
}

bool answers_in_its_own_way(const topology::Node& node) {
  return std::ranges::any_of(node.sysctls, [](const auto& sysctl) {
    const std::string& name = sysctl.value.name;
    return name.find("arp_ignore") != std::string::npos && sysctl.value.value != "0";
  });
}

std::set<NodeId> seeing_nodes(const Scenario& scenario) {
  const topology::Topology& topology = scenario.topology;
  const bool ipv6 = topology::uses_family(topology, Family::Ipv6);
  std::set<NodeId> nodes;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    const topology::Node& node = topology.nodes()[i];
    if (may_see_questions(node, ipv6) || answers_in_its_own_way(node)) nodes.emplace(i);
  }
  for (const Step& step : scenario.steps) {
    for (const Change& change : step.changes) {
      const auto* replace = std::get_if<ReplaceRules>(&change.what);
      if (replace != nullptr && may_see_questions(replace->rules, ipv6)) {
        nodes.insert(replace->node);
      }
    }
  }
  return nodes;
}

// Walks from link to link, over bridges.
class Segments {
 public:
  explicit Segments(const topology::Topology& topology) : topology_(topology) {}

  void add(LinkId link) {
    if (!links_.insert(link).second) return;
    for (const topology::Endpoint& end : topology_.link(link).ends) {
      nodes_.insert(end.node);
      if (!end.bridge) continue;
      for (const LinkId port : topology_.ports_of(*end.bridge)) add(port);
    }
  }
  std::vector<NodeId> nodes() const { return {nodes_.begin(), nodes_.end()}; }

 private:
  const topology::Topology& topology_;
  std::set<LinkId> links_;
  std::set<NodeId> nodes_;
};

}  // namespace

std::vector<NodeId> asking_nodes_of(const Scenario& scenario) {
  Segments segments(scenario.topology);
  for (const NodeId node : seeing_nodes(scenario)) {
    for (const LinkId link : scenario.topology.links_of(node)) segments.add(link);
  }
  return segments.nodes();
}

}  // namespace topoproof::scenario
