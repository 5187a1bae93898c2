// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel in memory: it keeps what each namespace would hold and refuses the impossible (an
// address on an interface that does not exist, a gateway that nobody can reach), as the kernel
// would. It needs no privilege and takes no time: plans are tried against it.
#pragma once

#include <string>
#include <vector>

#include "lab/executor.hh"

namespace topoproof::lab {

class FakeExecutor final : public Executor {
 public:
  explicit FakeExecutor(std::vector<std::string> names)
      : names_(std::move(names)), states_(names_.size()) {}

  void execute(const plan::Step& step) override;  // THROWS: SystemError for what is impossible
  const plan::States& states() const { return states_; }

 private:
  std::vector<std::string> names_;
  plan::States states_;
};

}  // namespace topoproof::lab
