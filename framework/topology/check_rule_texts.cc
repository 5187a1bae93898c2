// SPDX-License-Identifier: GPL-2.0-or-later
// What can be said of the user's own rules without loading them. Their grammar is nft's and
// iptables'; here only words are looked at, so only warnings come of it.
#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

// The words of one rule, and the line of the text that it begins on.
struct Statement {
  int line = 0;
  std::set<std::string, std::less<>> words = {};

  bool has_any(std::span<const std::string_view> wanted) const {
    return std::ranges::any_of(wanted, [&](std::string_view w) { return words.contains(w); });
  }
};

bool ends_statement(char c, RulesText::Language language) {
  if (c == '\n') return true;
  return language == RulesText::Language::Nft && (c == ';' || c == '{' || c == '}');
}

// Statements end with the line, and in nft with ';' and braces; comments are left out.
std::vector<Statement> statements_of(const RulesText& rules) {
  std::vector<Statement> statements(1);
  std::string word;
  int line = 0;
  bool comment = false;
  const auto end_word = [&] {
    if (!word.empty()) statements.back().words.insert(std::exchange(word, {}));
  };
  for (const char c : rules.text + '\n') {
    comment = c != '\n' && (comment || c == '#');
    const bool end = ends_statement(c, rules.language);
    if (end || c == ' ' || c == '\t')
      end_word();
    else if (!comment)
      word += c;
    if (c == '\n') ++line;
    if (end) statements.push_back({.line = line});
  }
  return statements;
}

constexpr std::array<std::string_view, 2> kNftTranslations{"dnat", "redirect"};
constexpr std::array<std::string_view, 5> kNftLimits{"daddr", "iif", "iifname", "fib", "iifgroup"};
constexpr std::array<std::string_view, 2> kIptablesTranslations{"DNAT", "REDIRECT"};
constexpr std::array<std::string_view, 6> kIptablesLimits{"-d", "--destination",  "--dst",
                                                          "-i", "--in-interface", "addrtype"};

// Destination NAT that any packet can meet: on its way through a router as well.
bool takes_what_is_forwarded(const Statement& statement, RulesText::Language language) {
  if (language == RulesText::Language::Nft) {
    return statement.has_any(kNftTranslations) && !statement.has_any(kNftLimits);
  }
  return statement.has_any(kIptablesTranslations) && !statement.has_any(kIptablesLimits);
}

void check_text(const Node& node, const RulesText& rules, Issues& issues) {
  if (!node.forwarding || rules.language == RulesText::Language::Compiled) return;
  for (const Statement& statement : statements_of(rules)) {
    if (!takes_what_is_forwarded(statement, rules.language)) continue;
    Location where = rules.where;
    where.line += statement.line;
    where.column = 0;
    issues.push_back(make_warning(
        where,
        fmt::format("this destination NAT names neither an address nor an input interface: "
                    "it also takes packets that '{}' only forwards, to whomever they are sent",
                    node.name)));
  }
}

}  // namespace

void check_rule_texts(const Topology& topology, Issues& issues) {
  for (const Node& node : topology.nodes()) {
    for (const RulesText& rules : node.rules) check_text(node, rules, issues);
  }
}

}  // namespace topoproof::topology
