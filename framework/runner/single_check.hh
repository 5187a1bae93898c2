// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: what one check says when the kernel carries it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/outcome.hh"

namespace topoproof::runner {

// Runs `checks`, a list of the scenario grammar, in the network. A scenario that cannot be read or
// carried out fails the test.
std::vector<scenario::CheckResult> run_checks(const std::string& network, std::string_view checks);
// As above, for steps.
std::vector<scenario::CheckResult> run_steps(const std::string& network, std::string_view steps);

// "passed: no_route at a: ..."
std::string told(const scenario::CheckResult& result);
// Of one check in its short form.
std::string told(const std::string& network, std::string_view check);

}  // namespace topoproof::runner
