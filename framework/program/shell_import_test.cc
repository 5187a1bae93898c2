// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/shell_import.hh"

#include <gtest/gtest.h>

namespace topoproof::program {
namespace {

using Words = std::vector<std::string>;

// Every script was run by `sh -e`, whatever its first line said.
TEST(ShellImport, RunsAScriptWithWhatItsFirstLineSays) {
  EXPECT_EQ(interpreter_of("#!/bin/bash\nip link\n"), (Words{"/bin/bash"}));
  EXPECT_EQ(interpreter_of("#! /usr/bin/env bash -x\r\n"), (Words{"/usr/bin/env", "bash -x"}));
  EXPECT_EQ(interpreter_of("#!/bin/sh"), (Words{"/bin/sh"}));
  EXPECT_EQ(interpreter_of("ip link\n#!/bin/bash\n"), (Words{"sh"}));
  EXPECT_EQ(interpreter_of("#!\n"), (Words{"sh"}));
  EXPECT_EQ(interpreter_of(""), (Words{"sh"}));
}

}  // namespace
}  // namespace topoproof::program
