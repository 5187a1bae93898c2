// SPDX-License-Identifier: GPL-2.0-or-later
// From the text of rules to the kernel's program, where no lab is running: in a throw-away
// namespace.
#pragma once

#include "scenario/simulation.hh"

namespace topoproof::scenario {

// The namespace has the interfaces that the node has in `topology`, for rules name them by their
// index. REQUIRES: sys::enter_sandbox() was called, and `topology` outlives the compiler.
RuleCompiler make_rule_compiler(const topology::Topology& topology);

}  // namespace topoproof::scenario
