// SPDX-License-Identifier: GPL-2.0-or-later
// The /etc/hosts of a lab: what runs in a node finds the others by their names.
#pragma once

#include <string>

#include "topology/topology.hh"

namespace topoproof::live {

// One line for each node and family: the address that its name means in a check, too.
std::string hosts_text(const topology::Topology& topology);

}  // namespace topoproof::live
