// SPDX-License-Identifier: GPL-2.0-or-later
// A fuzz target states a property of any bytes. Each is one file, fuzz_NAME.cc, which defines
// run(); the main of libFuzzer (engine.cc) or of a replay (replay_main.cc) calls it.
#pragma once

#include "base/bytes.hh"
#include "base/check.hh"

namespace topoproof::fuzz {

// Aborts by TOPOPROOF_CHECK where the property does not hold. Writes nothing and keeps nothing.
void run(BytesView input);

}  // namespace topoproof::fuzz
