// SPDX-License-Identifier: GPL-2.0-or-later
// For tests that need the kernel: they run as an ordinary user in a namespace of their own, which
// the main function of every *_kernel_test program enters before anything else. Where the kernel
// lacks a feature the test is skipped by name; with TOPOPROOF_REQUIRE=kernel that is a failure.
#pragma once

#include <string>

#include <gtest/gtest.h>

namespace topoproof::sys {

// Why no namespace could be entered; empty if all is well.
const std::string& sandbox_failure();
bool kernel_is_required();

// Thread sanitizer gives each process a thread of its own, a forked child as well, and a process of
// two threads enters neither a user nor a mount namespace.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TOPOPROOF_CHILDREN_HAVE_THREADS 1
#endif
#endif
#ifdef TOPOPROOF_CHILDREN_HAVE_THREADS
inline constexpr bool kChildrenHaveThreads = true;
#else
inline constexpr bool kChildrenHaveThreads = false;
#endif

class KernelTest : public testing::Test {
 protected:
  void SetUp() override;
};

}  // namespace topoproof::sys

// Ends the test as skipped (or failed, where the kernel lane requires the feature).
#define TOPOPROOF_SKIP(missing)                               \
  do {                                                        \
    if (::topoproof::sys::kernel_is_required())               \
      GTEST_FAIL() << "required, but missing: " << (missing); \
    GTEST_SKIP() << "missing: " << (missing);                 \
  } while (false)
