// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/apply_line.hh"

#include <gtest/gtest.h>

namespace topoproof::live::apply_line_test {
namespace {

using Words = std::vector<std::string>;

std::optional<ApplyLine> parse(const Words& words) { return parse_apply_line(words, "of-env"); }

TEST(ApplyLine, IsUnderstoodAsMostWriteIt) {
  EXPECT_EQ(parse({"apply", "new.topo.yaml"}),
            (ApplyLine{.lab = "of-env", .file = "new.topo.yaml"}));
  EXPECT_EQ(parse({"apply", "--dry-run", "-l", "nat", "f"}),
            (ApplyLine{.lab = "nat", .file = "f", .dry_run = true}));
  EXPECT_EQ(parse({"apply", "f", "--variant", "a", "--variant", "b"}),
            (ApplyLine{.lab = "of-env", .file = "f", .variants = {"a", "b"}}));
}

TEST(ApplyLine, IsLeftToTheProgramOtherwise) {
  const std::vector<Words> others{{"apply"},
                                  {"apply", "--help"},
                                  {"apply", "a", "b"},
                                  {"apply", "--lab"},
                                  {"apply", "--lab=x", "f"},
                                  {"up", "f"},
                                  {}};
  for (const Words& words : others) EXPECT_FALSE(parse(words)) << words.size();
}

}  // namespace
}  // namespace topoproof::live::apply_line_test
