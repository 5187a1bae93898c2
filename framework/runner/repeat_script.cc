// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/repeat_script.hh"

#include <algorithm>

#include <fmt/format.h>

#include "base/printable.hh"
#include "base/shell_word.hh"
#include "checks/check_result.hh"
#include "sys/output.hh"
#include "topology/listening.hh"

namespace topoproof::runner {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFiles = "files";

fs::path common_folder(const fs::path& a, const fs::path& b) {
  fs::path common;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end() && *x == *y; ++x, ++y) {
    common /= *x;
  }
  return common;
}

std::string option_of(const scenario::Scenario& scenario, const std::string& name) {
  const auto& options = scenario.repeat_options;
  const auto found = std::ranges::find(options, name);
  return found == options.end() || found + 1 == options.end() ? "" : *(found + 1);
}

std::string comment(std::string_view text) { return fmt::format("# {}\n", printable(text)); }

// A lab that runs already is taken as it is.
std::string up_lines(const scenario::Scenario& scenario, const std::string& file) {
  const std::string lab = option_of(scenario, "--lab");
  if (lab.empty() || scenario.topology.nodes().empty()) return "";
  std::string text = comment("The checks were of a running lab, with all that was done to it.");
  text += fmt::format(
      "topoproof exec --lab {0} {1} -- true 2>/dev/null ||\n  topoproof up {2} "
      "--name {0}{3} || exit 3\n",
      shell_quoted(lab), shell_quoted(scenario.topology.nodes().front().name), shell_quoted(file),
      checks::variant_words(scenario));
  return text;
}

std::string script(const SourceLayout& layout, const scenario::CheckResult& result,
                   const scenario::Scenario& scenario) {
  std::string text = "#!/bin/sh\n" + comment(result.name) + comment(to_string(result.where));
  for (const std::string& file : layout.fixed) {
    text +=
        comment(fmt::format("It is named by where it was, so that it has to be there: {}", file));
  }
  if (topology::has_programs(scenario.topology)) {
    text +=
        comment("The programs of its services, and what they read, are not part of this folder.");
  }
  text += fmt::format("cd \"$(dirname \"$0\")\"/{} || exit 3\n",
                      shell_quoted((fs::path(kFiles) / layout.work).string()));
  text += up_lines(scenario, layout.scenario);
  return text + fmt::format("exec {} \"$@\"\n",
                            checks::repeat_command(result.name, scenario, layout.scenario));
}

void make_executable(const fs::path& file) {
  using fs::perms;
  fs::permissions(file, perms::owner_exec | perms::group_exec | perms::others_exec,
                  fs::perm_options::add);
}

}  // namespace

SourceLayout lay_out(const fs::path& work, const std::string& scenario,
                     std::span<const std::string> files) {
  const auto whole = [&](const std::string& file) { return (work / file).lexically_normal(); };
  fs::path common = work;
  for (const std::string& file : files) {
    common = common_folder(common, whole(file).parent_path());
  }
  SourceLayout layout{.work = work.lexically_relative(common),
                      .scenario = whole(scenario).lexically_relative(work).string()};
  const bool all_are_whole = fs::path(scenario).is_absolute();
  for (const std::string& file : files) {
    layout.copies.emplace_back(whole(file), whole(file).lexically_relative(common));
    if (fs::path(file).is_absolute() && !all_are_whole) layout.fixed.push_back(file);
  }
  return layout;
}

void write_repeat_script(const fs::path& folder, const scenario::CheckResult& result,
                         const scenario::Scenario& scenario) {
  const fs::path file = folder / "repeat.sh";
  if (result.reproduce.empty()) return;
  if (scenario.sources.empty()) return sys::save_file(file, result.reproduce + "\n");
  const auto layout = lay_out(fs::current_path(), scenario.file, scenario.sources);
  fs::create_directories(folder / kFiles / layout.work);
  for (const auto& [from, to] : layout.copies) {
    const fs::path copy = folder / kFiles / to;
    fs::create_directories(copy.parent_path());
    fs::copy_file(from, copy, fs::copy_options::overwrite_existing);
  }
  sys::save_file(file, script(layout, result, scenario));
  make_executable(file);
}

}  // namespace topoproof::runner
