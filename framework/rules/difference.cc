// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/difference.hh"

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "firewall/describe.hh"
#include "rules/registration.hh"
#include "rules/set_effect.hh"
#include "rules/show.hh"

namespace topoproof::rules {
namespace {

// One thing that may stand in one ruleset or in both: what it is, and how it is said.
struct Item {
  std::string key;
  std::string shown;
};
using Items = std::vector<Item>;

std::string marked(char mark, const Item& item) {
  return fmt::format("{}   {}\n", mark, item.shown);
}

// Beyond this many pairs all that differs is said to, in its order.
constexpr std::size_t kMostPairs = 16'000'000;

class Sequences {
 public:
  Sequences(std::span<const Item> a, std::span<const Item> b) : a_(a), b_(b) {
    while (!a_.empty() && !b_.empty() && a_.front().key == b_.front().key) {
      a_ = a_.subspan(1);
      b_ = b_.subspan(1);
    }
    while (!a_.empty() && !b_.empty() && a_.back().key == b_.back().key) {
      a_ = a_.first(a_.size() - 1);
      b_ = b_.first(b_.size() - 1);
    }
  }

  std::string lines() {
    if (a_.size() * b_.size() <= kMostPairs) measure();
    std::string text;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a_.size() || j < b_.size()) {
      if (i < a_.size() && j < b_.size() && is_common(i, j)) {
        ++i;
        ++j;
      } else if (i < a_.size() && (j == b_.size() || common(i + 1, j) >= common(i, j + 1))) {
        text += marked('-', a_[i++]);
      } else {
        text += marked('+', b_[j++]);
      }
    }
    return text;
  }

 private:
  // How many items at most both have in the same order from i and j on.
  void measure() {
    lengths_.assign((a_.size() + 1) * (b_.size() + 1), 0);
    for (std::size_t i = a_.size(); i-- > 0;) {
      for (std::size_t j = b_.size(); j-- > 0;) {
        lengths_[place(i, j)] = a_[i].key == b_[j].key
                                    ? common(i + 1, j + 1) + 1
                                    : std::max(common(i + 1, j), common(i, j + 1));
      }
    }
  }
  std::size_t place(std::size_t i, std::size_t j) const { return i * (b_.size() + 1) + j; }
  std::uint32_t common(std::size_t i, std::size_t j) const {
    return lengths_.empty() ? 0 : lengths_[place(i, j)];
  }
  bool is_common(std::size_t i, std::size_t j) const {
    return !lengths_.empty() && a_[i].key == b_[j].key;
  }

  std::span<const Item> a_;
  std::span<const Item> b_;
  std::vector<std::uint32_t> lengths_;
};

// What a rule does. Anonymous sets and chains are named by the kernel: what counts is what is in
// them.
struct Meaning {
  firewall::Rule rule;
  std::vector<firewall::Set> sets;
  std::vector<Meaning> block;  // of the anonymous chain that it jumps to
  friend bool operator==(const Meaning&, const Meaning&) = default;
};

class MeaningOf {
 public:
  explicit MeaningOf(const firewall::Table& table) : table_(table) {}

  Meaning rule(const firewall::Rule& rule) const {
    Meaning meaning{.rule = rule, .sets = {}, .block = {}};
    meaning.rule.origin = {};
    meaning.rule.userdata.clear();
    for (auto& expression : meaning.rule.expressions) {
      if (auto* lookup = std::get_if<firewall::Lookup>(&expression)) take(lookup->set, meaning);
      if (auto* object = std::get_if<firewall::ObjectLookup>(&expression)) {
        take(object->set, meaning);
      }
      if (auto* verdict = std::get_if<firewall::Verdict>(&expression)) follow(*verdict, meaning);
    }
    return meaning;
  }

 private:
  void take(std::string& name, Meaning& meaning) const {
    const auto* set = find_set(table_, name);
    if (set == nullptr || !set->is_anonymous()) return;
    meaning.sets.push_back(effect_of(*set));
    meaning.sets.back().name.clear();
    name.clear();
  }
  void follow(firewall::Verdict& verdict, Meaning& meaning) const {
    const auto* chain = find_chain(table_, verdict.chain);
    if (chain == nullptr || !chain->is_anonymous()) return;
    for (const auto& each : chain->rules) meaning.block.push_back(rule(each));
    verdict.chain.clear();
  }

