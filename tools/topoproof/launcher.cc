// SPDX-License-Identifier: GPL-2.0-or-later
// What is called as `topoproof`. To load the libraries of all commands takes longer than to run a
// program in a node, or to change a lab: that is done here, and everything else by topoproof-main.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include "live/apply_line.hh"
#include "live/exec_line.hh"
#include "sys/standard_streams.hh"

namespace {

namespace fs = std::filesystem;

// Beside this program as it is built, or where it is installed.
fs::path main_program() {
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const fs::path beside = folder / "topoproof-main";
  return fs::exists(beside, ignored) ? beside : folder / "../" TOPOPROOF_LIBEXEC "/topoproof-main";
}

std::string lab_of_environment() {
  const char* lab = std::getenv("TOPOPROOF_LAB");
  return lab != nullptr ? lab : "";
}

}  // namespace

int main(int argc, char** argv) {
  topoproof::sys::take_closed_streams();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (const auto line = topoproof::live::parse_exec_line(arguments, lab_of_environment())) {
    if (const auto status = topoproof::live::execute(*line)) return *status;
  }
  if (const auto line = topoproof::live::parse_apply_line(arguments, lab_of_environment())) {
    if (const auto status = topoproof::live::execute(*line)) return *status;
  }
  const fs::path program = main_program();
  ::execv(program.c_str(), argv);
  std::fprintf(stderr, "topoproof: cannot run %s\n", program.c_str());
  return 3;
}
