// SPDX-License-Identifier: GPL-2.0-or-later
// A flow that was sent, what was seen of it, and what that comes to.
#pragma once

#include <string>

#include "evidence/judge.hh"

namespace topoproof::checks {

struct Judged {
  evidence::Case evidence;
  evidence::Verdict verdict;
  std::string unproved;      // why the verdict does not stand; empty if it does
  bool undecided = false;    // neither is known: the run was told to stop while waiting
  bool as_expected = false;  // the evidence was all that was asked for: there is no verdict
};

}  // namespace topoproof::checks
