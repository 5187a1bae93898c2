// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that nft, iptables or the kernel refuses: to the simulator, rules that it does not know; to
// the user, wrong input.
#pragma once

#include "base/issue.hh"
#include "checks/simulation.hh"
#include "scenario/scenario.hh"

namespace topoproof::program {

class RefusalNotes {
 public:
  // REQUIRES: `scenario` outlives this. `compiles`: the process is in a sandbox, where the text of
  // rules can be compiled.
  RefusalNotes(const scenario::Scenario& scenario, bool compiles)
      : scenario_(scenario), compiles_(compiles) {}

  // Takes note of what is refused. REQUIRES: it is called no more once this has ended.
  checks::RuleCompiler compiler();
  // Of what was refused so far; none if nothing was.
  Issues issues() const;

 private:
  const scenario::Scenario& scenario_;
  bool compiles_;
  bool any_ = false;
};

}  // namespace topoproof::program
