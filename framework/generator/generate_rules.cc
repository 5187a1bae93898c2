// SPDX-License-Identifier: GPL-2.0-or-later
#include "generator/generate_rules.hh"

#include <array>

#include <fmt/format.h>

#include "generator/rule_parts.hh"

namespace topoproof::generator {
namespace {

namespace fw = firewall;

struct ChainKind {
  Feature feature;
  fw::ChainType type;
  fw::Hook hook;
  unsigned percent;
};

constexpr ChainKind kFilterChains[] = {
    {Feature::FilterForward, fw::ChainType::Filter, fw::Hook::Forward, 60},
    {Feature::FilterPrerouting, fw::ChainType::Filter, fw::Hook::Prerouting, 25},
    {Feature::FilterInput, fw::ChainType::Filter, fw::Hook::Input, 25},
    {Feature::FilterOutput, fw::ChainType::Filter, fw::Hook::Output, 15},
    {Feature::FilterPostrouting, fw::ChainType::Filter, fw::Hook::Postrouting, 20},
};
constexpr ChainKind kNatChains[] = {
    {Feature::NatPrerouting, fw::ChainType::Nat, fw::Hook::Prerouting, 30},
    {Feature::NatPostrouting, fw::ChainType::Nat, fw::Hook::Postrouting, 30},
    {Feature::NatInput, fw::ChainType::Nat, fw::Hook::Input, 8},
    {Feature::NatOutput, fw::ChainType::Nat, fw::Hook::Output, 8},
};
constexpr std::int32_t kEarly = -300;
constexpr std::int32_t kLate = 150;

class RuleGenerator {
 public:
  RuleGenerator(Chooser& chooser, const Options& options, const Shape& shape, Hints& hints)
      : chooser_(chooser), options_(options), shape_(shape), hints_(hints) {}

  fw::Ruleset ruleset() {
    const auto own = shape_.family == Family::Ipv4 ? fw::TableFamily::Ip : fw::TableFamily::Ip6;
    const bool inet = chooser_.wants(Feature::InetTable, 40);
    ruleset_.tables.push_back(table(inet ? fw::TableFamily::Inet : own, "t"));
    if (chooser_.wants(Feature::SecondTable, 15)) ruleset_.tables.push_back(table(own, "u"));
    if (shape_.has_bridge && chooser_.wants(Feature::BridgeTable, 30)) {
      ruleset_.tables.push_back(table(fw::TableFamily::Bridge, "t"));
    }
    return std::move(ruleset_);
  }

  fw::Table table_of_one_rule() {
    const auto own = shape_.family == Family::Ipv4 ? fw::TableFamily::Ip : fw::TableFamily::Ip6;
    fw::Table table{.family = chooser_.wants(Feature::InetTable, 40) ? fw::TableFamily::Inet : own,
                    .name = "t"};
    const bool translates = chooser_.chance(30);
    const ChainKind& kind =
        translates ? chooser_.source().pick(kNatChains) : chooser_.source().pick(kFilterChains);
    fw::Chain chain = fw::make_base_chain("c", kind.type, kind.hook, priority(kind));
    std::vector<std::string> targets;
    if (chooser_.wants(Feature::Subchain, 20)) targets.emplace_back("sub");
    fill(table, chain, 1, {kind.hook, kind.type, chain.base->priority, targets});
    for (const std::string& name : targets) table.chains.push_back({.name = name});
    return table;
  }

 private:
  fw::Table table(fw::TableFamily family, const char* name) {
    fw::Table table{.family = family, .name = name};
    std::vector<std::string> targets;
    if (chooser_.wants(Feature::Subchain, 35)) targets = {"sub1", "sub2"};
    for (const ChainKind& kind : kFilterChains) {
      if (chooser_.wants(kind.feature, kind.percent)) add_base(table, kind, targets);
    }
    for (const ChainKind& kind : kNatChains) {
      const bool fits = family != fw::TableFamily::Bridge;
      if (fits && chooser_.wants(kind.feature, kind.percent)) add_base(table, kind, targets);
    }
    for (std::size_t i = 0; i < targets.size(); ++i) add_subchain(table, targets, i);
    return table;
  }

  std::int32_t priority(const ChainKind& kind) {
    if (kind.type == fw::ChainType::Nat) {
      const bool destination = kind.hook == fw::Hook::Prerouting || kind.hook == fw::Hook::Output;
      return destination ? fw::kDestinationNatPriority : fw::kSourceNatPriority;
    }
    if (chooser_.wants(Feature::EarlyChain, 20)) return kEarly;
    return chooser_.wants(Feature::LateChain, 10) ? kLate : 0;
  }

  void add_base(fw::Table& table, const ChainKind& kind, const std::vector<std::string>& targets) {
    fw::Chain chain =
        fw::make_base_chain(fmt::format("{}-{}", kind.type == fw::ChainType::Nat ? "nat" : "filter",
                                        to_string(kind.hook)),
                            kind.type, kind.hook, priority(kind));
    const bool may_drop = kind.type == fw::ChainType::Filter;
    chain.base->drops = may_drop && chooser_.wants(Feature::DropPolicy, 15);
    fill(table, chain, rule_count(),
         {.hook = kind.hook,
          .type = kind.type,
          .priority = chain.base->priority,
          .targets = targets});
  }

  void add_subchain(fw::Table& table, const std::vector<std::string>& names, std::size_t index) {
    fw::Chain chain{.name = names[index]};
    const std::vector<std::string> further(names.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                                           names.end());
    fill(table, chain, rule_count(), {.targets = further});
  }

  std::size_t rule_count() { return 1 + chooser_.source().below(options_.rules); }

  void fill(fw::Table& table, fw::Chain& chain, std::size_t count, const RulePlace& place) {
    for (std::size_t i = 0; i < count; ++i) {
      RuleParts parts(chooser_, shape_, table, place);
      chain.rules.push_back(parts.rule());
      hints_.push_back(parts.hint());
    }
    table.chains.push_back(std::move(chain));
  }

  Chooser& chooser_;
  const Options& options_;
  const Shape& shape_;
  Hints& hints_;
  fw::Ruleset ruleset_;
};

}  // namespace

firewall::Table generate_rule(Chooser& chooser, const Options& options, const Shape& shape) {
  Hints hints;
  return RuleGenerator(chooser, options, shape, hints).table_of_one_rule();
}

firewall::Ruleset generate_rules(Chooser& chooser, const Options& options, const Shape& shape,
                                 Hints& hints) {
  return RuleGenerator(chooser, options, shape, hints).ruleset();
}

}  // namespace topoproof::generator
