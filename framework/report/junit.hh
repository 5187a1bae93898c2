// SPDX-License-Identifier: GPL-2.0-or-later
// A run as JUnit XML, in the form that Jenkins, GitLab and GitHub's actions read: one testsuite a
// scenario, one testcase a check, and one named "(scenario)" if it could not be run, or was
// interrupted: an error of type "input", "error" or "interrupted". Divergences are failures of type
// "diverged"; so are skips, of type "skipped", if `strict`.
#pragma once

#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

std::string to_junit(const scenario::RunResult& run, bool strict = false);

}  // namespace topoproof::report
