// SPDX-License-Identifier: GPL-2.0-or-later
// Writes what the taps kept of one flow as a pcapng file that Wireshark opens.
#pragma once

#include <filesystem>
#include <string>

#include "evidence/judge.hh"
#include "evidence/observer.hh"
#include "scenario/outcome.hh"

namespace topoproof::runner {

// The flow's own packets and those of no flow (ARP, neighbour discovery), from all taps, in order
// of time, with interface names and what the check expected. THROWS: sys::SystemError
void write_capture(const std::filesystem::path& path, const scenario::CheckResult& result,
                   probe::FlowNumber flow, const evidence::Observer& observer,
                   const evidence::Witness& names);

}  // namespace topoproof::runner
