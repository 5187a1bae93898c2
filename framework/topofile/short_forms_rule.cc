// SPDX-License-Identifier: GPL-2.0-or-later
// Policy routing rules in the words of ip-rule(8).
#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/interface_name.hh"
#include "topofile/short_forms.hh"

namespace topoproof::topofile {
namespace {

using document::option;
using document::Sentence;
using state::RuleAction;

// Decimal, or with 0x before it. RETURNS: nothing if it is no number of 32 bits.
std::optional<std::uint32_t> parse_number(std::string_view text) {
  const bool is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  std::uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, is_hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::expected<state::FirewallMark, Issue> parse_mark(std::string_view text) {
  const auto slash = text.find('/');
  const auto value = parse_number(text.substr(0, slash));
  const auto mask = slash == std::string_view::npos ? std::optional(0xffff'ffffU)
                                                    : parse_number(text.substr(slash + 1));
  if (value && mask && (*value & ~*mask) == 0) return state::FirewallMark{*value, *mask};
  return std::unexpected(
      make_issue(fmt::format("'{}' is no mark like 0x1 or 0x1/0xff, within its mask", text)));
}

// All addresses are none.
std::expected<std::optional<Prefix>, Issue> parse_selector(std::string_view text) {
  if (text == "all" || text == "any") return std::optional<Prefix>();
  const auto prefix = Prefix::parse(text);
  if (!prefix) return std::unexpected(prefix.error());
  return std::optional(*prefix);
}

struct Draft {
  state::Rule rule{.from = {}};
  std::optional<std::uint32_t> table = {};
  std::optional<RuleAction> action = {};
};

Sentence::Option refusing(std::string_view word, RuleAction action, Draft& draft) {
  return {word, [action, &draft](Sentence&) { draft.action = action; }};
}

void settle_family(Sentence& words, const Location& where, bool says_ipv6, state::Rule& rule) {
  std::optional<Family> family;
  if (says_ipv6) family = Family::Ipv6;
  for (const std::optional<Prefix>& prefix : {rule.from, rule.to}) {
    if (!prefix) continue;
    if (family && *family != prefix->family()) {
      words.refuse(where, fmt::format("{} is not of the family of the rule, which is {}",
                                      to_string(*prefix), to_string(*family)));
    }
    family = prefix->family();
  }
  rule.family = family.value_or(Family::Ipv4);
  if (rule.from && rule.from->is_default()) rule.from.reset();
  if (rule.to && rule.to->is_default()) rule.to.reset();
}

void settle_action(Sentence& words, const Location& where, Draft& draft) {
  if (draft.table.has_value() == draft.action.has_value()) {
    return words.refuse(where,
                        "a rule needs one of 'lookup TABLE', 'blackhole', 'unreachable' and "
                        "'prohibit'");
  }
  draft.rule.action = draft.action.value_or(RuleAction::Lookup);
  draft.rule.table = draft.table.value_or(0);
  if (draft.action && draft.rule.suppressed_length) {
    words.refuse(where, "suppress_prefixlength is of 'lookup TABLE'");
  }
}

}  // namespace

std::expected<std::uint32_t, Issue> parse_table(std::string_view text) {
  if (text == "main") return state::kTableMain;
  if (text == "local") return state::kTableLocal;
  if (text == "default") return state::kTableDefault;
  const auto number = parse_number(text);
  if (number && *number != 0) return *number;
  return std::unexpected(make_issue(
      fmt::format("'{}' is no routing table: main, local, default, or a number from 1 on", text)));
}

std::optional<state::Rule> read_policy_rule(const document::Node& node, Issues& issues) {
  Sentence words(node, "a rule like 'from 10.0.0.0/8 lookup 100'", issues);
  const Location where = words.where();
  Draft draft;
  state::Rule& rule = draft.rule;
  const bool says_ipv6 = words.skip("ipv6");
  rule.inverted = words.skip("not");
  const auto number = document::integer<std::uint32_t>(1, 0xffff'ffff);
  words.options({option("from", "a network or 'all'", parse_selector, rule.from),
                 option("to", "a network or 'all'", parse_selector, rule.to),
                 option("iif", "an interface", parse_interface_name, rule.incoming),
                 option("oif", "an interface", parse_interface_name, rule.outgoing),
                 option("fwmark", "a mark", parse_mark, rule.mark),
                 option("lookup", "a table", parse_table, draft.table),
                 option("table", "a table", parse_table, draft.table),
                 refusing("blackhole", RuleAction::Blackhole, draft),
                 refusing("unreachable", RuleAction::Unreachable, draft),
                 refusing("prohibit", RuleAction::Prohibit, draft),
                 option("suppress_prefixlength", "a length",
                        document::integer<std::uint8_t>(0, 128), rule.suppressed_length),
                 option("priority", "a number", number, rule.priority),
                 option("pref", "a number", number, rule.priority)});
  if (words.failed()) return std::nullopt;
  settle_family(words, where, says_ipv6, rule);
  settle_action(words, where, draft);
  if (words.failed()) return std::nullopt;
  return rule;
}

void give_priorities(std::vector<topology::Located<state::Rule>>& rules) {
  constexpr std::uint32_t kMain = 32766;  // of the kernel's rule for the table main
  std::map<Family, std::uint32_t> first{{Family::Ipv4, kMain}, {Family::Ipv6, kMain}};
  for (auto& [rule, where] : rules) {
    std::uint32_t& lowest = first[rule.family];
    if (rule.priority == 0) rule.priority = lowest - 1;
    lowest = std::min(lowest, rule.priority);
  }
}

}  // namespace topoproof::topofile
