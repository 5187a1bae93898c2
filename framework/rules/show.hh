// SPDX-License-Identifier: GPL-2.0-or-later
// Rulesets for a person to read: which rule stands where, and what the kernel runs for it.
#pragma once

#include <string>

#include "firewall/describe.hh"
#include "firewall/ruleset.hh"

namespace topoproof::rules {

enum class Detail { Rules, Counters, Expressions };

// Tables, their named objects and sets, chains with their hooks, rules with file and line. With
// counters: what each rule that counts has met. With expressions: under each rule the instructions
// that the kernel runs, as `nft --debug=netlink list ruleset` prints them.
std::string show(const firewall::Ruleset& ruleset, Detail detail = Detail::Rules);

// One rule on one line that a terminal only shows: as it was written, where that is known; else as
// nft would say it; else its instructions, in brackets.
std::string rule_text(const firewall::Rule& rule, const firewall::Table& table);
// "set ports { 22, 80-90 }"; of one with much in it: "set ports: 5000 elements".
std::string set_line(const firewall::Set& set);
std::string object_line(const firewall::Object& object);  // "object c: counter pkts 0 bytes 0"
// "filter input 0, policy drop"; empty for a chain that no packet enters by itself.
std::string base_text(const firewall::Chain& chain);

// As firewall::describe; of a match or target of iptables also what it means.
std::string expression_text(const firewall::Expression& expression, firewall::TableFamily family,
                            firewall::Wording wording = firewall::Wording::Sent);

}  // namespace topoproof::rules
