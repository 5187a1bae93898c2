// SPDX-License-Identifier: GPL-2.0-or-later
// Steps: what changes between checks.
#include <gtest/gtest.h>

#include "scenario/reader.hh"

namespace topoproof::scenario::reader_change_test {
namespace {

const std::string kNetwork =
    "nodes: { red: {}, host: { forwarding: true } }\n"
    "links: ['red:eth0 10.0.0.1/24 -- host:eth0 10.0.0.5/24']\n";

std::string issues_of(const std::string& steps) {
  const auto scenario = parse_scenario(kNetwork + "steps:\n" + steps, "s.yaml");
  return scenario ? "" : to_string(scenario.error());
}

std::vector<std::string> changes_of(const std::string& change) {
  const auto scenario = parse_scenario(kNetwork + "steps:\n  - change: " + change, "s.yaml");
  EXPECT_TRUE(scenario) << to_string(scenario.error());
  std::vector<std::string> texts;
  if (!scenario) return texts;
  for (const Change& one : scenario->steps.at(0).changes) {
    texts.push_back(describe(one, scenario->topology));
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Change, TurnsLinksOffAndOn) {
  EXPECT_EQ(changes_of("[link down red:eth0, link up host:eth0]\n"),
            (Texts{"link down red:eth0", "link up host:eth0"}));
}

TEST(Change, FlapsLinks) {
  EXPECT_EQ(changes_of("[link flap red:eth0, link flap host:eth0 for 200ms]\n"),
            (Texts{"link flap red:eth0 for 1s", "link flap host:eth0 for 200ms"}));
  EXPECT_NE(issues_of("  - change: link flap red:eth0 for ever\n"), "");
}

TEST(Change, AddsAndDeletesRoutes) {
  EXPECT_EQ(changes_of("\n    - route add red default via 10.0.0.5\n"
                       "    - route delete red blackhole 10.9.0.0/16\n"),
            (Texts{"add at red: route default via 10.0.0.5",
                   "delete at red: route blackhole 10.9.0.0/16"}));
}

TEST(Change, SetsSysctls) {
  EXPECT_EQ(changes_of("sysctl host net.ipv4.ip_forward=0\n"),
            Texts{"sysctl host net.ipv4.ip_forward=0"});
  EXPECT_EQ(changes_of("sysctl host net.ipv4.ip_local_port_range = 4000 5000\n"),
            Texts{"sysctl host net.ipv4.ip_local_port_range=4000 5000"});
}

TEST(Change, Waits) { EXPECT_EQ(changes_of("wait 1500ms\n"), Texts{"wait 1500ms"}); }

TEST(Change, ReplacesTheRulesOfANode) {
  const auto scenario = parse_scenario(kNetwork +
                                           "steps:\n"
                                           "  - change:\n"
                                           "      rules:\n"
                                           "        node: host\n"
                                           "        masquerade: [{ out: eth0 }]\n"
                                           "        nftables: |\n"
                                           "          table ip t {\n"
                                           "          }\n",
                                       "s.yaml");
  ASSERT_TRUE(scenario) << to_string(scenario.error());
  const auto& change = std::get<ReplaceRules>(scenario->steps.at(0).changes.at(0).what);
  EXPECT_EQ(change.node, NodeId(1));
  EXPECT_EQ(change.rules.masquerade.size(), 1U);
  EXPECT_EQ(change.rules.rules.at(0).text, "table ip t {\n}\n");
}

TEST(Step, HasChangesAndThenChecks) {
  const auto scenario = parse_scenario(kNetwork +
                                           "checks: [red -> host icmp: delivered]\n"
                                           "steps:\n"
                                           "  - change: wait 1s\n"
                                           "    checks: [host -> red icmp: delivered]\n"
                                           "  - checks: [red -> host icmp: delivered]\n",
                                       "s.yaml");
  ASSERT_TRUE(scenario) << to_string(scenario.error());
  ASSERT_EQ(scenario->steps.size(), 3U);
  EXPECT_TRUE(scenario->steps[0].changes.empty());
  EXPECT_EQ(scenario->steps[1].changes.size(), 1U);
  EXPECT_EQ(scenario->steps[1].checks.size(), 1U);
}

TEST(Change, SaysWhatIsWrong) {
  EXPECT_EQ(
      issues_of("  - change: lnk down red:eth0\n"),
      "s.yaml:4:13: error: expected one of link, impair, route, sysctl, wait, found 'lnk'; did you "
      "mean 'link'?\n");
  EXPECT_EQ(
      issues_of("  - change: link dwon red:eth0\n"),
      "s.yaml:4:18: error: expected one of up, down, flap, found 'dwon'; did you mean 'down'?\n");
  EXPECT_EQ(issues_of("  - change: link down red\n"),
            "s.yaml:4:23: error: which interface of 'red'? red:INTERFACE\n");
  EXPECT_EQ(issues_of("  - change: link down red:eth1\n"),
            "s.yaml:4:23: error: node 'red' has no interface 'eth1'; did you mean 'eth0'?\n");
  EXPECT_EQ(issues_of("  - change: route add rde default via 10.0.0.5\n"),
            "s.yaml:4:23: error: there is no node 'rde'; did you mean 'red'?\n");
  EXPECT_EQ(issues_of("  - change: sysctl host net.ipv4.ip_forward\n"),
            "s.yaml:4:25: error: expected a sysctl like net.ipv4.ip_forward=0\n");
  EXPECT_EQ(issues_of("  - change: wait 2\n"),
            "s.yaml:4:18: error: '2' is not a duration like 250ms, 5s or 2m\n");
  EXPECT_EQ(issues_of("  - {}\n"), "s.yaml:4:5: error: a step needs 'change:' or 'checks:'\n");
  EXPECT_EQ(issues_of("  - change: { ruls: {} }\n"),
            "s.yaml:4:13: error: the key 'rules' is missing\n"
            "s.yaml:4:15: error: unknown key 'ruls'; did you mean 'rules'?\n");
}

}  // namespace
}  // namespace topoproof::scenario::reader_change_test
