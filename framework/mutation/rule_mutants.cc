// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "listing/listing.hh"
#include "mutation/disjoint.hh"
#include "mutation/operators.hh"
#include "mutation/rule_operators.hh"
#include "mutation/unasked.hh"
#include "topology/interfaces.hh"

namespace topoproof::mutation {
namespace {

namespace fw = firewall;

Alternatives alternatives_of(const topology::Topology& topology, const Network::Rules& rules) {
  Alternatives others;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const topology::Interface& interface : topology::interfaces_of(topology, NodeId(i))) {
      auto& addresses = NodeId(i) == rules.node ? others.own : others.hosts;
      for (const InterfaceAddress& own : interface.addresses) addresses.push_back(own.address);
      const bool is_named = interface.kind != topology::Interface::Kind::Loopback;
      if (NodeId(i) == rules.node && is_named) others.interfaces.push_back(interface.name);
    }
  }
  others.hosts.insert(others.hosts.end(), others.own.begin(), others.own.end());
  others.translated_ports = translated_ports(rules.ruleset);
  return others;
}

std::string text_of(const fw::Rule& rule, const fw::Table& table) {
  if (const auto text = listing::to_text(rule, table)) return *text;
  return rule.origin.text;
}

// What it was made of is no text of it.
std::string text_of_changed(const fw::Rule& changed, const fw::Rule& rule, const fw::Table& table) {
  if (const auto text = listing::to_text(changed, table)) return *text;
  return "in place of " + text_of(rule, table);
}

// The mutants of one ruleset. What they change is found again by its place, since they are planted
// into another copy.
class RuleMutator {
 public:
  RuleMutator(const Network& network, std::size_t number, std::vector<Mutant>& out)
      : node_(network.scenario.topology.node(network.rules[number].node).name),
        number_(number),
        ruleset_(network.rules[number].ruleset),
        others_(alternatives_of(network.scenario.topology, network.rules[number])),
        out_(out) {}

  void mutate() {
    for (table_ = 0; table_ < ruleset_.tables.size(); ++table_) {
      for (chain_ = 0; chain_ < table().chains.size(); ++chain_) {
        if (chain().base) change_base(*chain().base);
        for (rule_ = 0; rule_ < chain().rules.size(); ++rule_) change_rule();
      }
      for (set_ = 0; set_ < table().sets.size(); ++set_) change_set();
    }
  }

 private:
  using Edit = std::function<void(fw::Table&)>;

  const fw::Table& table() const { return ruleset_.tables[table_]; }
  const fw::Chain& chain() const { return table().chains[chain_]; }
  const fw::Rule& rule() const { return chain().rules[rule_]; }

  void add(const Location& where, const std::string& what, const Edit& edit, std::string unasked,
           std::string proof = {}) {
    out_.push_back(
        {.name = mutant_name(node_, where, what),
         .plant = [number = number_, table = table_,
                   edit](Network& planted) { edit(planted.rules[number].ruleset.tables[table]); },
         .proof = std::move(proof),
         .unasked = std::move(unasked)});
  }

  void change_base(const fw::BaseChain& base) {
    const auto put = [this](const std::string& what, const fw::BaseChain& instead) {
      add(chain().origin.where, fmt::format("chain {}: {}", chain().name, what),
          [chain = chain_, instead](fw::Table& t) { t.chains[chain].base = instead; }, {});
    };
    if (base.type == fw::ChainType::Filter) {
      fw::BaseChain flipped = base;
      flipped.drops = !base.drops;
      put(fmt::format("policy {}", flipped.drops ? "drop" : "accept"), flipped);
    }
    if (const auto hook = wrong_hook(base)) {
      fw::BaseChain moved = base;
      moved.hook = *hook;
      put(fmt::format("hook {}", to_string(*hook)), moved);
    }
    if (const auto priority = beyond_nat(base)) {
      fw::BaseChain moved = base;
      moved.priority = *priority;
      put(fmt::format("priority {}", *priority), moved);
    }
  }

  // The kernel refuses a masquerade anywhere else.
  std::optional<fw::Hook> wrong_hook(const fw::BaseChain& base) const {
    using enum fw::Hook;
    const bool masquerades = std::ranges::any_of(chain().rules, [](const fw::Rule& rule) {
      return std::ranges::any_of(rule.expressions, [](const auto& e) {
        return std::holds_alternative<fw::Masquerade>(e);
      });
    });
    if (masquerades || base.type == fw::ChainType::Route) return std::nullopt;
    if (base.type == fw::ChainType::Nat) {
      if (base.hook == Prerouting) return Output;
      if (base.hook == Output) return Prerouting;
      return base.hook == Input ? Postrouting : Input;
    }
    if (base.hook == Input) return Forward;
    if (base.hook == Forward) return Input;
    if (base.hook == Output) return Forward;
    return std::nullopt;
  }

