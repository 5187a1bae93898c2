// SPDX-License-Identifier: GPL-2.0-or-later
// An interface by its place in its node's list: smaller and faster than its index, which is a
// number that only the rules and the user see.
#pragma once

#include <cstdint>

namespace topoproof::routing {

using Slot = std::uint16_t;
inline constexpr Slot kLoopback = 0;  // every node has it, in the first place
inline constexpr Slot kNoSlot = 0xffff;

}  // namespace topoproof::routing
