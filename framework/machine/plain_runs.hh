// SPDX-License-Identifier: GPL-2.0-or-later
// Runs both evaluators over random tables and packets, and fails the test where they differ in
// verdict, rule, answer, packet or counters. The seed is printed; TOPOPROOF_SEED repeats a run.
#pragma once

namespace topoproof::machine {

void compare_evaluators(int tables, int packets_each);

}  // namespace topoproof::machine
