// SPDX-License-Identifier: GPL-2.0-or-later
// Where the rules of nodes were written, on its way from the holder to whoever shows them.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "base/issue.hh"
#include "live/client.hh"
#include "rules/rule_lines.hh"

namespace topoproof::live {

using NodeRuleLines = std::map<std::string, rules::RuleLines>;  // by the node's name

std::string to_json(const NodeRuleLines& lines);
// Of a running lab. THROWS: as Client::ask
NodeRuleLines rule_lines_of(Client& client);
std::expected<NodeRuleLines, Issue> parse_rule_lines(std::string_view json);

}  // namespace topoproof::live
