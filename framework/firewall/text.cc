// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/text.hh"

#include <fmt/format.h>

#include "firewall/describe.hh"
#include "firewall/rule_text.hh"

namespace topoproof::firewall {
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
  auto text = fmt::format("\tchain {} {{\n", chain.name);
  if (chain.base) text += base_text(*chain.base);
  for (const auto& rule : chain.rules) {
    const auto line = to_text(rule, table);
    if (!line) return line;
    text += "\t\t" + *line + "\n";
  }
  return text + "\t}\n";
}

struct KeyType {
  std::string_view name;
  ValueForm form = ValueForm::Number;
};

std::optional<KeyType> key_type(std::uint32_t type) {
  switch (type) {
    case kTypeIpv4:
      return KeyType{"ipv4_addr", ValueForm::Address};
    case kTypeIpv6:
      return KeyType{"ipv6_addr", ValueForm::Address};
    case kTypePort:
      return KeyType{"inet_service", ValueForm::Number};
    case kTypeProtocol:
      return KeyType{"inet_proto", ValueForm::Protocol};
    case kTypeMark:
      return KeyType{"mark", ValueForm::Mark};
    case kTypeInterfaceName:
      return KeyType{"ifname", ValueForm::Name};
    default:
      return std::nullopt;
  }
}

Text set_text(const Set& set) {
  const auto type = key_type(set.key_type);
  const auto elements = type ? elements_text(set, type->form) : std::nullopt;
  if (!elements) {
    return std::unexpected(
        make_issue(fmt::format("set '{}' cannot be said as nft text", set.name)));
  }
  auto text = fmt::format("\tset {} {{\n\t\ttype {}\n", set.name, type->name);
  if ((set.flags & kSetConstant) != 0) text += "\t\tflags constant\n";
  if (!elements->empty()) text += fmt::format("\t\telements = {{ {} }}\n", *elements);
  return text + "\t}\n";
}

Text table_text(const Table& table) {
  auto text = fmt::format("table {} {} {{\n", to_string(table.family), table.name);
  if (table.dormant) text += "\tflags dormant\n";
  for (const auto& set : table.sets) {
    if (set.is_anonymous()) continue;  // said where it is looked up
    const auto part = set_text(set);
    if (!part) return part;
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

}  // namespace topoproof::firewall
