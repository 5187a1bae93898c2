// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/repeat_script.hh"

#include <gtest/gtest.h>

#include "sys/files.hh"
#include "sys/output.hh"

namespace topoproof::runner::repeat_script_test {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

TEST(SourceLayout, KeepsHowFilesLieToEachOther) {
  const Strings files{"scenarios/a.yaml", "scenarios/../topologies/b.yaml", "topologies/r/x.nft"};
  EXPECT_EQ(lay_out("/home/u/p", "scenarios/a.yaml", files),
            (SourceLayout{.work = ".",
                          .scenario = "scenarios/a.yaml",
                          .copies = {{"/home/u/p/scenarios/a.yaml", "scenarios/a.yaml"},
                                     {"/home/u/p/topologies/b.yaml", "topologies/b.yaml"},
                                     {"/home/u/p/topologies/r/x.nft", "topologies/r/x.nft"}}}));
}

TEST(SourceLayout, ReachesAboveTheWorkingDirectory) {
  const Strings files{"a.yaml", "../topologies/b.yaml"};
  EXPECT_EQ(lay_out("/home/u/p", "a.yaml", files),
            (SourceLayout{.work = "p",
                          .scenario = "a.yaml",
                          .copies = {{"/home/u/p/a.yaml", "p/a.yaml"},
                                     {"/home/u/topologies/b.yaml", "topologies/b.yaml"}}}));
}

TEST(SourceLayout, TakesAScenarioThatIsNamedByAnAbsolutePath) {
  const Strings files{"/tmp/s/a.yaml", "/tmp/s/b.yaml"};
  const SourceLayout layout = lay_out("/tmp/s", "/tmp/s/a.yaml", files);
  EXPECT_EQ(layout.scenario, "a.yaml");
  EXPECT_TRUE(layout.fixed.empty());
}

TEST(SourceLayout, SaysWhichFilesACopyCannotStandFor) {
  const Strings files{"a.yaml", "/etc/nft/x.nft"};
  EXPECT_EQ(lay_out("/home", "a.yaml", files).fixed, Strings{"/etc/nft/x.nft"});
}

class RepeatScript : public testing::Test {
 protected:
  std::string script_of(const scenario::Scenario& scenario) const {
    const scenario::CheckResult result{.name = "red -> blue icmp",
                                       .where = {"a.yaml", 3, 5},
                                       .reproduce = "topoproof test a.yaml"};
    write_repeat_script(folder_.path(), result, scenario);
    return sys::read_file(folder_.path() / "repeat.sh").value_or("none");
  }

  sys::TempDir folder_;
};

TEST_F(RepeatScript, IsTheCommandWhereNoFilesAreKnown) {
  EXPECT_EQ(script_of({.file = "a.yaml"}), "topoproof test a.yaml");
}

// Variants, labs and executors were left out, and the files that the command names.
TEST_F(RepeatScript, NeedsNothingButItsFolder) {
  const sys::TempDir sources;
  const std::string file = (sources.path() / "a.yaml").string();
  sys::save_file(file, "checks:\n");
  const scenario::Scenario scenario{
      .file = file, .repeat_options = {"--variant", "no nat", "--kernel-only"}, .sources = {file}};
  const std::string script = script_of(scenario);
  EXPECT_TRUE(script.starts_with("#!/bin/sh\n# red -> blue icmp\n# a.yaml:3:5\ncd ")) << script;
  EXPECT_TRUE(
      script.ends_with("/a.yaml' --variant 'no nat' --kernel-only -k 'red -> blue icmp' "
                       "\"$@\""))
      << script;
  const auto permissions = fs::status(folder_.path() / "repeat.sh").permissions();
  EXPECT_NE(permissions & fs::perms::owner_exec, fs::perms::none);
  std::size_t copies = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "files")) {
    copies += entry.path().filename() == "a.yaml" ? 1U : 0U;
  }
  EXPECT_EQ(copies, 1U);
}

TEST_F(RepeatScript, StartsTheLabThatWasChecked) {
  const sys::TempDir sources;
  const std::string file = (sources.path() / "a.yaml").string();
  sys::save_file(file, "checks:\n");
  scenario::Scenario scenario{
      .file = file, .repeat_options = {"--variant", "big", "--lab", "mine"}, .sources = {file}};
  scenario.topology.add_node({.name = "red"});
  const std::string script = script_of(scenario);
  EXPECT_TRUE(
      script.contains("topoproof exec --lab mine red -- true 2>/dev/null ||\n"
                      "  topoproof up "))
      << script;
  EXPECT_TRUE(script.contains(" --name mine --variant big || exit 3\n")) << script;
}

}  // namespace
}  // namespace topoproof::runner::repeat_script_test
