// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual time: nothing here ever reads a clock.
#pragma once

#include "conntrack/settings.hh"

namespace topoproof::sim {

using Time = conntrack::Time;  // since the simulation began
using conntrack::Clock;
inline constexpr Time kForever = Time::max();

}  // namespace topoproof::sim
