// SPDX-License-Identifier: GPL-2.0-or-later
// Who can talk to whom, as lines that a pull request can show.
#include <algorithm>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include "base/printable.hh"
#include "checks/reach.hh"
#include "document/reader.hh"
#include "program/commands.hh"
#include "program/input_files.hh"
#include "program/refusal_notes.hh"
#include "sys/output.hh"

namespace topoproof::program {
namespace {

constexpr std::string_view kHeading = "# who reaches whom; made by topoproof reach --update";

std::string as_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += printable(line) + "\n";
  return text;
}

std::vector<std::string> as_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && !line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

// What is not known is a failure to who is strict; a wrong golden file is told all the same.
int code_of(const ReachCommand& command, const checks::Reach& reach, const Console& console) {
  if (!command.strict || reach.uncertain == 0) return kPassed;
  console.error(fmt::format(
      "topoproof: the end of {} of {} pairs is not certain; strict: that is a failure\n",
      reach.uncertain, reach.lines.size()));
  return kFailed;
}

int compare(const ReachCommand& command, const std::vector<std::string>& lines,
            const Console& console) {
  const auto golden = document::read_text_file(command.golden);
  if (!golden) {
    console.error(to_string(golden.error()) + "\n");
    return kInputWrong;
  }
  const auto differences = checks::line_differences(as_lines(*golden), as_lines(as_text(lines)));
  if (differences.empty()) {
    console.out(fmt::format("{} pairs, as {} says\n", lines.size(), command.golden));
    return kPassed;
  }
  console.out(as_text(differences));
  console.error(fmt::format("topoproof: {} lines differ from {}; --update writes it anew\n",
                            differences.size(), command.golden));
  return kFailed;
}

}  // namespace

int run_reach(const ReachCommand& command, const Console& console, bool compiles) {
  Issues issues;
  const scenario::Scenario network = read_network(command.file, command.variants, issues);
  checks::ReachOptions options{.family = command.ipv6 ? Family::Ipv6 : Family::Ipv4,
                               .threads = std::thread::hardware_concurrency()};
  if (!command.services.empty()) options.services.clear();
  for (const std::string& text : command.services) {
    const auto service = flow::Service::parse(text);
    if (service) options.services.push_back(*service);
    if (!service) issues.push_back(service.error());
  }
  console.error(to_string(issues));
  if (has_errors(issues)) return kInputWrong;
  RefusalNotes refused(network, compiles);
  const checks::Reach reach = checks::reach(network, refused.compiler(), options);
  if (const Issues wrong = refused.issues(); has_errors(wrong)) return refuse(console, wrong);
  const int code = code_of(command, reach, console);
  if (command.golden.empty()) {
    console.out(as_text(reach.lines));
    return code;
  }
  if (!command.update) return std::max(code, compare(command, reach.lines, console));
  sys::save_file(command.golden, fmt::format("{}\n{}", kHeading, as_text(reach.lines)));
  return code;
}

}  // namespace topoproof::program
