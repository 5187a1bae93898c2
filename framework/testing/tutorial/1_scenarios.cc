// SPDX-License-Identifier: GPL-2.0-or-later
// Every check below the folder is a test: "pair.red -> blue tcp/80: delivered".
#include <testing/gtest.hh>

TOPOPROOF_SCENARIOS("scenarios");

int main(int argc, char** argv) { return topoproof::testing::run_all_tests(argc, argv); }
