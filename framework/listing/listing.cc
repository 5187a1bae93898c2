// SPDX-License-Identifier: GPL-2.0-or-later
#include "listing/listing.hh"

#include <fmt/format.h>

#include "firewall/describe.hh"
#include "listing/rule_text.hh"
#include "listing/set_text.hh"

namespace topoproof::listing {
namespace {

using Text = std::expected<std::string, Issue>;

std::string base_text(const BaseChain& base) {
  std::string devices;
  for (const auto& device : base.devices) {
    devices += (devices.empty() ? "" : ", ") + quoted(device);
  }
  if (!devices.empty()) devices = fmt::format(" devices = {{ {} }}", devices);
  return fmt::format("\t\ttype {} hook {}{} priority {}; policy {};\n", to_string(base.type),
                     to_string(base.hook), devices, base.priority, base.drops ? "drop" : "accept");
}

Text chain_text(const Chain& chain, const Table& table) {
  if (chain.flags != 0 || !chain.userdata.empty()) {
    return std::unexpected(make_issue(
        chain.origin.where,
        fmt::format("the flags or comment of chain '{}' cannot be said as nft text", chain.name)));
  }
  auto text = fmt::format("\tchain {} {{\n", chain.name);
  if (chain.base) text += base_text(*chain.base);
  for (const auto& rule : chain.rules) {
    const auto line = to_text(rule, table);
    if (!line) return line;
    text += "\t\t" + *line + "\n";
  }
  return text + "\t}\n";
}

Text table_text(const Table& table) {
  auto text = fmt::format("table {} {} {{\n", to_string(table.family), table.name);
  if (table.dormant) text += "\tflags dormant\n";
  if (table.owned || !table.objects.empty() || !table.flowtables.empty()) {
    return std::unexpected(make_issue(
        table.origin.where,
        fmt::format("the objects or flags of table '{}' cannot be said as nft text", table.name)));
  }
  for (const auto& set : table.sets) {
    if (set.is_anonymous()) continue;  // said where it is looked up
    const auto part = set_text(set);
    if (!part) {
      return std::unexpected(make_issue(
          set.origin.where, fmt::format("set '{}' cannot be said as nft text", set.name)));
    }
    text += *part;
  }
  for (const auto& chain : table.chains) {
    const auto part = chain_text(chain, table);
    if (!part) return part;
    text += *part;
  }
  return text + "}\n";
}

}  // namespace

Text to_text(const Rule& rule, const Table& table) {
  const auto refuse = [&](const Expression& e) {
    return std::unexpected(
        make_issue(rule.origin.where, fmt::format("'{}' cannot be said as nft text", describe(e))));
  };
  RuleText text(table);
  for (const auto& expression : rule.expressions) {
    if (!text.add(expression)) return refuse(expression);
  }
  auto line = text.take();
  if (!line) return refuse(rule.expressions.back());
  if (const auto comment = comment_of(rule); !comment.empty()) {
    *line += " comment " + quoted(comment);
  }
  return *line;
}

Text to_text(const Ruleset& ruleset) {
  std::string text;
  for (const auto& table : ruleset.tables) {
    const auto part = table_text(table);
    if (!part) return part;
    text += *part;
  }
  return text;
}

}  // namespace topoproof::listing