  // A filter that looks at the other side of NAT. (NAT chains' own priority says nothing to
  // others: nf_nat_core.c.)
  static std::optional<std::int32_t> beyond_nat(const fw::BaseChain& base) {
    if (base.type != fw::ChainType::Filter) return std::nullopt;
    constexpr std::int32_t kStep = 10;
    if (base.hook == fw::Hook::Prerouting || base.hook == fw::Hook::Output) {
      const bool before = base.priority < fw::kDestinationNatPriority;
      return fw::kDestinationNatPriority + (before ? kStep : -kStep);
    }
    if (base.hook == fw::Hook::Postrouting || base.hook == fw::Hook::Input) {
      const bool before = base.priority < fw::kSourceNatPriority;
      return fw::kSourceNatPriority + (before ? kStep : -kStep);
    }
    return std::nullopt;
  }

  void change_rule() {
    const std::string text = text_of(rule(), table());
    add(
        rule().origin.where, "left out: " + text,
        [chain = chain_, at = rule_](fw::Table& t) {
          auto& rules = t.chains[chain].rules;
          rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(at));
        },
        unasked(rule()));
    if (rule_ + 1 < chain().rules.size()) swap_with_next(text);
    RuleVariants variants;
    add_changed_tests(rule(), others_, variants);
    const fw::BaseChain* base = chain().base ? &*chain().base : nullptr;
    add_changed_actions(rule(), table(), base, others_, variants);
    for (RuleVariant& variant : variants) put(std::move(variant));
  }
  void swap_with_next(const std::string& text) {
    add(
        rule().origin.where, "order swapped with the next rule: " + text,
        [chain = chain_, at = rule_](fw::Table& t) {
          auto& rules = t.chains[chain].rules;
          std::swap(rules[at], rules[at + 1]);
        },
        unasked_of_two(rule(), chain().rules[rule_ + 1]),
        order_proof(rule(), chain().rules[rule_ + 1]));
  }
  std::string unasked_of_two(const fw::Rule& one, const fw::Rule& other) const {
    std::string of_one = unasked(one);
    return of_one.empty() ? unasked(other) : of_one;
  }
  std::string unasked(const fw::Rule& rule) const { return unasked_by_flows(rule, table().family); }
  void put(RuleVariant variant) {
    const Location where = rule().origin.where;
    const std::string what =
        fmt::format("{}: {}", variant.what, text_of_changed(variant.rule, rule(), table()));
    // A test that the mistake leaves out was asked for before.
    std::string asked_for = unasked_of_two(rule(), variant.rule);
    add(
        where, what,
        [chain = chain_, at = rule_, made = std::move(variant.rule)](fw::Table& t) {
          t.chains[chain].rules[at] = made;
        },
        std::move(asked_for));
  }

  // An element of a set left out; of an interval set its first with the end that follows.
  void change_set() {
    const fw::Set& set = table().sets[set_];
    for (std::size_t i = 0; i < set.elements.size(); ++i) {
      if ((set.elements[i].flags & fw::kElementIntervalEnd) != 0) continue;
      const bool has_end =
          i + 1 < set.elements.size() && (set.elements[i + 1].flags & fw::kElementIntervalEnd) != 0;
      const Location& where =
          set.elements[i].where.line != 0 ? set.elements[i].where : set.origin.where;
      add(
          where, fmt::format("set {}: element {} left out", set.name, i + 1),
          [at = set_, i, has_end](fw::Table& t) {
            auto& elements = t.sets[at].elements;
            const auto first = elements.begin() + static_cast<std::ptrdiff_t>(i);
            elements.erase(first, first + (has_end ? 2 : 1));
          },
          unasked_of_set(set.name));
    }
  }
  // By the rules that look it up.
  std::string unasked_of_set(const std::string& name) const {
    for (const fw::Chain& chain : table().chains) {
      for (const fw::Rule& rule : chain.rules) {
        const bool looks_up = std::ranges::any_of(rule.expressions, [&](const auto& e) {
          const auto* lookup = std::get_if<fw::Lookup>(&e);
          return lookup != nullptr && lookup->set == name;
        });
        if (looks_up && !unasked(rule).empty()) return unasked(rule);
      }
    }
    return {};
  }

  const std::string& node_;
  std::size_t number_;
  const fw::Ruleset& ruleset_;
  Alternatives others_;
  std::vector<Mutant>& out_;
  std::size_t table_ = 0;
  std::size_t chain_ = 0;
  std::size_t rule_ = 0;
  std::size_t set_ = 0;
};

}  // namespace

void add_rule_mutants(const Network& network, std::vector<Mutant>& out) {
  for (std::size_t i = 0; i < network.rules.size(); ++i) RuleMutator(network, i, out).mutate();
}

}  // namespace topoproof::mutation
