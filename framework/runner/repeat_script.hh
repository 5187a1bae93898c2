// SPDX-License-Identifier: GPL-2.0-or-later
// What repeats a failed check elsewhere: the files that its scenario was read from, as they lie to
// each other, and a script that needs nothing else but topoproof.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scenario/outcome.hh"
#include "scenario/scenario.hh"

namespace topoproof::runner {

// How the files lie in a folder of their own. Pure.
struct SourceLayout {
  std::filesystem::path work;  // in that folder: what was the working directory
  std::string scenario;        // from there
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> copies = {};  // from, to
  std::vector<std::string> fixed = {};  // named by an absolute path, which a copy does not have
  friend bool operator==(const SourceLayout&, const SourceLayout&) = default;
};
// `files` are named from `work`, as `scenario` is, which is one of them.
SourceLayout lay_out(const std::filesystem::path& work, const std::string& scenario,
                     std::span<const std::string> files);

// repeat.sh, and what it needs in `files/`; the command alone where it is not known which files
// there are. THROWS: sys::SystemError, std::filesystem::filesystem_error
void write_repeat_script(const std::filesystem::path& folder, const scenario::CheckResult& result,
                         const scenario::Scenario& scenario);

}  // namespace topoproof::runner
