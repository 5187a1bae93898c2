// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of nf_tables (a dump, or a batch of ours) back to a ruleset. Not for bytes of unknown
// origin: libnftnl trusts lengths within expressions.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hh"
#include "base/issue.hh"
#include "firewall/ruleset.hh"
#include "nft/batch_ids.hh"

namespace topoproof::nft {

class RulesetDecoder {
 public:
  // One message with its netlink header: NEWTABLE, NEWCHAIN, NEWSET, NEWSETELEM, NEWOBJ,
  // NEWFLOWTABLE or NEWRULE, each after what it belongs to; begin and end of a batch are passed
  // over.
  // RETURNS: an issue that names what the IR does not have; then the ruleset is incomplete.
  std::optional<Issue> add(BytesView message);

  const firewall::Ruleset& ruleset() const { return ruleset_; }
  firewall::Ruleset take() { return std::move(ruleset_); }

 private:
  std::optional<Issue> add_table(BytesView message);
  std::optional<Issue> add_chain(BytesView message);
  std::optional<Issue> add_set(BytesView message);
  std::optional<Issue> add_elements(BytesView message);
  std::optional<Issue> add_rule(BytesView message);
  std::optional<Issue> add_object(BytesView message);
  std::optional<Issue> add_flowtable(BytesView message);
  firewall::Chain* chain_of(firewall::Table& table, BytesView rule_message);
  firewall::Table* table(std::uint32_t family, const char* name);

  firewall::Ruleset ruleset_;
  BatchNames names_;  // of anonymous sets and chains of a batch
};

}  // namespace topoproof::nft
