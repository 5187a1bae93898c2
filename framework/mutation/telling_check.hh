// SPDX-License-Identifier: GPL-2.0-or-later
// The check that would have noticed a mutant: made from a flow that ends otherwise with it. Pure.
#pragma once

#include <optional>
#include <string>

#include "mutation/endings.hh"
#include "scenario/scenario.hh"

namespace topoproof::mutation {

// It says as little as tells the flow's end `here` from the one `there`: where it ends, else as
// what it arrives, else by which way. RETURNS: nothing where the words of a check do not suffice.
std::optional<scenario::Check> telling_check(const flow::Flow& flow, const sim::Prediction& here,
                                             const sim::Prediction& there,
                                             const topology::Topology& topology);

// As it is written in a file: "- red -> blue icmp: delivered", or more lines. Ends with a line
// break.
std::string check_text(const scenario::Check& check, const topology::Topology& topology);

// "red -> blue tcp/80 source_port 1000", as a check says it.
std::string describe(const flow::Flow& flow, const topology::Topology& topology);

// "delivered at blue as 10.0.0.1:20000 -> 10.0.0.2:80 tcp, reply no_route at blue"
std::string describe(const Ending& ending, const topology::Topology& topology);

}  // namespace topoproof::mutation
