// SPDX-License-Identifier: GPL-2.0-or-later
// A predicted way for a person: every hop with the decisions between, in the order in which they
// were made. Pure.
#pragma once

#include <string>
#include <vector>

#include "sim/simulator.hh"
#include "topology/topology.hh"

namespace topoproof::checks {

// "not_forwarding at host: net.ipv4.ip_forward=0"
std::string fate_text(const flow::Fate& fate, const topology::Topology& topology);

// "delivered at client, reply delivered at blue", or what is unknown; all that the kernel may draw.
std::string ending_text(const sim::Prediction& prediction, const topology::Topology& topology);

// One ending, and the simulator knows it.
bool is_certain(const sim::Prediction& prediction, const topology::Topology& topology);

// One line a step, of the request and then of the reply.
std::vector<std::string> ladder(const sim::Prediction& prediction,
                                const topology::Topology& topology);

}  // namespace topoproof::checks
