// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/nat_rules.hh"

#include <fmt/format.h>

#include "firewall/build.hh"

namespace topoproof::firewall {
namespace {

std::string with_port(const IpAddress& address, std::uint16_t port) {
  return fmt::format(fmt::runtime(address.is_v6() ? "[{}]:{}" : "{}:{}"), to_string(address), port);
}

std::string from_out(const std::optional<Prefix>& from, const std::optional<std::string>& out) {
  std::string text;
  if (from) text += " from " + to_string(*from);
  if (out) text += " out " + *out;
  return text;
}

std::string describe_rule(const MasqueradeRule& rule) {
  return "masquerade" + from_out(rule.from, rule.out);
}

std::string describe_rule(const SourceNatRule& rule) {
  return "snat" + from_out(rule.from, rule.out) + " to " + to_string(rule.to);
}

std::string describe_rule(const PortForwardRule& rule) {
  std::string text = "port forward";
  if (rule.in) text += " in " + *rule.in;
  if (rule.address) text += " address " + to_string(*rule.address);
  return text + fmt::format(" {} {} to {}", to_string(rule.protocol), rule.port,
                            with_port(rule.to, rule.to_port));
}

bool is_of(Family family, const MasqueradeRule& rule) {
  return !rule.from || rule.from->family() == family;
}
bool is_of(Family family, const SourceNatRule& rule) { return rule.to.family() == family; }
bool is_of(Family family, const PortForwardRule& rule) { return rule.to.family() == family; }

using Statements = std::vector<Statement>;

Statements from_out_statements(const std::optional<Prefix>& from,
                               const std::optional<std::string>& out) {
  Statements statements;
  if (from) statements.push_back(ip_saddr(*from));
  if (out) statements.push_back(oifname(*out));
  statements.push_back(counter());
  return statements;
}

Statements statements_of(const MasqueradeRule& rule) {
  auto statements = from_out_statements(rule.from, rule.out);
  statements.push_back(masquerade());
  return statements;
}

Statements statements_of(const SourceNatRule& rule) {
  auto statements = from_out_statements(rule.from, rule.out);
  statements.push_back(snat_to(rule.to));
  return statements;
}

Statements statements_of(const PortForwardRule& rule) {
  Statements statements;
  if (rule.in) statements.push_back(iifname(*rule.in));
  if (rule.address) statements.push_back(ip_daddr(make_host_prefix(*rule.address)));
  statements.push_back(dport(static_cast<std::uint8_t>(rule.protocol), rule.port));
  statements.push_back(counter());
  statements.push_back(dnat_to(rule.to, rule.to_port));
  return statements;
}

Table make_table(Family family, std::span<const NatRule> rules) {
  const auto table_family = family == Family::Ipv4 ? TableFamily::Ip : TableFamily::Ip6;
  auto in =
      make_base_chain("prerouting", ChainType::Nat, Hook::Prerouting, kDestinationNatPriority);
  auto out = make_base_chain("postrouting", ChainType::Nat, Hook::Postrouting, kSourceNatPriority);
  for (const auto& rule : rules) {
    std::visit(
        [&](const auto& nat) {
          if (!is_of(family, nat)) return;
          auto& chain = std::holds_alternative<PortForwardRule>(rule) ? in : out;
          chain.rules.push_back(
              make_rule(table_family, statements_of(nat), {nat.where, describe_rule(nat)}));
        },
        rule);
  }
  Table table{.family = table_family, .name = std::string(kNatTableName)};
  if (!in.rules.empty()) table.chains.push_back(std::move(in));
  if (!out.rules.empty()) table.chains.push_back(std::move(out));
  return table;
}

}  // namespace

std::string_view to_string(TransportProtocol protocol) {
  return protocol == TransportProtocol::Tcp ? "tcp" : "udp";
}

std::string describe(const NatRule& rule) {
  return std::visit([](const auto& nat) { return describe_rule(nat); }, rule);
}

Ruleset make_nat_ruleset(std::span<const NatRule> rules) {
  Ruleset ruleset;
  for (const auto family : {Family::Ipv4, Family::Ipv6}) {
    auto table = make_table(family, rules);
    if (!table.chains.empty()) ruleset.tables.push_back(std::move(table));
  }
  return ruleset;
}

}  // namespace topoproof::firewall
