// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's numbers of hooks, which depend on the family. For the sources of this module only.
#pragma once

#include <cstdint>
#include <optional>

#include "firewall/ruleset.hh"

namespace topoproof::nft {

std::uint32_t hook_number(firewall::Hook hook, firewall::TableFamily family);
// RETURNS: nothing if the family has no such hook.
std::optional<firewall::Hook> hook_of(std::uint32_t number, firewall::TableFamily family);

}  // namespace topoproof::nft
