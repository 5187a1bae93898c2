// SPDX-License-Identifier: GPL-2.0-or-later
// build_star N [read-back]: builds a star of N nodes on a bridge as topoproof does, and ends.
// Part of bench_build.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

#include "lab/lab.hh"
#include "plan/planner.hh"
#include "star.hh"
#include "sys/sandbox.hh"

using namespace topoproof;

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::invalid_argument("usage: build_star N [read-back]");
    sys::enter_sandbox();
    lab::Lab lab(plan::make_plan(bench::make_star(std::atoi(argv[1]))).value());
    if (argc < 3 || std::string_view(argv[2]) != "read-back") return 0;
    const std::string differences = to_string(lab.differences_of_building());
    std::cerr << differences;
    return differences.empty() ? 0 : 1;
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
