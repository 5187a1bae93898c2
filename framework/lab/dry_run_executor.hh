// SPDX-License-Identifier: GPL-2.0-or-later
// Says what would be done, and does nothing.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "lab/executor.hh"

namespace topoproof::lab {

class DryRunExecutor final : public Executor {
 public:
  // `names` are those of the plan's nodes. REQUIRES: `out` outlives this.
  DryRunExecutor(std::vector<std::string> names, std::ostream& out)
      : names_(std::move(names)), out_(out) {}

  void execute(const plan::Step& step) override { out_ << plan::describe(step, names_) << '\n'; }

 private:
  std::vector<std::string> names_;
  std::ostream& out_;
};

}  // namespace topoproof::lab
