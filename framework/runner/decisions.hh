// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel decided about a packet between its hops: the routes that it was given and the rules
// that took it, in the words and at the places of the simulator's traces. Internal to the runner.
#pragma once

#include "checks/judged.hh"
#include "runner/kernel_witness.hh"
#include "runner/rule_trace.hh"

namespace topoproof::runner {

// Puts them into the ways of request and reply. REQUIRES: the rules of all nodes were traced while
// the flow passed (RuleTrace::keep_passed), and nothing has changed since.
void add_decisions(KernelWitness& witness, RuleTrace& trace, lab::Lab& lab, checks::Judged& judged);

}  // namespace topoproof::runner
