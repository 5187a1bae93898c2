// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/executor.hh"

namespace topoproof::lab {

void execute(const plan::Plan& plan, Executor& executor) {
  for (const plan::Step& step : plan.steps) executor.execute(step);
  executor.finish();
}

}  // namespace topoproof::lab
