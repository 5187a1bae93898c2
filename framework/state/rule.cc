// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/rule.hh"

#include <fmt/format.h>

namespace topoproof::state {
namespace {

std::string describe_action(const Rule& rule) {
  switch (rule.action) {
    case RuleAction::Lookup:
      return "lookup " + table_name(rule.table);
    case RuleAction::Blackhole:
      return "blackhole";
    case RuleAction::Unreachable:
      return "unreachable";
    case RuleAction::Prohibit:
      return "prohibit";
  }
  return fmt::format("action {}", static_cast<unsigned>(rule.action));
}

std::string describe_mark(const FirewallMark& mark) {
  return mark.mask == 0xffff'ffff ? fmt::format(" fwmark {:#x}", mark.value)
                                  : fmt::format(" fwmark {:#x}/{:#x}", mark.value, mark.mask);
}

}  // namespace

namespace {

std::string selector_and_action(const Rule& rule) {
  std::string text = rule.inverted ? "not from " : "from ";
  text += rule.from ? to_string(*rule.from) : "all";
  if (rule.to) text += " to " + to_string(*rule.to);
  if (rule.incoming) text += " iif " + *rule.incoming;
  if (rule.outgoing) text += " oif " + *rule.outgoing;
  if (rule.mark) text += describe_mark(*rule.mark);
  text += " " + describe_action(rule);
  if (rule.suppressed_length) {
    text += fmt::format(" suppress_prefixlength {}", *rule.suppressed_length);
  }
  return text;
}

}  // namespace

std::string to_string(const Rule& rule) {
  return fmt::format("{} priority {}", selector_and_action(rule), rule.priority);
}

std::string describe(const Rule& rule) {
  return fmt::format("{} rule {}: {}", to_string(rule.family), rule.priority,
                     selector_and_action(rule));
}

}  // namespace topoproof::state
