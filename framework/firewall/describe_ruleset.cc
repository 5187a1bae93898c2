// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "firewall/describe.hh"

namespace topoproof::firewall {
namespace {

std::string line(const Element& element) {
  auto text = "    element " + to_hex(element.key);
  if (!element.key_high.empty()) text += " - " + to_hex(element.key_high);
  if (const auto* data = std::get_if<Bytes>(&element.data)) text += " : " + to_hex(*data);
  if (const auto* verdict = std::get_if<Verdict>(&element.data)) text += " : " + describe(*verdict);
  if (element.timeout_ms != 0) text += fmt::format(" timeout {} ms", element.timeout_ms);
  if (!element.userdata.empty()) text += " userdata " + to_hex(element.userdata);
  return text + fmt::format(" flags {}\n", element.flags);
}

std::string lines(const Set& set) {
  auto text =
      fmt::format("  set {} flags {} key {}/{} data {}/{} timeout {} ms size {} userdata {}\n",
                  set.name, set.flags, set.key_type, set.key_length, set.data_type, set.data_length,
                  set.timeout_ms, set.size, to_hex(set.userdata));
  for (const auto length : set.field_lengths) text += fmt::format("    field {}\n", length);
  for (const auto& element : set.elements) text += line(element);
  return text;
}

std::string lines(const Rule& rule) {
  auto text = fmt::format("    rule {} {} {} userdata {}\n", rule.handle,
                          to_string(rule.origin.where), rule.origin.text, to_hex(rule.userdata));
  for (const auto& expression : rule.expressions) text += "      " + describe(expression) + "\n";
  return text;
}

std::string lines(const Chain& chain) {
  auto text = "  chain " + chain.name;
  if (const auto& base = chain.base) {
    text += fmt::format(" type {} hook {} priority {} policy {}", to_string(base->type),
                        to_string(base->hook), base->priority, base->drops ? "drop" : "accept");
    for (const auto& device : base->devices) text += " device " + device;
  }
  text += "\n";
  for (const auto& rule : chain.rules) text += lines(rule);
  return text;
}

}  // namespace

std::string describe(const Ruleset& ruleset) {
  std::string text;
  for (const auto& table : ruleset.tables) {
    text += fmt::format("table {} {}{}\n", to_string(table.family), table.name,
                        table.dormant ? " dormant" : "");
    for (const auto& set : table.sets) text += lines(set);
    for (const auto& chain : table.chains) text += lines(chain);
  }
  return text;
}

}  // namespace topoproof::firewall
