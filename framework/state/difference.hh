// SPDX-License-Identifier: GPL-2.0-or-later
// "Is it what I asked for?": how an observed namespace differs from the expected one.
#pragma once

#include <string>
#include <vector>

#include "state/namespace.hh"

namespace topoproof::state {

// One object that is not as expected; an empty side means that there is none.
struct Difference {
  std::string expected;
  std::string found;
  friend auto operator<=>(const Difference&, const Difference&) = default;
};

// Both sides are normalized first. Objects are paired by what identifies them (a link by its name,
// a route by table, destination and metric), so that a changed object is one difference. Where an
// expected optional is unset (a MAC address, a route's interface), what was found is accepted. Of
// the found sysctls only those that are expected are compared.
std::vector<Difference> diff(const Namespace& expected, const Namespace& found);

std::string to_string(const Difference& difference);  // "- expected\n+ found\n", or one of them
std::string to_string(const std::vector<Difference>& differences);

}  // namespace topoproof::state
