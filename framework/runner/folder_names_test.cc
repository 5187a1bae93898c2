// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/folder_names.hh"

#include <gtest/gtest.h>

namespace topoproof::runner {
namespace {

TEST(FolderName, KeepsLettersDigitsDotsAndDashes) {
  EXPECT_EQ(folder_name("red -> 10.0.0.1 tcp/80", "check"), "red_-_10.0.0.1_tcp_80");
}

TEST(FolderName, IsNoPlaceAndNotHidden) {
  EXPECT_EQ(folder_name("..", "check"), "check");
  EXPECT_EQ(folder_name(".", "check"), "check");
  EXPECT_EQ(folder_name("../../etc", "check"), "_.._etc");
  EXPECT_EQ(folder_name(".hidden", "check"), "hidden");
}

TEST(FolderName, OfATextWithoutAsciiLettersIsTheGeneralOne) {
  EXPECT_EQ(folder_name("проверка", "check"), "check");
  EXPECT_EQ(folder_name("", "check"), "check");
}

TEST(FolderNames, NumberWhatWouldBeTheSame) {
  FolderNames names;
  EXPECT_EQ(names.take("a b", "check"), "a_b");
  EXPECT_EQ(names.take("a/b", "check"), "a_b-2");
  EXPECT_EQ(names.take("a_b-3", "check"), "a_b-3");
  EXPECT_EQ(names.take("a_b", "check"), "a_b-4");
  EXPECT_EQ(names.take("да", "check"), "check");
  EXPECT_EQ(names.take("нет", "check"), "check-2");
}

}  // namespace
}  // namespace topoproof::runner
