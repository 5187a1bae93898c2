// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "machine/plain_runs.hh"

namespace topoproof::machine {
namespace {

TEST(PlainEvaluatorSlow, AgreesOnAMillionPackets) { compare_evaluators(20000, 50); }

}  // namespace
}  // namespace topoproof::machine
