// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/jump_loop.hh"

#include <algorithm>
#include <map>
#include <string_view>

namespace topoproof::firewall {
namespace {

// Calls f(chain name) for each chain that the expression may send a packet to.
template <class F>
void for_each_target(const Expression& expression, const Table& table, const F& f) {
  if (const auto* verdict = std::get_if<Verdict>(&expression)) {
    if (!verdict->chain.empty()) f(verdict->chain);
  }
  const auto* lookup = std::get_if<Lookup>(&expression);
  if (lookup == nullptr || lookup->to != kVerdictRegister) return;
  const auto* set = find_set(table, lookup->set);
  if (set == nullptr) return;
  for (const auto& element : set->elements) {
    const auto* verdict = std::get_if<Verdict>(&element.data);
    if (verdict != nullptr && !verdict->chain.empty()) f(verdict->chain);
  }
}

class Search {
 public:
  explicit Search(const Table& table) : table_(table) {
    for (const auto& chain : table.chains) chains_.emplace(chain.name, &chain);
  }

  std::optional<JumpLoop> run() {
    for (const auto& chain : table_.chains) {
      visit(chain);
      if (found_) break;
    }
    return std::move(found_);
  }

 private:
  // Each chain is looked through once: again only where it is reached by a longer way.
  void visit(const Chain& chain) {
    auto& depth = depths_[&chain];
    if (depth > way_.size()) return;
    depth = way_.size() + 1;
    way_.push_back(&chain);
    for (const auto& rule : chain.rules) {
      for (const auto& expression : rule.expressions) {
        for_each_target(expression, table_, [&](const std::string& name) { go(name, rule); });
      }
    }
    way_.pop_back();
  }

  void go(const std::string& name, const Rule& rule) {
    const auto target = chains_.find(name);
    if (found_ || target == chains_.end()) return;
    const bool is_loop = std::ranges::find(way_, target->second) != way_.end();
    if (is_loop || way_.size() >= kJumpDepthMax) {
      found_ = JumpLoop{.table = &table_, .rule = &rule, .chains = way_};
    } else {
      visit(*target->second);
    }
  }

  const Table& table_;
  std::map<std::string_view, const Chain*> chains_;
  std::map<const Chain*, std::size_t> depths_;
  std::vector<const Chain*> way_;
  std::optional<JumpLoop> found_;
};

}  // namespace

std::optional<JumpLoop> find_jump_loop(const Ruleset& ruleset) {
  for (const auto& table : ruleset.tables) {
    if (auto found = Search(table).run()) return found;
  }
  return std::nullopt;
}

}  // namespace topoproof::firewall
