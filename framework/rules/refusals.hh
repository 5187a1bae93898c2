// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel's and the tools' words about refused rules mean: which chain is not there, which
// jumps make a loop, where a translation may stand; and where in the user's file that is.
#pragma once

#include "base/issue.hh"
#include "rules/source.hh"

namespace topoproof::rules {

// Of a source that was refused.
void explain_refusals(const Source& source, Issues& issues);

}  // namespace topoproof::rules
