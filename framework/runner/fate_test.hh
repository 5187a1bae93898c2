// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: of each story (checks/fate_story.hh) is asked what stands in fate_kernel_test.cc.
#pragma once

#include <gtest/gtest.h>

#include "checks/fate_story.hh"
#include "checks/routed_pair.hh"
#include "runner/single_check.hh"
#include "sys/kernel_test.hh"

namespace topoproof::runner {

class FateTest : public sys::KernelTest, public testing::WithParamInterface<checks::Story> {};

}  // namespace topoproof::runner
