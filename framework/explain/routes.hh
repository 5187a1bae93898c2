// SPDX-License-Identifier: GPL-2.0-or-later
// The routes that a file gives a node. Internal to the module.
#pragma once

#include "topology/topology.hh"

namespace topoproof::explain {

// Of those in the main table the most exact one for the address; null: none. Which one the kernel
// takes where policy rules or metrics decide is not asked here.
const topology::Located<state::Route>* stated_route(const topology::Node& node,
                                                    const IpAddress& destination);

}  // namespace topoproof::explain
