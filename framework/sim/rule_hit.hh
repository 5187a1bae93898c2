// SPDX-License-Identifier: GPL-2.0-or-later
// Which rule, policy or part of netfilter decided about a packet.
#pragma once

#include <string>
#include <string_view>

#include "firewall/ruleset.hh"

namespace topoproof::sim {

// Points into the node's ruleset.
struct RuleHit {
  const firewall::Table* table = nullptr;
  const firewall::Chain* chain = nullptr;
  const firewall::Rule* rule = nullptr;  // null: the policy, or no rule at all
  std::string_view why = {};             // of NAT and connection tracking; static text
};

// "web.topo.yaml:7 inet filter input: tcp dport 22 drop", as of the kernel's own trace.
std::string describe(const RuleHit& hit);

}  // namespace topoproof::sim
