// SPDX-License-Identifier: GPL-2.0-or-later
// Whoever performs a plan's steps. The bodies: LinuxExecutor (the kernel), DryRunExecutor (prints),
// FakeExecutor (a kernel in memory), FaultyExecutor (fails when told to).
#pragma once

#include "plan/plan.hh"

namespace topoproof::lab {

class Executor {
 public:
  virtual ~Executor() = default;

  // May hold the step back, to hand it to the kernel together with those that follow; a refusal
  // then comes from a later call, and still names the step that was refused.
  // REQUIRES: `step` lives until finish(). THROWS: sys::SystemError with the step and its reason.
  virtual void execute(const plan::Step& step) = 0;

  // Performs what was held back. THROWS: as execute.
  virtual void finish() {}
};

void execute(const plan::Plan& plan, Executor& executor);  // all steps, and finish()

}  // namespace topoproof::lab
