// SPDX-License-Identifier: GPL-2.0-or-later
// Starts a lab: its holder is a process of its own, and goes on when this one ends.
#pragma once

#include <stdexcept>

#include "live/holder.hh"
#include "live/state_folder.hh"

namespace topoproof::live {

// A signal asked for the end before the lab was there.
class StartInterrupted : public std::runtime_error {
 public:
  StartInterrupted() : std::runtime_error("interrupted: nothing is left of the lab") {}
};

// Returns when the lab is built and at rest; its namespaces are there to be entered. If it throws,
// nothing is left. REQUIRES: no second thread exists. THROWS: Refusal if the name is none or in
// use, or the network cannot be planned; std::runtime_error with what the holder said;
// sys::SystemError; StartInterrupted
void start(const StateFolder& state, const Holding& holding);

}  // namespace topoproof::live
