// SPDX-License-Identifier: GPL-2.0-or-later
// What follows the reading of a topology: addresses and routes on request, and the checks. Internal
// to the reader.
#pragma once

#include <optional>

#include "document/node.hh"
#include "topofile/reader.hh"

namespace topoproof::topofile {

std::optional<topology::AddressingOptions> read_addressing(const document::Node& node,
                                                           Issues& issues);
std::optional<topology::RoutingOptions> read_routing(const document::Node& node, Issues& issues);

// Carries out what the description asks for, and checks the result.
void complete(Description& description, Issues& issues);

}  // namespace topoproof::topofile
