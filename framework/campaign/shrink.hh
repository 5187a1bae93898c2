// SPDX-License-Identifier: GPL-2.0-or-later
// A question cut down to what still shows a fault: rules and packets by delta debugging, then
// chains and tables, until nothing more can go.
#pragma once

#include <functional>

#include "campaign/question.hh"

namespace topoproof::campaign {

// REQUIRES: `shows(question)`.
Question shrink(Question question, const std::function<bool(const Question&)>& shows);

}  // namespace topoproof::campaign
