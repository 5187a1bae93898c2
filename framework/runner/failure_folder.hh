// SPDX-License-Identifier: GPL-2.0-or-later
// All that is known of a check that failed, in one folder, to look into later or elsewhere: the
// capture, both ways, what the nodes of the way hold, and the command that repeats it.
#pragma once

#include <filesystem>
#include <string>

#include "runner/session.hh"
#include "runner/wave.hh"
#include "scenario/outcome.hh"

namespace topoproof::runner {

// capture.pcapng; trace.txt; repeat.sh with the files that it needs; and of each node of the way
// NODE.state (links, addresses, routes, rules, neighbours, sysctls), NODE.nft and NODE.conntrack,
// where it has any. RETURNS: the capture's path. THROWS: sys::SystemError,
// std::filesystem::filesystem_error
std::string write_failure_folder(const std::filesystem::path& folder,
                                 const scenario::CheckResult& result, const checks::Judged& judged,
                                 const scenario::Scenario& scenario, Session& session);

}  // namespace topoproof::runner
