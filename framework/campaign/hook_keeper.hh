// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps the kernel from rewriting its own code at every ruleset.
#pragma once

#include "sys/netns.hh"

namespace topoproof::campaign {

// When the first chain of all namespaces comes to a hook, and when the last one goes, the kernel
// patches what looks for them (nf_hooks_needed, a static key for each family and hook) on all
// processors: that was a fifth of the time of loading small rulesets. As long as this lives, a
// namespace that no packet enters has a chain at each hook. What a kernel lacks is left out.
class HookKeeper {
 public:
  HookKeeper();  // THROWS: SystemError, ExchangeError

 private:
  sys::Netns netns_;
};

}  // namespace topoproof::campaign
