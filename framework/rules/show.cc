// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/show.hh"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/printable.hh"
#include "listing/listing.hh"
#include "listing/set_text.hh"
#include "netfilter/kernel_ruleset.hh"
#include "xtables/match.hh"
#include "xtables/target.hh"

namespace topoproof::rules {
namespace {

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view kind_of(const firewall::Set& set) {
  return set.is_map() || set.is_object_map() ? "map" : "set";
}

// As they were written: where an interval ends is an element of its own for the kernel.
std::size_t count_elements(const firewall::Set& set) {
  return static_cast<std::size_t>(std::ranges::count_if(set.elements, [](const auto& element) {
    return (element.flags & firewall::kElementIntervalEnd) == 0;
  }));
}

// Beyond this many bytes only their count is said.
constexpr std::size_t kMostElementText = 160;

// Where a rule stands, or, where that is not known, which of its chain it is.
std::string place_text(const firewall::Rule& rule, std::size_t index) {
  auto place = to_string(rule.origin.where);
  return place.empty() || rule.origin.where.line == 0 ? fmt::format("rule {}", index + 1) : place;
}

std::string counter_text(const firewall::Rule& rule) {
  const auto counter = netfilter::counter_of(rule);
  return counter ? fmt::format("  ({} packets, {} bytes)", counter->packets, counter->bytes) : "";
}

// Names and texts may hold a line break, or what a terminal obeys.
std::string line(std::string_view text) { return printable(text) + '\n'; }

std::string chain_lines(const firewall::Chain& chain, const firewall::Table& table, Detail detail) {
  std::vector<std::string> places;
  std::size_t width = 0;
  for (std::size_t i = 0; i < chain.rules.size(); ++i) {
    places.push_back(printable(place_text(chain.rules[i], i)));
    width = std::max(width, places.back().size());
  }
  const auto base = base_text(chain);
  auto text = line(fmt::format("  chain {}{}{}", chain.name, base.empty() ? "" : ": ", base));
  for (std::size_t i = 0; i < chain.rules.size(); ++i) {
    text += line(fmt::format("    {:{}}  {}{}", places[i], width, rule_text(chain.rules[i], table),
                             detail == Detail::Counters ? counter_text(chain.rules[i]) : ""));
    if (detail != Detail::Expressions) continue;
    for (const auto& expression : chain.rules[i].expressions)
      text += line(fmt::format(
          "      [ {} ]", expression_text(expression, table.family, firewall::Wording::Listed)));
  }
  return text;
}

Family family_of(firewall::TableFamily family) {
  return family == firewall::TableFamily::Ip6 ? Family::Ipv6 : Family::Ipv4;
}

}  // namespace

std::string expression_text(const firewall::Expression& expression, firewall::TableFamily family,
                            firewall::Wording wording) {
  const auto text = describe(expression, wording);
  const auto packets = family_of(family);
  if (const auto* m = std::get_if<firewall::XtMatch>(&expression)) {
    return fmt::format("{} # {}", text,
                       to_string(xtables::decode_match(m->name, m->revision, m->info, packets)));
  }
  if (const auto* t = std::get_if<firewall::XtTarget>(&expression)) {
    return fmt::format("{} # {}", text,
                       to_string(xtables::decode_target(t->name, t->revision, t->info, packets)));
  }
  return text;
}

std::string rule_text(const firewall::Rule& rule, const firewall::Table& table) {
  if (!rule.origin.text.empty()) return printable(rule.origin.text);
  if (const auto text = listing::to_text(rule, table)) return printable(*text);
  std::string text;
  for (const auto& expression : rule.expressions) {
    text +=
        fmt::format("{}[ {} ]", text.empty() ? "" : " ", expression_text(expression, table.family));
  }
  return text;
}

std::string set_line(const firewall::Set& set) {
  const auto heading = fmt::format("{} {}", kind_of(set), set.name);
  const auto elements = listing::elements_text(set);
  if (elements && !elements->empty() && elements->size() <= kMostElementText)
    return fmt::format("{} {{ {} }}", heading, *elements);
  return fmt::format("{}: {}", heading, plural(count_elements(set), "element"));
}

std::string object_line(const firewall::Object& object) {
  return fmt::format("object {}: {}", object.name, describe(object.value));
}

std::string base_text(const firewall::Chain& chain) {
  if (!chain.base) return {};
  auto text = fmt::format("{} {}", to_string(chain.base->type), to_string(chain.base->hook));
  for (const auto& device : chain.base->devices) text += " device " + device;
  return fmt::format("{} {}, policy {}", text, chain.base->priority,
                     chain.base->drops ? "drop" : "accept");
}

std::string show(const firewall::Ruleset& ruleset, Detail detail) {
  std::string text;
  for (const auto& table : ruleset.tables) {
    text += line(fmt::format("table {} {}{}", to_string(table.family), table.name,
                             table.dormant ? " (dormant)" : ""));
    for (const auto& object : table.objects) text += line("  " + object_line(object));
    for (const auto& set : table.sets) {
      if (!set.is_anonymous()) text += line("  " + set_line(set));
    }
    for (const auto& chain : table.chains) text += chain_lines(chain, table, detail);
  }
  return text;
}

}  // namespace topoproof::rules
