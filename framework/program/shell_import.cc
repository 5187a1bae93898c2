// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/shell_import.hh"

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sys/files.hh"

namespace topoproof::program {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFailures = 20;

// Scripts say it in front of commands, since they are for users; here they are root.
constexpr const char* kSudo = R"(#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    -[ugprtCDRTUh]) shift; [ $# -eq 0 ] || shift ;;
    -*) shift ;;
    *=*) export "${1?}"; shift ;;
    *) break ;;
  esac
done
[ $# -eq 0 ] || exec "$@"
)";

// bash reads it before a script (BASH_ENV).
constexpr const char* kTellFailures = R"(set -E
trap 'printf "%s:%s: %s\0" "${BASH_SOURCE[0]}" "$LINENO" \
      "'\''$BASH_COMMAND'\'' ended with $?" >>/run/topoproof/failures' ERR
)";

fs::path whole_path(const fs::path& path) {
  std::error_code none;
  return fs::weakly_canonical(path, none);
}

std::string search_path() {
  const char* path = std::getenv("PATH");
  return fmt::format("{}/bin:{}:/usr/local/sbin:/usr/sbin:/sbin", sys::kPlacesOwn,
                     path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
}

}  // namespace

std::vector<std::string> interpreter_of(std::string_view script) {
  if (!script.starts_with("#!")) return {"sh"};
  std::istringstream line{std::string(script.substr(2, script.find('\n') - 2))};
  std::string program;
  std::string argument;
  line >> program >> std::ws;
  std::getline(line, argument);  // the kernel makes one of all that follows
  while (!argument.empty() && (argument.back() == ' ' || argument.back() == '\r')) {
    argument.pop_back();
  }
  if (program.empty()) return {"sh"};
  return argument.empty() ? std::vector{program} : std::vector{program, argument};
}

sys::ContainedProgram contained_script(const std::string& file, std::string_view text) {
  std::vector<std::string> arguments = interpreter_of(text);
  arguments.push_back(file);
  std::error_code none;
  const fs::path folder = fs::current_path(none);
  const fs::path script = whole_path(file);
  return {.arguments = std::move(arguments),
          .environment = {{"PATH", search_path()},
                          {"BASH_ENV", std::string(sys::kPlacesOwn) + "/tell-failures"}},
          .folder = folder,
          .files = {.kept = {folder, script.parent_path(), script},
                    .added = {{"bin/sudo", kSudo}, {"tell-failures", kTellFailures}}}};
}

std::vector<std::string> failures_of(const sys::ContainedRun& run) {
  std::string text;
  run.perform(
      [&] { text = sys::read_file(std::string(sys::kPlacesOwn) + "/failures").value_or(""); });
  std::vector<std::string> failures;
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line, '\0');) {
    if (++count <= kMostFailures) failures.push_back(line);
  }
  if (count > kMostFailures) {
    failures.push_back(fmt::format("and {} more commands failed", count - kMostFailures));
  }
  return failures;
}

}  // namespace topoproof::program
