// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/exec_line.hh"

#include <gtest/gtest.h>

namespace topoproof::live {
namespace {

using Words = std::vector<std::string>;

TEST(ExecLine, HasANodeAndAProgram) {
  for (const Words& words :
       {Words{"exec", "red", "--", "ping", "-c1"}, Words{"exec", "red", "ping", "-c1"}}) {
    const auto line = parse_exec_line(words);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->lab, "");
    EXPECT_EQ(line->node, "red");
    EXPECT_EQ(line->program, (Words{"ping", "-c1"}));
  }
}

TEST(ExecLine, NamesTheLab) {
  EXPECT_EQ(parse_exec_line(Words{"exec", "-l", "nat", "red", "true"})->lab, "nat");
  EXPECT_EQ(parse_exec_line(Words{"exec", "--lab", "nat", "red", "true"}, "other")->lab, "nat");
  EXPECT_EQ(parse_exec_line(Words{"exec", "red", "true"}, "other")->lab, "other");
}

TEST(ExecLine, LeavesTheRestToTheProgram) {
  EXPECT_EQ(parse_exec_line(Words{"exec", "red", "--", "--", "-l"})->program, (Words{"--", "-l"}));
}

TEST(ExecLine, OfAShellHasNothingBehindTheNode) {
  EXPECT_FALSE(parse_exec_line(Words{"shell", "red"})->program.empty());
  EXPECT_FALSE(parse_exec_line(Words{"shell", "red", "ls"}));
}

TEST(ExecLine, IsNothingElse) {
  for (const Words& words :
       {Words{}, Words{"exec"}, Words{"exec", "red"}, Words{"exec", "red", "--"},
        Words{"exec", "--help"}, Words{"exec", "--lab=nat", "red", "true"}, Words{"exec", "-l"},
        Words{"up", "red", "true"}, Words{"exec", "red", "--lab", "nat", "true"},
        Words{"exec", "", "true"}}) {
    EXPECT_FALSE(parse_exec_line(words));
  }
}

}  // namespace
}  // namespace topoproof::live
