// SPDX-License-Identifier: GPL-2.0-or-later
// Networks in which nothing of what a scenario is about is left. A scenario that passes in one of
// them says nothing. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "mutation/network.hh"

namespace topoproof::mutation {

struct World {
  std::string_view name;  // "without any rules"
  Network network;
};

// Without any rules (if there are some), with rules that drop all, with all cables unplugged.
std::vector<World> worlds_of(const Network& network);

// Nobody's network: each flow is answered by whom it was sent to, as it was sent.
inline constexpr std::string_view kEveryoneAnswers = "when everyone answers";
// RETURNS: whether the check passes there.
bool passes_when_everyone_answers(const scenario::Check& check, const topology::Topology& topology);

}  // namespace topoproof::mutation
