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

TEST_F(FileCommands, ReachFailsWhereItIsStrictAndTheSimulatorDoesNotKnow) {
  const std::string file = make("net.topo.yaml", R"(
nodes: { red: {}, blue: { nftables: "add table ip t" } }
links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
)");
  EXPECT_EQ(run_reach({.file = file}, console_, false), kPassed);
  EXPECT_EQ(run_reach({.file = file, .strict = true}, console_, false), kFailed);
  EXPECT_TRUE(error_.find("2 of 2 pairs is not certain") != std::string::npos) << error_;
  const std::string known = make("known.topo.yaml", kPair);
  EXPECT_EQ(run_reach({.file = known, .strict = true}, console_, false), kPassed);
}

TEST_F(FileCommands, LintPassesWhatIsRight) {
  EXPECT_EQ(run_lint({.paths = {make("net.topo.yaml", kPair)}}, console_), kPassed);
  EXPECT_EQ(out_, "1 file, 0 errors, 0 warnings\n");
}

constexpr std::string_view kSlips = R"(nodes:
  red: { routes: [default via 10.0.0.1] }
  web: { routes: [default via 10.0.0.1] }
  r:
    forwarding: true
    masquerade:
      - { from: 10.9.0.0/24, out: up }
    snat:
      - { from: 10.0.0.0/24, out: up, to: 10.1.0.9 }
    port_forwards:
      - { in: up, tcp: 80, to: 10.0.0.3:80 }
      - { in: up, tcp: 80, to: 10.0.0.2:80 }
      - { in: up, tcp: 81, to: 10.0.0.99:80 }
      - { tcp: 82, to: 10.0.0.3:80 }
    bridges: { br0: { ipv4: 10.0.0.1/24 } }
  isp: { routes: [10.0.0.0/24 via 10.1.0.1] }
  host: { masquerade: [{ out: eth0 }] }
links:
  - red:eth0 10.0.0.2/24 -- r:br0/red
  - web:eth0 10.0.0.3/24 -- r:br0/web
  - r:up 10.1.0.1/24 -- isp:eth0 10.1.0.2/24
  - isp:eth1 10.2.0.1/24 -- host:eth0 10.2.0.2/24
  - { endpoints: [host:eth1 10.0.0.3/24, isp:eth2] }
)";

// Legal, all of it.
TEST_F(FileCommands, LintTellsSlipsWithTheirPlaces) {
  const std::string file = make("slips.topo.yaml", kSlips);
  EXPECT_EQ(run_lint({.paths = {file}}, console_), kPassed);
  std::string expected;
  for (const char* line :
       {"7:9: warning: masquerade from 10.9.0.0/24 out up: nobody has an address in 10.9.0.0/24",
        "9:9: warning: snat from 10.0.0.0/24 out up to 10.1.0.9: 10.1.0.9 is no address of 'r', "
        "and no node sends answers to it there",
        "12:9: warning: port forward in up tcp 80 to 10.0.0.2:80: all of its packets are taken by "
        "the one before it, at @:11:9",
        "13:9: warning: port forward in up tcp 81 to 10.0.0.99:80: nobody has the address "
        "10.0.0.99",
        "14:9: warning: the port forward of tcp/82 names neither an address nor an input "
        "interface: it also takes packets that 'r' only forwards, to whomever they are sent",
        "17:24: warning: masquerade out eth0: 'host' does not forward, so there are no packets of "
        "others; set `forwarding: true`",
        "23:29: note: address 10.0.0.3 of 'host:eth1' is one of 'web:eth0' as well, on another "
        "segment: which of them a packet reaches depends on its way"}) {
    expected += file + ":" + std::string(line) + "\n";
  }
  expected.replace(expected.find('@'), 1, file);
  EXPECT_EQ(out_, expected + "1 file, 0 errors, 6 warnings, 1 note\n");
  EXPECT_EQ(run_lint({.paths = {file}, .strict = true}, console_), kInputWrong);
}

TEST_F(FileCommands, ANoteIsNoErrorToStrict) {
  const std::string file = make("homes.topo.yaml", R"(nodes: { a: {}, b: {}, hub: {} }
links: [ "hub:a -- a:eth0 10.0.0.1/24", "hub:b -- b:eth0 10.0.0.1/24" ]
)");
  EXPECT_EQ(run_lint({.paths = {file}, .strict = true}, console_), kPassed);
  EXPECT_TRUE(out_.ends_with("1 file, 0 errors, 0 warnings, 1 note\n")) << out_;
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
