// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/logs.hh"

#include <string_view>
#include <tuple>

#include <gtest/gtest.h>
#include <unistd.h>

#include "sys/files.hh"

namespace topoproof::service::logs_test {
namespace {

class LogTest : public testing::Test {
 protected:
  static void print(const sys::Fd& output, std::string_view text) {
    ASSERT_EQ(::write(output.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  sys::TempDir folder_;
  std::filesystem::path file_ = log_of(folder_.path(), "red", "one");
};

TEST_F(LogTest, KeepsWhatIsPrinted) {
  Log log(file_, "");
  sys::Fd output = log.take_output();
  print(output, "one\n");
  EXPECT_TRUE(log.take());
  print(output, "two\n");
  output.reset();
  EXPECT_FALSE(log.take());
  EXPECT_EQ(log_text(file_), "one\ntwo\n");
}

TEST_F(LogTest, FindsTheAwaitedTextInParts) {
  Log log(file_, "started");
  const sys::Fd output = log.take_output();
  print(output, "it has st");
  log.take();
  EXPECT_FALSE(log.has_awaited());
  print(output, "arted");
  log.take();
  EXPECT_TRUE(log.has_awaited());
}

// A service that was started before, under the same name, had printed it.
TEST_F(LogTest, DoesNotFindWhatStoodInTheFile) {
  {
    Log log(file_, "");
    print(log.take_output(), "started\n");
    log.take();
  }
  Log log(file_, "started");
  const sys::Fd output = log.take_output();
  log.take();
  EXPECT_FALSE(log.has_awaited());
  EXPECT_EQ(log_text(file_), "started\n");
}

// They grew without end.
TEST_F(LogTest, KeepsTheLastOfWhatIsTooMuch) {
  Log log(file_, "");
  const sys::Fd output = log.take_output();
  const std::string line = std::string(1023, 'x') + "\n";
  for (std::size_t printed = 0; printed < 3 * kLongestLog; printed += line.size()) {
    print(output, line);
    log.take();
  }
  print(output, "last\n");
  log.take();
  EXPECT_LE(std::filesystem::file_size(file_), kLongestLog);
  EXPECT_LE(std::filesystem::file_size(earlier_of(file_)), kLongestLog);
  const std::string text = log_text(file_);
  EXPECT_GT(text.size(), kLongestLog);
  EXPECT_TRUE(text.ends_with("x\nlast\n"));
}

}  // namespace
}  // namespace topoproof::service::logs_test
