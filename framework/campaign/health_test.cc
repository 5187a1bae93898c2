// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/health.hh"

#include <gtest/gtest.h>

namespace topoproof::campaign {
namespace {

TEST(KernelHealth, AnOrdinaryLogHasNoComplaints) {
  EXPECT_EQ(count_complaints("<6>[ 1.0] eth0: renamed from veth1\n<6>[ 1.1] eth0: up\n"), 0U);
}

TEST(KernelHealth, ASplatIsOneComplaint) {
  EXPECT_EQ(count_complaints("<4>[ 2.0] WARNING: CPU: 1 PID: 7 at net/core/dev.c:1 f+0x1/0x2\n"
                             "<4>[ 2.0] Modules linked in:\n"
                             "<4>[ 2.1] BUG: sleeping function called from invalid context\n"),
            2U);
}

}  // namespace
}  // namespace topoproof::campaign
