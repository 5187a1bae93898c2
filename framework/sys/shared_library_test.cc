// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/shared_library.hh"

#include <cerrno>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "sys/error.hh"

namespace topoproof::sys {
namespace {

TEST(SharedLibrary, GivesAFunctionThatCanBeCalled) {
  const SharedLibrary library("libm.so.6");
  double (*root)(double) = nullptr;
  library.load(root, "sqrt");
  EXPECT_EQ(root(16), 4);
}

TEST(SharedLibrary, SaysWhichIsMissing) {
  try {
    const SharedLibrary library("libnowhere.so.7");
    FAIL() << "it was loaded";
  } catch (const SystemError& refused) {
    EXPECT_EQ(refused.error(), ELIBACC);
    EXPECT_NE(std::string(refused.what()).find("libnowhere.so.7"), std::string::npos);
  }
}

TEST(SharedLibrary, SaysWhichFunctionIsMissing) {
  const SharedLibrary library("libm.so.6");
  void (*function)() = nullptr;
  try {
    library.load(function, "no_such_function");
    FAIL() << "it was found";
  } catch (const SystemError& refused) {
    EXPECT_EQ(refused.error(), ELIBBAD);
    EXPECT_NE(std::string(refused.what()).find("no_such_function in libm.so.6"), std::string::npos);
  }
}

}  // namespace
}  // namespace topoproof::sys
