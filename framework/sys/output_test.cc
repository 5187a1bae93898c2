// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/output.hh"

#include <csignal>

#include <gtest/gtest.h>

#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/interrupt.hh"

namespace topoproof::sys {
namespace {

TEST(SaveFile, ReplacesTheContent) {
  const TempDir folder;
  const auto path = folder.path() / "report.xml";
  save_file(path, "a long first text");
  save_file(path, "short");
  EXPECT_EQ(read_file(path), "short");
}

TEST(SaveFile, TellsAFullDisk) {
  try {
    save_file("/dev/full", "text");
    FAIL() << "/dev/full took it";
  } catch (const SystemError& error) {
    EXPECT_STREQ(error.what(), "write /dev/full: No space left on device");
  }
}

TEST(SaveFile, TellsAFolderThatIsNotThere) {
  EXPECT_THROW(save_file("/nonexistent/report.xml", "text"), SystemError);
}

TEST(Interrupt, SetsTheFlagOnceAndLeavesTheNextToTheDefault) {
  const std::atomic<bool>& stop = catch_interrupts();
  EXPECT_FALSE(stop);
  std::raise(SIGTERM);
  EXPECT_TRUE(stop);
  EXPECT_EXIT(std::raise(SIGTERM), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace topoproof::sys
