// SPDX-License-Identifier: GPL-2.0-or-later
// What is told of a ruleset: for each rule a flow with all that can happen to one, then its
// neighbours.
#pragma once

#include <span>

#include "packet_spec.hh"
#include "trial.hh"

namespace topoproof::agreement {

// Goes on until about so many packets were sent.
void tell_stories(Trial& trial, const std::vector<RuleAsks>& asks, std::size_t packets,
                  conntrack::Random& random);

// Single stories, about one packet.
void tell_flow(Trial& trial, const PacketSpec& spec);
// Each with one answer.
void tell_exchanges(Trial& trial, std::span<const PacketSpec> specs);
void tell_strange(Trial& trial, const PacketSpec& spec);  // what can begin no connection
void tell_fragments(Trial& trial, const PacketSpec& spec);

}  // namespace topoproof::agreement
