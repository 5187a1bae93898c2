// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/faulty_executor.hh"

#include <cerrno>

#include "sys/error.hh"

namespace topoproof::lab {

void FaultyExecutor::execute(const plan::Step& step) {
  if (remaining_-- == 0) throw sys::SystemError(EIO, plan::describe(step, names_));
  inner_.execute(step);
}

}  // namespace topoproof::lab
