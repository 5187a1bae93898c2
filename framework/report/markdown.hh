// SPDX-License-Identifier: GPL-2.0-or-later
// A run as a comment on a pull request, in GitHub's and GitLab's Markdown: a table of scenarios,
// and what did not pass, folded up. As long as a comment may be: what does not fit is counted.
#pragma once

#include <string>

#include "scenario/outcome.hh"

namespace topoproof::report {

std::string to_markdown(const scenario::RunResult& run, bool strict = false);

}  // namespace topoproof::report
