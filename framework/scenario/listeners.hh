// SPDX-License-Identifier: GPL-2.0-or-later
// Who listens: what `listens:` says, programs that are ready when they do, and just what a
// `delivered` check needs besides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/issue.hh"
#include "evidence/judge.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

// Of the whole file, from its beginning to its end: a port that one check has opened is open to all
// of them, whichever are run. A check that is delivered has its listener where `at:` says, else at
// the owner of the translated destination, else at the owner of the destination; on the translated
// port, else the flow's.
Listeners find_listeners(const Scenario& scenario);
std::vector<Listener> listeners_of(const Scenario& scenario);  // sorted, each once

// A check that is to be refused, and was delivered to a port that another check has opened: which.
// Rules may translate a flow to where the file does not say, so that check_listeners knows nothing.
std::optional<std::string> opened_by_another(const Check& check, const evidence::Verdict& verdict,
                                             const Scenario& scenario);

// An issue for each check that wants to be refused where somebody listens.
Issues check_listeners(const Scenario& scenario);

}  // namespace topoproof::scenario
