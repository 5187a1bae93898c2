// SPDX-License-Identifier: GPL-2.0-or-later
// Matches and targets of x_tables.
#include "machine/run.hh"

namespace topoproof::machine {

void Run::other(const fw::XtMatch& /*e*/, std::uint32_t /*index*/) {
  give_up("a match of x_tables");
}
void Run::other(const fw::XtTarget& /*e*/, std::uint32_t /*index*/) {
  give_up("a target of x_tables");
}

}  // namespace topoproof::machine
