// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: text that is compared with a file beside the test. TOPOPROOF_UPDATE_GOLDEN=1 writes
// the files anew; a review reads the difference.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace topoproof::plan {

// REQUIRES: the working directory is that of the test's source, as ctest sets it.
inline void expect_golden(const std::string& file, const std::string& text) {
  if (std::getenv("TOPOPROOF_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << text;
  std::ifstream in(file);
  const std::string golden(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(text, golden) << "differs from " << file;
}

}  // namespace topoproof::plan
