// SPDX-License-Identifier: GPL-2.0-or-later
#include "asked.hh"

#include <map>

namespace topoproof::agreement {
namespace {

constexpr int kDeepest = 8;

struct Caller {
  const firewall::Chain* chain = nullptr;
  std::vector<Asked> asked;
};

// Of one table: who leads to each chain, the first that does.
class Callers {
 public:
  explicit Callers(const firewall::Table& table) {
    for (const firewall::Chain& chain : table.chains) {
      for (const firewall::Rule& rule : chain.rules) {
        const ReadRule read = read_rule(rule, table);
        for (const Way& way : read.ways) {
          std::vector<Asked> asked = read.asked;
          if (!way.asked.empty()) asked = way.asked;
          callers_.try_emplace(way.chain, Caller{&chain, std::move(asked)});
        }
      }
    }
  }

  // What was asked on the way to the chain, and the hook where it began.
  void follow(const firewall::Chain& chain, RuleAsks& asks, int depth = 0) const {
    if (chain.base) {
      asks.hook = chain.base->hook;
      return;
    }
    const auto caller = callers_.find(chain.name);
    if (caller == callers_.end() || depth == kDeepest) return;
    follow(*caller->second.chain, asks, depth + 1);
    const auto& asked = caller->second.asked;
    asks.inherited.insert(asks.inherited.end(), asked.begin(), asked.end());
  }

 private:
  std::map<std::string, Caller> callers_;
};

}  // namespace

std::string_view to_string(Field field) {
  constexpr std::string_view kNames[] = {"in",    "out",       "protocol", "family", "saddr",
                                         "daddr", "sport",     "dport",    "type",   "code",
                                         "flags", "hop limit", "length"};
  return kNames[static_cast<std::size_t>(field)];
}

std::vector<RuleAsks> read_ruleset(const firewall::Ruleset& ruleset) {
  std::vector<RuleAsks> all;
  for (const firewall::Table& table : ruleset.tables) {
    const Callers callers(table);
    for (const firewall::Chain& chain : table.chains) {
      RuleAsks of_chain{.family = table.family};
      callers.follow(chain, of_chain);
      for (const firewall::Rule& rule : chain.rules) {
        ReadRule read = read_rule(rule, table);
        RuleAsks asks = of_chain;
        asks.own = std::move(read.asked);
        asks.translated_to = std::move(read.translated_to);
        all.push_back(std::move(asks));
      }
    }
  }
  return all;
}

}  // namespace topoproof::agreement
