// SPDX-License-Identifier: GPL-2.0-or-later
// The mistakes that can be made in one rule: each gives the rule as it would be then. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/ip_address.hh"
#include "firewall/ruleset.hh"

namespace topoproof::mutation {

// What else one could have meant.
struct Alternatives {
  std::vector<IpAddress> hosts;         // all addresses of the network, the node's own last
  std::vector<IpAddress> own;           // of the node
  std::vector<std::string> interfaces;  // of the node, without the loopback
  // Of the node's destination NAT: the port that it asks for, and that it writes.
  std::vector<std::pair<std::uint16_t, std::uint16_t>> translated_ports;
};

struct RuleVariant {
  std::string what;  // "port + 1"
  firewall::Rule rule;
};
using RuleVariants = std::vector<RuleVariant>;

// One test of the rule left out, turned round, or asking for something near: another port, address,
// network, protocol, interface, connection state.
void add_changed_tests(const firewall::Rule& rule, const Alternatives& others, RuleVariants& out);

// Another verdict, or another translation. `base`: of the chain, if it has one.
void add_changed_actions(const firewall::Rule& rule, const firewall::Table& table,
                         const firewall::BaseChain* base, const Alternatives& others,
                         RuleVariants& out);

// The destination ports that rules ask for and then write.
std::vector<std::pair<std::uint16_t, std::uint16_t>> translated_ports(
    const firewall::Ruleset& ruleset);

}  // namespace topoproof::mutation
