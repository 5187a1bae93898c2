// SPDX-License-Identifier: GPL-2.0-or-later
// Every shipped file is read without an issue, in each of its variants, and the schemas for editors
// know exactly the keys that the readers know.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ranges>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "document/reader.hh"
#include "scenario/reader.hh"
#include "scenario/readme_example.hh"

namespace topoproof::scenario {
namespace {

namespace fs = std::filesystem;

// Tests run in framework/scenario.
const fs::path kRoot = "../..";

using document::read_text_file;

std::vector<std::string> files_in(const std::string& folder, std::string_view suffix) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(kRoot / folder)) {
    if (entry.path().string().ends_with(suffix)) files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).filename().string();
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class ShippedScenario : public testing::TestWithParam<std::string> {};

TEST_P(ShippedScenario, HasNoIssueAndChecksSomething) {
  Issues issues;
  const Scenario scenario = load_scenario(GetParam(), read_text_file, issues);
  std::erase_if(issues, [](const Issue& issue) { return issue.severity == Severity::Warning; });
  EXPECT_EQ(to_string(issues), "");
  ASSERT_FALSE(scenario.steps.empty());
  EXPECT_FALSE(scenario.steps.front().checks.empty());
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ShippedScenario,
                         testing::ValuesIn(files_in("scenarios", ".scenario.yaml")), test_name);

class ShippedTopology : public testing::TestWithParam<std::string> {};

TEST_P(ShippedTopology, HasNoErrorInAnyVariant) {
  const auto root = document::parse_yaml(read_text_file(GetParam()).value(), GetParam());
  ASSERT_TRUE(root) << to_string(root.error());
  std::vector<topofile::Variants> choices{{}};
  for (std::string& name : topofile::variant_names(*root, read_text_file)) {
    choices.push_back({{std::move(name), {}}});
  }
  Issues issues;
  for (const auto& chosen : choices) {
    topofile::read_topology(*root, chosen, read_text_file, issues);
  }
  std::erase_if(issues, [](const Issue& issue) { return issue.severity == Severity::Warning; });
  EXPECT_EQ(to_string(issues), "");
}

INSTANTIATE_TEST_SUITE_P(Topologies, ShippedTopology,
                         testing::ValuesIn(files_in("topologies", ".topo.yaml")), test_name);

// Not even a warning.
TEST(Readme, ItsTopologyHasNoIssue) {
  Issues issues;
  const std::string text = readme_example("## A topology file");
  const auto net =
      topofile::load_topology("README.md", {}, topofile::single_file(text, "README.md"), issues);
  EXPECT_EQ(to_string(issues), "");
  EXPECT_EQ(net.nodes().size(), 4U);
}

// A mapping of the format: where its keys stand in a schema, and a file with the unknown key `qqq`
// in such a mapping. The reader answers with the keys that it knows.
struct Mapping {
  std::string name;
  std::string schema;
  std::string pointer;
  std::string file;
};

void PrintTo(const Mapping& mapping, std::ostream* out) { *out << mapping.name; }

std::set<std::string> keys_in_schema(const Mapping& mapping) {
  const auto schema = nlohmann::json::parse(
      read_text_file((kRoot / "framework" / mapping.schema).string()).value());
  std::set<std::string> keys;
  const auto& properties = schema.at(nlohmann::json::json_pointer(mapping.pointer));
  for (const auto& [key, value] : properties.items()) keys.insert(key);
  return keys;
}

std::set<std::string> keys_in_reader(const Mapping& mapping) {
  Issues issues;
  const bool is_topology = mapping.schema.starts_with("topofile");
  const auto one_file = topofile::single_file(mapping.file, "f.yaml");
  if (is_topology) {
    topofile::load_topology("f.yaml", {}, one_file, issues);
  } else {
    load_scenario("f.yaml", one_file, issues);
  }
  constexpr std::string_view kStart = "unknown key 'qqq'; known here: ";
  std::set<std::string> keys;
  for (const Issue& issue : issues) {
    if (!issue.text.starts_with(kStart)) continue;
    const std::string_view list = std::string_view(issue.text).substr(kStart.size());
    for (const auto key : std::views::split(list, std::string_view(", "))) {
      keys.emplace(key.begin(), key.end());
    }
  }
  return keys;
}

class Schema : public testing::TestWithParam<Mapping> {};

TEST_P(Schema, KnowsTheKeysOfTheReader) {
  EXPECT_EQ(keys_in_schema(GetParam()), keys_in_reader(GetParam()));
}

const std::string kNet = "nodes: { a: , b: }\n";
const std::string kTopo = "topofile/topology.schema.json";
const std::string kScen = "scenario/scenario.schema.json";
const std::string kTwoFiles = "topology: { nodes: { a: } }\n";

INSTANTIATE_TEST_SUITE_P(
    Keys, Schema,
    testing::Values(
        Mapping{"topology", kTopo, "/properties", "qqq: 1\n" + kNet},
        Mapping{"node", kTopo, "/$defs/node/properties", "nodes: { a: { qqq: 1 } }"},
        Mapping{"bridge", kTopo, "/$defs/bridge/properties",
                "nodes: { a: { bridges: { b: { qqq: 1 } } } }"},
        Mapping{"service", kTopo, "/$defs/service_mapping/properties",
                "nodes: { a: { services: { s: { qqq: 1 } } } }"},
        Mapping{"readiness", kTopo, "/$defs/readiness/properties",
                "nodes: { a: { services: { s: { run: x, ready: { qqq: 1 } } } } }"},
        Mapping{"impairment", kTopo, "/$defs/impairment/properties",
                kNet + "links: [{ endpoints: [a, b], impair: { qqq: 1 } }]"},
        Mapping{"masquerade", kTopo, "/$defs/masquerade/properties",
                "nodes: { a: { masquerade: [{ qqq: 1 }] } }"},
        Mapping{"snat", kTopo, "/$defs/snat/properties", "nodes: { a: { snat: [{ qqq: 1 }] } }"},
        Mapping{"port_forward", kTopo, "/$defs/port_forward/properties",
                "nodes: { a: { port_forwards: [{ qqq: 1 }] } }"},
        Mapping{"link", kTopo, "/$defs/link_mapping/properties", kNet + "links: [{ qqq: 1 }]"},
        Mapping{"endpoint", kTopo, "/$defs/endpoint_mapping/properties",
                kNet + "links: [{ endpoints: [{ qqq: 1 }] }]"},
        Mapping{"addressing", kTopo, "/$defs/addressing/properties",
                kNet + "addressing: { qqq: 1 }"},
        Mapping{"pool", kTopo, "/$defs/pool/properties", kNet + "addressing: { ipv4: { qqq: 1 } }"},
        Mapping{"routing", kTopo, "/$defs/routing/properties", kNet + "routing: { qqq: 1 }"},
        Mapping{"variant", kTopo, "/$defs/variant/properties",
                kNet + "variants: { v: { qqq: 1 } }"},
        Mapping{"scenario", kScen, "/$defs/two_files/properties", "qqq: 1\n" + kTwoFiles},
        Mapping{"both", kScen, "/$defs/one_file/properties", "qqq: 1\n" + kNet},
        Mapping{"check", kScen, "/$defs/check/properties", kTwoFiles + "checks: [{ qqq: 1 }]"},
        Mapping{"matrix", kScen, "/$defs/matrix/properties",
                kTwoFiles + "checks: [{ matrix: { qqq: 1 } }]"},
        Mapping{"flow", kScen, "/$defs/flow_mapping/properties",
                kTwoFiles + "checks: [{ flow: { qqq: 1 } }]"},
        Mapping{"translation", kScen, "/$defs/translation/properties",
                kTwoFiles + "checks: [{ translated: { qqq: 1 } }]"},
        Mapping{"step", kScen, "/$defs/step/properties", kTwoFiles + "steps: [{ qqq: 1 }]"},
        Mapping{"rules", kScen, "/$defs/rules/properties",
                kTwoFiles + "steps: [{ change: { rules: { qqq: 1 } } }]"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace topoproof::scenario
