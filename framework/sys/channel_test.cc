// SPDX-License-Identifier: GPL-2.0-or-later
#include "sys/channel.hh"

#include <array>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/file_lock.hh"
#include "sys/files.hh"

namespace topoproof::sys {
namespace {

TEST(Channel, CarriesTextsInOrder) {
  auto [a, b] = Channel::open_pair();
  a.send("one");
  a.send("");
  a.send("three");
  EXPECT_EQ(b.receive().value().text, "one");
  EXPECT_EQ(b.receive().value().text, "");
  EXPECT_EQ(b.receive().value().text, "three");
}

TEST(Channel, CarriesDescriptorsWithTheirText) {
  const TempDir folder;
  auto [a, b] = Channel::open_pair();
  const Fd first = wait_for_lock(folder.path() / "first");
  const Fd second = wait_for_lock(folder.path() / "second");
  a.send("first", std::array{first.get()});
  a.send("both", std::array{first.get(), second.get()});
  EXPECT_EQ(b.receive().value().descriptors.size(), 1U);
  const Parcel both = b.receive().value();
  ASSERT_EQ(both.descriptors.size(), 2U);
  struct stat sent{};
  struct stat received{};
  ::fstat(second.get(), &sent);
  ::fstat(both.descriptors[1].get(), &received);
  EXPECT_EQ(sent.st_ino, received.st_ino);
}

TEST(Channel, SaysThatTheOtherSideIsGone) {
  auto [a, b] = Channel::open_pair();
  b = Channel();
  EXPECT_FALSE(a.receive().has_value());
  EXPECT_THROW(a.send("nobody hears it"), SystemError);
}

TEST(Channel, IsReachedByAPathHoweverLong) {
  const TempDir folder;
  const auto deep = folder.path() / std::string(200, 'x');
  std::filesystem::create_directory(deep);
  const Fd listener = listen_at(deep / "socket");
  Channel caller = Channel::connect(deep / "socket");
  Channel called = accept_from(listener).value();
  caller.send("hello");
  EXPECT_EQ(called.receive().value().text, "hello");
  EXPECT_EQ(called.peer(), ::getpid());
}

TEST(FileLock, IsHeldUntilItsLastDescriptorIsClosed) {
  const TempDir folder;
  const auto path = folder.path() / "lock";
  EXPECT_FALSE(is_locked(path));
  auto held = try_lock(path);
  ASSERT_TRUE(held);
  EXPECT_TRUE(is_locked(path));
  EXPECT_FALSE(try_lock(path));
  const Fd copy = held->dup();
  held.reset();
  EXPECT_TRUE(is_locked(path));
}

}  // namespace
}  // namespace topoproof::sys
