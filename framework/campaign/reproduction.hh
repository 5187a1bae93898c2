// SPDX-License-Identifier: GPL-2.0-or-later
// A finding as files that somebody can keep: a scenario that shows the same by itself, the packets,
// and the command.
#pragma once

#include <filesystem>
#include <string>

#include "campaign/worker.hh"

namespace topoproof::campaign {

// The scenario: the network of the shape with the rules at its node, and a check for each packet.
std::string make_scenario(const generator::Shape& shape, const Finding& finding,
                          const std::string& command);

// Writes NAME.scenario.yaml and NAME.pcapng, NAME being that of the seed and case: campaigns of
// other seeds do not write over it. RETURNS: the scenario's path. THROWS: SystemError, naming the
// path.
std::filesystem::path write_reproduction(const std::filesystem::path& folder,
                                         const generator::Shape& shape, const Finding& finding,
                                         const std::string& command);

}  // namespace topoproof::campaign
