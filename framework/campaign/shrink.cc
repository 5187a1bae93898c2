// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/shrink.hh"

#include <algorithm>
#include <set>

#include "campaign/delta_debugging.hh"

namespace topoproof::campaign {
namespace {

using Shows = std::function<bool(const Question&)>;
using Part = std::vector<std::size_t>;

// Sets that no rule looks up, and empty chains that nobody jumps to. One with rules stays: they are
// dropped one by one, if the fault does not need them.
void drop_unused(firewall::Table& table) {
  std::set<std::string> names;
  const auto use = [&](const firewall::Verdict& verdict) { names.insert(verdict.chain); };
  for (const auto& chain : table.chains) {
    for (const auto& rule : chain.rules) {
      for (const auto& expression : rule.expressions) {
        if (const auto* verdict = std::get_if<firewall::Verdict>(&expression)) use(*verdict);
        if (const auto* lookup = std::get_if<firewall::Lookup>(&expression)) {
          names.insert(lookup->set);
        }
      }
    }
  }
  for (const auto& set : table.sets) {
    if (!names.contains(set.name)) continue;
    for (const auto& element : set.elements) {
      if (const auto* verdict = std::get_if<firewall::Verdict>(&element.data)) use(*verdict);
    }
  }
  std::erase_if(table.sets, [&](const auto& set) { return !names.contains(set.name); });
  std::erase_if(table.chains, [&](const auto& chain) {
    return !chain.base && chain.rules.empty() && !names.contains(chain.name);
  });
}

Question with_rules(const Question& whole, const Part& part) {
  Question smaller = whole;
  const std::set<std::size_t> kept(part.begin(), part.end());
  std::size_t number = 0;
  for (auto& table : smaller.ruleset.tables) {
    for (auto& chain : table.chains) {
      std::erase_if(chain.rules, [&](const auto&) { return !kept.contains(number++); });
    }
    drop_unused(table);
  }
  return smaller;
}

Question with_packets(const Question& whole, const Part& part) {
  Question smaller = whole;
  smaller.packets.clear();
  for (const std::size_t i : part) smaller.packets.push_back(whole.packets[i]);
  return smaller;
}

// Tries a change, and keeps it if the fault is still there.
bool keep(Question& question, Question changed, const Shows& shows) {
  if (changed == question || !shows(changed)) return false;
  question = std::move(changed);
  return true;
}

void drop_chains(Question& question, const Shows& shows) {
  for (std::size_t t = 0; t < question.ruleset.tables.size(); ++t) {
    for (std::size_t c = question.ruleset.tables[t].chains.size(); c-- > 0;) {
      Question changed = question;
      auto& chains = changed.ruleset.tables[t].chains;
      if (!chains[c].base) continue;
      chains.erase(chains.begin() + static_cast<std::ptrdiff_t>(c));
      keep(question, std::move(changed), shows);
    }
  }
  for (std::size_t t = question.ruleset.tables.size(); t-- > 0;) {
    Question changed = question;
    changed.ruleset.tables.erase(changed.ruleset.tables.begin() + static_cast<std::ptrdiff_t>(t));
    keep(question, std::move(changed), shows);
  }
}

}  // namespace

Question shrink(Question question, const Shows& shows) {
  bool smaller = true;
  while (smaller) {
    const Question before = question;
    const auto rules = find_smallest(count_rules(question.ruleset), [&](const Part& part) {
      return shows(with_rules(question, part));
    });
    question = with_rules(question, rules);
    const auto packets = find_smallest(question.packets.size(), [&](const Part& part) {
      return shows(with_packets(question, part));
    });
    question = with_packets(question, packets);
    drop_chains(question, shows);
    smaller = question != before;
  }
  return question;
}

}  // namespace topoproof::campaign
