// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/input_files.hh"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "rules/compiled.hh"
#include "sys/files.hh"
#include "sys/output.hh"

namespace topoproof::program {
namespace {

using Files = std::vector<std::string>;

constexpr std::string_view kTopology = R"(
nodes: { red: {}, blue: {} }
links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
variants:
  renumbered: { set: { links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.9/24" ] } }
)";

class InputFiles : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string make(const std::string& name, std::string_view text = "") const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    sys::save_file(path(name), text);
    return path(name);
  }

  sys::TempDir folder_;
};

TEST_F(InputFiles, AFolderStandsForAllScenariosBelowInOrder) {
  const Files made{make("a/z.scenario.yaml"), make("b.scenario.yml"), make("c.scenario.yaml")};
  make("a/net.topo.yaml");
  make("README");
  Issues issues;
  EXPECT_EQ(find_files(Files{path("")}, false, issues), (Files{made[0], made[1], made[2]}));
  EXPECT_TRUE(issues.empty()) << to_string(issues);
}

TEST_F(InputFiles, CopiesInTheFolderOfAFailedCheckAreNotRunAgain) {
  const Files made{make("files/a.scenario.yaml")};
  make("captures/net/red/repeat.sh");
  make("captures/net/red/files/a.scenario.yaml");
  Issues issues;
  EXPECT_EQ(find_files(Files{path("")}, false, issues), made);
}

TEST_F(InputFiles, AFileStandsForItselfWhateverItsName) {
  Issues issues;
  const std::string file = make("both.yaml");
  EXPECT_EQ(find_files(Files{file, file}, false, issues), Files{file});
}

TEST_F(InputFiles, LintTakesTopologiesToo) {
  Issues issues;
  const std::string file = make("net.topo.yaml");
  EXPECT_EQ(find_files(Files{path("")}, true, issues), Files{file});
}

// Only `rules show` once said so.
TEST_F(InputFiles, CompiledRulesOfAnotherTextAreAWarning) {
  const rules::Source source{.text = "table ip t {}\n",
                             .where = {.file = make("r.nft", "table ip u {}\n"), .line = 1}};
  make("r.json", rules::compile({}, {&source, 1}));
  const auto topology = make("net.topo.yaml", "nodes: { red: { nftables: r.json } }\n");
  const auto scenario = make("net.scenario.yaml",
                             "topology: net.topo.yaml\n"
                             "checks: [ 'red -> red icmp: delivered' ]\n");
  const auto warning = path("r.json") + ": warning: compiled from another text than " +
                       path("r.nft") + " has now: compile the rules again\n";
  Issues issues;
  read_topology_file(topology, {}, issues);
  EXPECT_EQ(to_string(issues), warning);
  EXPECT_NE(to_string(read_scenario_file(scenario, {}).issues).find(warning), std::string::npos);
  EXPECT_NE(to_string(check_file(topology)).find(warning), std::string::npos);
  EXPECT_NE(to_string(check_file(scenario)).find(warning), std::string::npos);
}

TEST_F(InputFiles, WhatIsNotThereIsAnIssue) {
  Issues issues;
  EXPECT_TRUE(find_files(Files{"/nonexistent"}, false, issues).empty());
  EXPECT_EQ(to_string(issues), "/nonexistent: error: there is no such file or folder\n");
}

TEST_F(InputFiles, AFolderWithoutScenariosIsAnIssue) {
  Issues issues;
  make("net.topo.yaml");
  EXPECT_TRUE(find_files(Files{path("")}, false, issues).empty());
  EXPECT_EQ(to_string(issues), path("") + ": error: no *.scenario.yaml is below this folder\n");
}

// They were left out, and the run passed.
TEST_F(InputFiles, WhatHasAScenariosNameAndIsNoFileIsAnIssue) {
  const Files made{make("good.scenario.yaml")};
  std::filesystem::create_symlink("nowhere.yaml", path("link.scenario.yaml"));
  ASSERT_EQ(::mkfifo(path("pipe.scenario.yaml").c_str(), 0600), 0);
  std::filesystem::create_directory(path("folder.scenario.yaml"));
  Issues issues;
  EXPECT_EQ(find_files(Files{path("")}, false, issues), made);
  std::ranges::sort(issues, {}, [](const Issue& issue) { return issue.where.file; });
  EXPECT_EQ(to_string(issues),
            path("link.scenario.yaml") + ": error: there is no such file or folder\n" +
                path("pipe.scenario.yaml") + ": error: this is no regular file\n");
}

TEST_F(InputFiles, AKindIsToldByNameElseByContent) {
  EXPECT_EQ(kind_of("x.topo.yaml"), FileKind::Topology);
  EXPECT_EQ(kind_of("x.scenario.yaml"), FileKind::Scenario);
  EXPECT_EQ(kind_of(make("a.yaml", kTopology)), FileKind::Topology);
  EXPECT_EQ(kind_of(make("b.yaml", "nodes: {}\nchecks: []\n")), FileKind::Scenario);
}

std::string address_of_blue(const scenario::Scenario& scenario) {
  const auto& check = std::get<scenario::Check>(scenario.steps.at(0).checks.at(0));
  return to_string(check.flow.destination);
}

TEST_F(InputFiles, GivenVariantsTakeThePlaceOfTheScenarios) {
  make("net.topo.yaml", kTopology);
  const std::string file = make(
      "net.scenario.yaml", "topology: net.topo.yaml\nchecks: [ red -> blue icmp: delivered ]\n");
  const auto plain = read_scenario_file(file, {});
  const auto other = read_scenario_file(file, Files{"renumbered"});
  EXPECT_TRUE(plain.issues.empty() && other.issues.empty()) << to_string(other.issues);
  EXPECT_EQ(address_of_blue(plain.scenario), "10.0.0.2");
  EXPECT_EQ(address_of_blue(other.scenario), "10.0.0.9");
}

TEST_F(InputFiles, AnUnknownVariantIsAnIssue) {
  Issues issues;
  read_topology_file(make("net.topo.yaml", kTopology), Files{"renumberd"}, issues);
  EXPECT_EQ(to_string(issues),
            "--variant: error: there is no variant 'renumberd'; did you mean 'renumbered'?\n");
}

TEST_F(InputFiles, AFileThatCannotBeReadIsAnIssueOfTheScenario) {
  const auto read = read_scenario_file(path("gone.scenario.yaml"), {});
  EXPECT_TRUE(has_errors(read.issues));
  EXPECT_EQ(read.scenario.name, "gone.scenario.yaml");
}

TEST_F(InputFiles, CheckingATopologyChecksItsVariants) {
  const std::string file = make("net.topo.yaml", R"(
nodes: { red: {}, blue: {} }
links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
variants:
  wrong: { set: { red.forwardin: true } }
)");
  const Issues issues = check_file(file);
  ASSERT_EQ(issues.size(), 1U) << to_string(issues);
  EXPECT_NE(issues[0].text.find("forwardin"), std::string::npos) << issues[0].text;
}

}  // namespace
}  // namespace topoproof::program
