// SPDX-License-Identifier: GPL-2.0-or-later
// What rules ask of packets, as far as packets can be made from it: the constants in their matches,
// with those of the rules that jump to them. What is not read here is no mistake: packets are then
// only less likely to meet the rule.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hh"
#include "firewall/ruleset.hh"

namespace topoproof::agreement {

enum class Field {
  In,  // names of interfaces; one that ends with '*' stands for all that begin so
  Out,
  Protocol,
  NetworkFamily,  // 2 or 10 (NFPROTO_*)
  Source,
  Destination,
  SourcePort,
  DestinationPort,
  IcmpType,
  IcmpCode,
  TcpFlags,
  Ttl,
  Length,
};
std::string_view to_string(Field field);

// The field lies between these, or outside of them. In network order; of interfaces both are the
// name.
struct Asked {
  Field field = Field::Source;
  Bytes low;
  Bytes high;
  bool inverted = false;
};

// All that packets for one rule should have, the rule's own last.
struct RuleAsks {
  firewall::TableFamily family = firewall::TableFamily::Ip;
  std::optional<firewall::Hook> hook;  // none: no base chain leads there
  std::vector<Asked> inherited;        // from the rules that jump there
  std::vector<Asked> own;
  std::vector<Bytes> translated_to;  // addresses of its destination NAT
};

// Of all rules, in their order.
std::vector<RuleAsks> read_ruleset(const firewall::Ruleset& ruleset);

// What one rule asks, and the chains that it leads to, each with what is asked in addition (the key
// of a verdict map).
struct Way {
  std::string chain;
  std::vector<Asked> asked;
};
struct ReadRule {
  std::vector<Asked> asked;
  std::vector<Way> ways;
  std::vector<Bytes> translated_to;
};
ReadRule read_rule(const firewall::Rule& rule, const firewall::Table& table);

// What a match of x_tables asks.
std::vector<Asked> read_match(const firewall::XtMatch& match, Family family);

}  // namespace topoproof::agreement
