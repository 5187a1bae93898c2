// SPDX-License-Identifier: GPL-2.0-or-later
// What of the feature table this kernel lacks: found by loading rules that have it.
#pragma once

#include <functional>

#include "firewall/ruleset.hh"
#include "generator/feature.hh"

namespace topoproof::campaign {

// `loads` says whether the kernel takes a ruleset. RETURNS: the features without which it takes
// rules, and with which it takes none of several.
generator::FeatureSet find_missing_features(
    const std::function<bool(const firewall::Ruleset&)>& loads);

// In a throw-away namespace. THROWS: SystemError.
generator::FeatureSet find_missing_features();

}  // namespace topoproof::campaign
