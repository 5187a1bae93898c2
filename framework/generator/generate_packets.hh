// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of a case. Internal to this module.
#pragma once

#include <vector>

#include "generator/generate_rules.hh"

namespace topoproof::generator {

std::vector<Probe> generate_packets(Chooser& chooser, const Options& options, const Shape& shape,
                                    const Hints& hints);

}  // namespace topoproof::generator
