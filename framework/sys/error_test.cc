// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/error.hh"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace topoproof::sys {
namespace {

// What to do about it was not said.
TEST(SystemErrors, OfTooManyOpenFilesNameTheLimit) {
  EXPECT_EQ(
      std::string(SystemError(EMFILE, "open a socket").what()),
      "open a socket (`ulimit -n` says how many files may be open, and allows more): Too many "
      "open files");
  EXPECT_EQ(std::string(SystemError(ENOENT, "open a").what()), "open a: No such file or directory");
}

}  // namespace
}  // namespace topoproof::sys
