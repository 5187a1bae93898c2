// SPDX-License-Identifier: GPL-2.0-or-later
// Hands steps on to another executor, except for one, which it refuses: a loop over all steps of a
// plan proves that a build can fail anywhere and leave nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lab/executor.hh"

namespace topoproof::lab {

class FaultyExecutor final : public Executor {
 public:
  // Refuses the step with the number `fail_at`, counted from 0. REQUIRES: `inner` outlives this.
  FaultyExecutor(std::vector<std::string> names, Executor& inner, std::size_t fail_at)
      : names_(std::move(names)), inner_(inner), remaining_(fail_at) {}

  void execute(const plan::Step& step) override;  // THROWS: SystemError with EIO at that step
  void finish() override { inner_.finish(); }

 private:
  std::vector<std::string> names_;
  Executor& inner_;
  std::size_t remaining_;
};

}  // namespace topoproof::lab
