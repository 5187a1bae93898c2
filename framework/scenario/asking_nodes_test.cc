// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/asking_nodes.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scenario/reader.hh"

namespace topoproof::scenario::asking_nodes_test {
namespace {

// a .1 --\.
//         sw br0 ---- .2 r .2 ---- .3 b
// c .4 --/     10.1.0.0/24   10.2.0.0/24
std::string asking(const std::string& node, const std::string& rules, bool ipv6 = false) {
  const auto rules_of = [&](const std::string& name) { return name == node ? rules : ""; };
  const auto scenario = parse_scenario(
      fmt::format(
          "nodes: {{ a: {{ {} }}, c: {{}}, sw: {{ bridges: {{ br0: {{}} }}, {} }}, r: {{ {} "
          "}}, b: {{ {} }} }}\n"
          "links:\n  - a:eth0 10.1.0.1/24 -- sw:br0/p1\n"
          "  - c:eth0 10.1.0.4/24 -- sw:br0/p2\n"
          "  - r:left 10.1.0.2/24 -- sw:br0/p3\n"
          "  - r:right 10.2.0.2/24 {} -- b:eth0 10.2.0.3/24\n"
          "checks: [ a -> c icmp: delivered ]\n",
          rules_of("a"), rules_of("sw"), rules_of("r"), rules_of("b"), ipv6 ? "fd00::2/64" : ""),
      "net.scenario.yaml");
  if (!scenario) return to_string(scenario.error());
  std::string names;
  for (const NodeId id : asking_nodes_of(*scenario)) {
    names += scenario->topology.node(id).name + " ";
  }
  return names;
}

TEST(AskingNodes, AreNoneWhereNoRuleSeesTheQuestion) {
  EXPECT_EQ(asking("a", ""), "");
  EXPECT_EQ(asking("a", "nftables: 'table inet t { }'"), "");
  EXPECT_EQ(asking("a", "nftables: 'table ip bridged { }'"), "");
}

TEST(AskingNodes, AreAllOnTheSegmentsOfWhoFiltersFrames) {
  EXPECT_EQ(asking("a", "nftables: 'table arp t { }'"), "a c sw r ");
  EXPECT_EQ(asking("sw", "nftables: 'table bridge t { }'"), "a c sw r ");
  EXPECT_EQ(asking("b", "nftables: 'table netdev t { }'"), "r b ");
  EXPECT_EQ(asking("r", "nftables: 'table arp t { }'"), "a c sw r b ");
}

TEST(AskingNodes, AreThoseOfIpv6WhereAFilterMayForgetSolicitations) {
  EXPECT_EQ(asking("b", "nftables: 'table inet t { }'", true), "r b ");
  EXPECT_EQ(asking("b", "nftables: 'table ip6 t { }'", true), "r b ");
  EXPECT_EQ(asking("b", "nftables: 'table ip t { }'", true), "");
}

TEST(AskingNodes, AreThoseBesideWhoIsToldHowToAnswer) {
  EXPECT_EQ(asking("b", "sysctls: { net.ipv4.conf.all.arp_ignore: 8 }"), "r b ");
}

}  // namespace
}  // namespace topoproof::scenario::asking_nodes_test
