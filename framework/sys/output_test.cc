// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/output.hh"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/interrupt.hh"
#include "sys/standard_streams.hh"

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

// In a process of its own, from the start: the flag is one for the process, and stays.
class InterruptBy : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_P(InterruptBy, TheSignalSetsTheFlag) {
  const auto raise_and_tell = [] {
    const std::atomic<bool>& stop = catch_interrupts();
    std::raise(GetParam());
    std::_Exit(stop ? 0 : 1);
  };
  EXPECT_EXIT(raise_and_tell(), testing::ExitedWithCode(0), "");
}
INSTANTIATE_TEST_SUITE_P(All, InterruptBy, testing::Values(SIGINT, SIGTERM, SIGHUP, SIGQUIT));

TEST(Interrupt, LeavesAHangupThatIsIgnoredToNohup) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto raise_and_tell = [] {
    std::signal(SIGHUP, SIG_IGN);
    const std::atomic<bool>& stop = catch_interrupts();
    std::raise(SIGHUP);
    std::_Exit(stop ? 1 : 0);
  };
  EXPECT_EXIT(raise_and_tell(), testing::ExitedWithCode(0), "");
}

// A file that was opened first would get what is printed.
TEST(StandardStreams, ThatAreClosedAreTakenAndRefuseWhatIsPrinted) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto print_to_nobody = [] {
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    take_closed_streams();
    const Fd opened(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    if (opened.get() <= STDERR_FILENO) std::_Exit(1);
    try {
      print(Stream::Out, "text");
    } catch (const SystemError&) {
      std::_Exit(0);
    }
    std::_Exit(2);
  };
  EXPECT_EXIT(print_to_nobody(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace topoproof::sys
