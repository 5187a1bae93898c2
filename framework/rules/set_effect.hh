// SPDX-License-Identifier: GPL-2.0-or-later
// What a set does to packets, for who compares sets.
#pragma once

#include <string>

#include "firewall/set.hh"

namespace topoproof::rules {

// Without comments, nft's names of types, and how the kernel shall store it; intervals that touch
// are one. Equal where the sets do the same, whatever their elements' order.
firewall::Set effect_of(firewall::Set set);

// What else of it counts, beside its elements: "4 bytes, interval, timeout 5000 ms, counter".
std::string settings_of(const firewall::Set& set);

}  // namespace topoproof::rules
