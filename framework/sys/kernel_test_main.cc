// SPDX-License-Identifier: GPL-2.0-or-later
#include <cstdlib>
#include <exception>
#include <string_view>

#include "sys/kernel_test.hh"
#include "sys/sandbox.hh"

namespace topoproof::sys {
namespace {

std::string& failure() {
  static std::string text;
  return text;
}

}  // namespace

const std::string& sandbox_failure() { return failure(); }

bool kernel_is_required() {
  const char* required = std::getenv("TOPOPROOF_REQUIRE");
  return required != nullptr && std::string_view(required) == "kernel";
}

void KernelTest::SetUp() {
  if (!sandbox_failure().empty()) TOPOPROOF_SKIP(sandbox_failure());
}

}  // namespace topoproof::sys

int main(int argc, char** argv) {
  try {
    topoproof::sys::enter_sandbox();
    topoproof::sys::raise_open_file_limit();
  } catch (const std::exception& refused) {
    topoproof::sys::failure() = refused.what();
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
