// SPDX-License-Identifier: GPL-2.0-or-later
// Who listens: what `listens:` says, programs that are ready when they do, and just what a
// `delivered` check needs besides.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/issue.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

// Of the whole file, from its beginning to its end: a port that one check has opened is open to all
// of them, whichever are run. A check that is delivered has its listener where `at:` says, else at
// the owner of the translated destination, else at the owner of the destination; on the translated
// port, else the flow's.
Listeners find_listeners(const Scenario& scenario);
std::vector<Listener> listeners_of(const Scenario& scenario);  // sorted, each once

// By what of the file the port is open, in words. Rules may translate a flow that is to be refused
// to where the file does not say, so that check_listeners knows nothing of it.
std::optional<std::string> who_opened(const Listener& listener, const Scenario& scenario);

// An issue for each check that wants to be refused where somebody listens.
Issues check_listeners(const Scenario& scenario);

}  // namespace topoproof::scenario
