// SPDX-License-Identifier: GPL-2.0-or-later
#include <iostream>

#include <gtest/gtest.h>

#include "lab/capabilities.hh"
#include "lab/limits.hh"
#include "sys/kernel_test.hh"
#include "sys/netns.hh"

namespace topoproof::lab {
namespace {

using CapabilitiesTest = sys::KernelTest;

TEST_F(CapabilitiesTest, WhatTheMainJobNeedsIsThere) {
  for (const char* name : {"veth", "bridge", "nft inet", "nft nat", "nft conntrack"}) {
    EXPECT_EQ(describe(probe_capability(name)), std::string(name) + ": available");
  }
}

TEST_F(CapabilitiesTest, WhatIsMissingSaysWhyAndHowToAllowIt) {
  for (const Capability& capability : probe_capabilities()) {
    EXPECT_EQ(capability.available, capability.why_not.empty()) << describe(capability);
    EXPECT_EQ(capability.available, capability.how_to_allow.empty()) << describe(capability);
    EXPECT_EQ(capability.why_not.find("syntax error"), std::string::npos) << describe(capability);
    std::cout << describe(capability) << '\n';
  }
}

TEST_F(CapabilitiesTest, ProbesLeaveTheCallersNamespaceAsItWas) {
  const auto before = sys::Netns::current().id();
  probe_capability("veth");
  EXPECT_EQ(sys::Netns::current().id(), before);
}

TEST_F(CapabilitiesTest, LimitsThatCannotBeReadAreTakenAsTheKernelsDefaults) {
  EXPECT_EQ(plan_limits({}), (plan::Limits{.neighbor_entries = 1024, .backlog = 1000}));
  EXPECT_EQ(plan_limits({{"net.core.netdev_max_backlog", 5000, ""}}).backlog, 5000U);
  EXPECT_EQ(plan_limits({{"net.ipv6.neigh.default.gc_thresh3", 100, ""}}).neighbor_entries, 100U);
}

TEST_F(CapabilitiesTest, TheLimitOfOpenFilesIsAlwaysKnown) {
  EXPECT_TRUE(observe_limits().back().value);
}

}  // namespace
}  // namespace topoproof::lab
