// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "program/commands.hh"
#include "program/input_files.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/output.hh"

namespace topoproof::program {
namespace {

class FileCommands : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string make(const std::string& name, std::string_view text) const {
    sys::save_file(path(name), text);
    return path(name);
  }

  sys::TempDir folder_;
  std::string out_;
  std::string error_;
  Console console_{.out = [this](std::string_view text) { out_ += text; },
                   .error = [this](std::string_view text) { error_ += text; }};
};

constexpr std::string_view kPair = R"(
nodes: { red: {}, blue: {} }
links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
)";

TEST_F(FileCommands, LintCountsWhatItFinds) {
  const std::string file = make("net.topo.yaml", "nodes: { red: {}, red: {} }\n");
  EXPECT_EQ(run_lint({.paths = {file}}, console_), kInputWrong);
  EXPECT_TRUE(out_.starts_with(file + ":1:")) << out_;
  EXPECT_TRUE(out_.ends_with("1 file, 1 error, 0 warnings\n")) << out_;
}

TEST_F(FileCommands, LintPassesWhatIsRight) {
  EXPECT_EQ(run_lint({.paths = {make("net.topo.yaml", kPair)}}, console_), kPassed);
  EXPECT_EQ(out_, "1 file, 0 errors, 0 warnings\n");
}

TEST_F(FileCommands, PlanPrintsAScript) {
  EXPECT_EQ(run_plan({.file = make("net.topo.yaml", kPair)}, console_), kPassed) << error_;
  EXPECT_NE(out_.find("ip netns add red"), std::string::npos) << out_;
}

TEST_F(FileCommands, PlanOfAWrongFileIsItsIssues) {
  EXPECT_EQ(run_plan({.file = path("gone.topo.yaml")}, console_), kInputWrong);
  EXPECT_EQ(out_, "");
  EXPECT_TRUE(error_.starts_with(path("gone.topo.yaml"))) << error_;
}

TEST_F(FileCommands, GraphDrawsDotAndSvg) {
  const std::string file = make("net.topo.yaml", kPair);
  EXPECT_EQ(run_graph({.file = file}, console_), kPassed);
  EXPECT_NE(out_.find("red"), std::string::npos);
  EXPECT_EQ(run_graph({.file = file, .format = Picture::Svg, .output = path("net.svg")}, console_),
            kPassed);
  EXPECT_NE(sys::read_file(path("net.svg")).value().find("<svg"), std::string::npos);
}

TEST_F(FileCommands, AFullDiskIsASentence) {
  const GraphCommand command{.file = make("net.topo.yaml", kPair), .output = "/dev/full"};
  EXPECT_THROW(run_graph(command, console_), sys::SystemError);
}

TEST_F(FileCommands, WhatIsGeneratedPassesLint) {
  const std::string file = path("ring.topo.yaml");
  EXPECT_EQ(run_generate({.shape = "ring", .sizes = {4}, .output = file}, console_), kPassed);
  EXPECT_EQ(to_string(check_file(file)), "");
}

TEST_F(FileCommands, WhatIsImportedPassesLint) {
  const std::string graph = make("g.graphml", R"(<graphml><graph edgedefault="undirected">
<node id="a"/><node id="b"/><edge source="a" target="b"/></graph></graphml>)");
  const std::string file = path("g.topo.yaml");
  EXPECT_EQ(run_import({.file = graph, .output = file}, console_), kPassed) << error_;
  EXPECT_EQ(to_string(check_file(file)), "");
}

TEST_F(FileCommands, AMeshIsAFullMesh) {
  EXPECT_EQ(run_generate({.shape = "mesh", .sizes = {3}}, console_), kPassed);
  EXPECT_NE(out_.find("r1:eth1 -- r3:eth0"), std::string::npos) << out_;
}

TEST_F(FileCommands, GenerateSuggestsAShape) {
  EXPECT_EQ(run_generate({.shape = "rng", .sizes = {4}}, console_), kInputWrong);
  EXPECT_NE(error_.find("did you mean 'ring'?"), std::string::npos) << error_;
}

}  // namespace
}  // namespace topoproof::program
