// SPDX-License-Identifier: GPL-2.0-or-later
// Jumps that the kernel refuses to load, which it does without saying where they are.
#pragma once

#include <optional>
#include <vector>

#include "firewall/ruleset.hh"

namespace topoproof::firewall {

// The kernel's NFT_JUMP_STACK_SIZE: how deep chains may call each other.
inline constexpr std::size_t kJumpDepthMax = 16;

struct JumpLoop {
  const Table* table = nullptr;
  const Rule* rule = nullptr;        // that closes the loop, or jumps too deep
  std::vector<const Chain*> chains;  // on the way there, that of the rule last
};

// The first way, from any chain, that comes back to a chain on it or is deeper than allowed. Jumps
// and gotos count, those of verdict maps as well. Views of `ruleset`.
std::optional<JumpLoop> find_jump_loop(const Ruleset& ruleset);

}  // namespace topoproof::firewall
