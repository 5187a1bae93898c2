// SPDX-License-Identifier: GPL-2.0-or-later
// Hops: the steps of a trace that a tap sees.
#pragma once

#include "flow/trace.hh"

namespace topoproof::flow {

inline bool is_hop(const Step& step) {
  return step.kind == StepKind::Sent || step.kind == StepKind::Received ||
         step.kind == StepKind::Forwarded;
}

}  // namespace topoproof::flow
