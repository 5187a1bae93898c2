// SPDX-License-Identifier: GPL-2.0-or-later
// Loads the firewall steps of a plan into running namespaces.
#pragma once

#include <stdexcept>
#include <string>

#include "base/issue.hh"
#include "lab/namespaces.hh"
#include "plan/operation.hh"

namespace topoproof::lab {

// Rules that libnftables or the kernel refuses: most often a mistake in the user's own text, which
// the issues name by file and line.
class RulesRefused : public std::runtime_error {
 public:
  RulesRefused(const std::string& attempt, Issues issues);
  const Issues& issues() const { return issues_; }

 private:
  Issues issues_;
};

// RETURNS, all of them: what is refused; empty if all is done. THROWS: netlink::ExchangeError.
Issues load_rules(Namespaces& namespaces, const plan::LoadRuleset& op);
Issues load_rules(Namespaces& namespaces, const plan::LoadRulesText& op);
Issues load_rules(Namespaces& namespaces, const plan::FlushRuleset& op);

}  // namespace topoproof::lab