  const firewall::Table& table_;
};

// Keys that are equal where values are. Values that are said alike may still differ: they are
// numbered.
template <class T>
class Keys {
 public:
  std::string of(const std::string& said, const T& value) {
    auto& alike = known_[said];
    const auto found = std::ranges::find(alike, value);
    const auto number = found - alike.begin();
    if (found == alike.end()) alike.push_back(value);
    return fmt::format("{}#{}", said, number);
  }

 private:
  std::map<std::string, std::vector<T>> known_;
};

struct AllKeys {
  Keys<Meaning> rules;
  Keys<firewall::Set> sets;
  Keys<firewall::Object> objects;
};

std::string said(const Meaning& meaning) {
  std::string text;
  for (const auto& expression : meaning.rule.expressions) text += describe(expression) + "\n";
  return text;
}

Items rules_of(const firewall::Chain* chain, const firewall::Table& table, AllKeys& keys) {
  Items items;
  if (chain == nullptr) return items;
  const MeaningOf meaning_of(table);
  for (const auto& rule : chain->rules) {
    const auto meaning = meaning_of.rule(rule);
    const auto where = to_string(rule.origin.where);
    items.push_back(
        {keys.rules.of(said(meaning), meaning),
         fmt::format("{}{}{}", where, where.empty() ? "" : "  ", rule_text(rule, table))});
  }
  return items;
}

std::string heading(const firewall::Chain& chain) {
  const auto base = base_text(chain);
  return fmt::format("chain {}{}{}", chain.name, base.empty() ? "" : ": ", base);
}

std::string chain_lines(const firewall::Chain* a, const firewall::Chain* b,
                        const firewall::Table& table_a, const firewall::Table& table_b,
                        AllKeys& keys) {
  const auto before = a == nullptr ? "" : heading(*a);
  const auto after = b == nullptr ? "" : heading(*b);
  const auto items_a = rules_of(a, table_a, keys);
  const auto items_b = rules_of(b, table_b, keys);
  const auto rules = Sequences(items_a, items_b).lines();
  if (before == after) return rules.empty() ? "" : fmt::format("  {}\n{}", before, rules);
  return (a == nullptr ? "" : fmt::format("- {}\n", before)) +
         (b == nullptr ? "" : fmt::format("+ {}\n", after)) + rules;
}

// Their order does not count, nor that of elements.
Items sets_of(const firewall::Table& table, Keys<firewall::Set>& keys) {
  Items items;
  for (firewall::Set set : table.sets) {
    if (set.is_anonymous()) continue;
    for (auto& element : set.elements) element.userdata.clear();
    items.push_back({keys.of(set.name, effect_of(set)), set_line(set)});
  }
  std::ranges::sort(items, {}, &Item::key);
  return items;
}

// Sets that differ where their lines do not show it: what they are is said as well.
void tell_apart(Items& a, Items& b, const firewall::Table& table_a,
                const firewall::Table& table_b) {
  const auto set_of = [](const Item& item, const firewall::Table& table) {
    return find_set(table, item.key.substr(0, item.key.rfind('#')));
  };
  for (auto& before : a) {
    const auto after = std::ranges::find(b, before.shown, &Item::shown);
    if (after == b.end() || after->key == before.key) continue;
    const auto said_a = settings_of(*set_of(before, table_a));
    const auto said_b = settings_of(*set_of(*after, table_b));
    const bool is_alike = said_a == said_b;
    before.shown += fmt::format(" ({})", is_alike ? "its elements before" : said_a);
    after->shown += fmt::format(" ({})", is_alike ? "other elements, or what they do" : said_b);
  }
}

Items objects_of(const firewall::Table& table, Keys<firewall::Object>& keys) {
  Items items;
  for (firewall::Object object : table.objects) {
    object.origin = {};
    object.userdata.clear();
    items.push_back({keys.of(object.name, object), object_line(object)});
  }
  std::ranges::sort(items, {}, &Item::key);
  return items;
}

template <class T>
std::vector<std::string> names(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<std::string> all;
  for (const auto* list : {&a, &b}) {
    for (const auto& item : *list) {
      if (item.is_anonymous()) continue;  // shown with the rule that jumps there
      if (std::ranges::find(all, item.name) == all.end()) all.push_back(item.name);
    }
  }
  return all;
}

std::string table_lines(const firewall::Table& a, const firewall::Table& b) {
  AllKeys keys;
  const auto objects_a = objects_of(a, keys.objects);
  const auto objects_b = objects_of(b, keys.objects);
  auto sets_a = sets_of(a, keys.sets);
  auto sets_b = sets_of(b, keys.sets);
  tell_apart(sets_a, sets_b, a, b);
  auto text = Sequences(objects_a, objects_b).lines() + Sequences(sets_a, sets_b).lines();
  for (const auto& name : names(a.chains, b.chains))
    text += chain_lines(find_chain(a, name), find_chain(b, name), a, b, keys);
  return text;
}

using TableName = std::pair<firewall::TableFamily, std::string>;
using Tables = std::map<TableName, std::pair<const firewall::Table*, const firewall::Table*>>;

std::string side(char mark, const firewall::Table* table) {
  return table == nullptr ? ""
                          : fmt::format("{} table {} {}{}\n", mark, to_string(table->family),
                                        table->name, table->dormant ? " (dormant)" : "");
}

std::string difference_of(const firewall::Table* a, const firewall::Table* b) {
  const firewall::Table none;
  const auto lines = table_lines(a == nullptr ? none : *a, b == nullptr ? none : *b);
  const bool is_same = a != nullptr && b != nullptr && a->dormant == b->dormant;
  if (is_same) return lines.empty() ? "" : side(' ', a) + lines;
  return side('-', a) + side('+', b) + lines;
}

std::string order_line(char mark, const MeetingPlace& place, const std::vector<ChainName>& chains) {
  std::string names;
  for (const auto& chain : chains) {  // the one registered last is met first
    const auto name = fmt::format("{} {} {}", to_string(chain.family), chain.table, chain.chain);
    names = names.empty() ? name : fmt::format("{}, {}", name, names);
  }
  return fmt::format("{} packets at {} {} of {}{} meet chains: {}\n", mark, to_string(place.hook),
                     place.priority, place.device.empty() ? to_string(place.family) : "device ",
                     place.device, names);
}

// Chains that both have at one hook and priority, and packets meet in another order.
std::string order_lines(const firewall::Ruleset& a, const firewall::Ruleset& b) {
  const auto of_both = [](const std::vector<ChainName>& some,
                          const std::vector<ChainName>& others) {
    auto kept = some;
    std::erase_if(kept, [&](const ChainName& chain) {
      return std::ranges::find(others, chain) == others.end();
    });
    return kept;
  };
  std::string text;
  const auto places_b = meetings(b);
  for (const auto& [place, chains] : meetings(a)) {
    const auto other = places_b.find(place);
    if (other == places_b.end()) continue;
    const auto before = of_both(chains, other->second);
    const auto after = of_both(other->second, chains);
    if (before != after) text += order_line('-', place, before) + order_line('+', place, after);
  }
  return text;
}

}  // namespace

std::string difference(const firewall::Ruleset& a, const firewall::Ruleset& b) {
  // Origins are for showing only; the rest of the state is not.
  const auto bare = [](const firewall::Ruleset& ruleset) {
    auto copy = without_state(ruleset);
    for (std::size_t t = 0; t < copy.tables.size(); ++t) {
      const auto* table = find_table(ruleset, copy.tables[t].family, copy.tables[t].name);
      for (auto& chain : copy.tables[t].chains) {
        const auto* source = table == nullptr ? nullptr : find_chain(*table, chain.name);
        for (std::size_t i = 0; source != nullptr && i < chain.rules.size(); ++i)
          chain.rules[i].origin = source->rules.at(i).origin;
      }
    }
    return copy;
  };
  const auto bare_a = bare(a);
  const auto bare_b = bare(b);
  Tables tables;
  for (const auto& table : bare_a.tables) tables[{table.family, table.name}].first = &table;
  for (const auto& table : bare_b.tables) tables[{table.family, table.name}].second = &table;
  std::string text;
  for (const auto& [name, sides] : tables) text += difference_of(sides.first, sides.second);
  return text + order_lines(bare_a, bare_b);
}

}  // namespace topoproof::rules
