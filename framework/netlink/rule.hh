// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWRULE and RTM_DELRULE: policy routing rules.
#pragma once

#include <expected>

#include "base/issue.hh"
#include "netlink/reader.hh"
#include "netlink/writer.hh"
#include "state/rule.hh"

namespace topoproof::netlink {

extern const Request kAddRule;
extern const Request kRemoveRule;
extern const Request kListRules;

void encode(const state::Rule& rule, MessageWriter& writer);
void encode_rule_listing(MessageWriter& writer);
std::expected<state::Rule, Issue> decode_rule(const Message& message);

}  // namespace topoproof::netlink
