// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/diagnosis.hh"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace topoproof::campaign {
namespace {

namespace fw = firewall;

// Calls f(table, chain, number of the rule in it).
template <class F>
void for_each_rule(const fw::Ruleset& ruleset, F f) {
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      for (std::size_t i = 0; i < chain.rules.size(); ++i) f(table, chain, i);
    }
  }
}

const fw::Rule* counterpart(const fw::Ruleset& listed, const fw::Table& table,
                            const fw::Chain& chain, std::size_t number) {
  const auto* same_table = find_table(listed, table.family, table.name);
  const auto* same_chain = same_table != nullptr ? find_chain(*same_table, chain.name) : nullptr;
  if (same_chain == nullptr || number >= same_chain->rules.size()) return nullptr;
  return &same_chain->rules[number];
}

std::string name_of(const fw::Table& table, const fw::Chain& chain, std::size_t number) {
  return fmt::format("rule {} of {} {} {}", number + 1, to_string(table.family), table.name,
                     chain.name);
}

// What a translation does not say the kernel fills in: a range of one (nft_nat_dump()).
void fill_in(fw::Expression& expression) {
  if (auto* nat = std::get_if<fw::Nat>(&expression)) {
    if (!nat->address_high) nat->address_high = nat->address;
    if (!nat->port_high) nat->port_high = nat->port;
  }
  if (auto* redirect = std::get_if<fw::Redirect>(&expression)) {
    if (!redirect->port_high) redirect->port_high = redirect->port;
  }
  if (auto* masquerade = std::get_if<fw::Masquerade>(&expression)) {
    if (!masquerade->port_high) masquerade->port_high = masquerade->port;
  }
}

bool is_alike(fw::Expression one, fw::Expression other) {
  auto* lookup = std::get_if<fw::Lookup>(&one);
  const auto* same = std::get_if<fw::Lookup>(&other);
  if (lookup != nullptr && same != nullptr) lookup->set = same->set;
  fill_in(one);
  fill_in(other);
  return one == other;
}

bool is_alike(const fw::Rule& one, const fw::Rule& other) {
  return std::ranges::equal(one.expressions, other.expressions,
                            [](const auto& a, const auto& b) { return is_alike(a, b); });
}

bool translates(const fw::Ruleset& ruleset) {
  return std::ranges::any_of(ruleset.tables, [](const fw::Table& table) {
    return std::ranges::any_of(table.chains, [](const fw::Chain& chain) {
      return chain.base && chain.base->type == fw::ChainType::Nat;
    });
  });
}

std::string path_difference(const Question& question, const Evidence& evidence) {
  std::string text;
  std::size_t at = 0;
  for_each_rule(question.ruleset, [&](const auto& table, const auto& chain, std::size_t number) {
    const std::size_t i = at++;
    if (!text.empty() || evidence.kernel[i] == evidence.simulator[i]) return;
    text = fmt::format("{} matched {} packets in the kernel, {} in the simulator",
                       name_of(table, chain, number), evidence.kernel[i], evidence.simulator[i]);
  });
  return text;
}

}  // namespace

std::string_view to_string(Suspect suspect) {
  switch (suspect) {
    case Suspect::Generator:
      return "generator or encoder";
    case Suspect::Environment:
      return "environment";
    case Suspect::Simulator:
      return "simulator";
    case Suspect::NatModel:
      return "NAT model";
    case Suspect::KernelOrStack:
      break;
  }
  return "kernel, or the simulator's network stack";
}

Matches matches_of(const fw::Ruleset& ruleset, const fw::Ruleset& listed,
                   const std::vector<netfilter::TraceEvent>& events) {
  const netfilter::RuleIndex index(listed);
  std::map<const fw::Rule*, std::uint64_t> counts;
  for (const netfilter::TraceEvent& event : events) {
    if (event.type == netfilter::TraceType::Rule) ++counts[index.find(event)];
  }
  Matches matches;
  for_each_rule(ruleset, [&](const auto& table, const auto& chain, std::size_t number) {
    const auto* rule = counterpart(listed, table, chain, number);
    matches.push_back(rule != nullptr ? counts[rule] : 0);
  });
  return matches;
}

std::optional<std::string> find_listed_otherwise(const fw::Ruleset& sent,
                                                 const fw::Ruleset& listed) {
  std::optional<std::string> found;
  for_each_rule(sent, [&](const auto& table, const auto& chain, std::size_t number) {
    if (found) return;
    const auto* rule = counterpart(listed, table, chain, number);
    if (rule == nullptr || !is_alike(chain.rules[number], *rule)) {
      found = name_of(table, chain, number);
    }
  });
  return found;
}

Diagnosis diagnose(const Question& question, const Evidence& evidence) {
  if (const auto rule = find_listed_otherwise(question.ruleset, evidence.listed)) {
    return {Suspect::Generator, "the kernel lists " + *rule + " otherwise than it was sent"};
  }
  if (!evidence.environment.empty()) {
    return {Suspect::Environment, "the network is not as planned: " + evidence.environment};
  }
  const std::string difference = path_difference(question, evidence);
  if (!difference.empty()) return {Suspect::Simulator, difference};
  if (translates(question.ruleset)) {
    return {Suspect::NatModel, "packets met the same rules, and came out otherwise"};
  }
  return {Suspect::KernelOrStack, "packets met the same rules, and nothing is translated"};
}

}  // namespace topoproof::campaign
