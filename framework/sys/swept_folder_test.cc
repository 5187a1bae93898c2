// SPDX-License-Identifier: GPL-2.0-or-later
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/fd.hh"
#include "sys/files.hh"
#include "sys/output.hh"
#include "sys/sweeper.hh"

namespace topoproof::sys {
namespace {

// A process with a sweeper and a folder of files, which ends in some way. RETURNS: the folder, when
// nobody holds a descriptor of the process any more: the sweeper closes them last.
std::string folder_of_process_that(const std::function<void()>& ends) {
  int ends_of_pipe[2];
  if (::pipe2(ends_of_pipe, O_CLOEXEC) < 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const Sweeper sweeper;
    {
      const TempDir folder;
      for (int i = 0; i < 300; ++i) save_file(folder.path() / std::to_string(i), "text");
      const std::string path = folder.path().string();
      if (::write(ends_of_pipe[1], path.data(), path.size()) > 0) ends();
    }
    ::_exit(0);
  }
  ::close(ends_of_pipe[1]);
  const auto path = read_all(Fd(ends_of_pipe[0]));
  ::waitpid(child, nullptr, 0);
  return path.value_or("nothing");
}

TEST(SweptFolder, GoesWithAProcessThatIsKilled) {
  const std::string folder = folder_of_process_that([] { ::kill(::getpid(), SIGKILL); });
  EXPECT_TRUE(folder.contains("/topoproof-")) << folder;
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(SweptFolder, GoesWithAProcessWhoseGroupIsKilled) {
  const std::string folder = folder_of_process_that([] {
    ::setpgid(0, 0);
    ::kill(0, SIGKILL);
  });
  EXPECT_TRUE(folder.contains("/topoproof-")) << folder;
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(SweptFolder, GoesWithItsObject) {
  const std::string folder = folder_of_process_that([] {});
  EXPECT_TRUE(folder.contains("/topoproof-")) << folder;
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace topoproof::sys
