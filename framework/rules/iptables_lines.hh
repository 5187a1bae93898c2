// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a text of iptables-save, as iptables-restore counts them.
#pragma once

#include "rules/rule_lines.hh"
#include "rules/source.hh"

namespace topoproof::rules {

// REQUIRES: the text is of iptables or ip6tables. What was known of tables that it has is replaced:
// iptables-restore empties them first.
void read_iptables_lines(const Source& source, RuleLines& lines);

}  // namespace topoproof::rules
