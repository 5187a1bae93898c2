// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/graphml.hh"

#include <gtest/gtest.h>

#include "topology/test_networks.hh"

namespace topoproof::topofile::graphml_test {
namespace {

constexpr std::string_view kHead = R"(<?xml version="1.0"?>
<graphml>
  <key attr.name="label" for="node" id="d1" />
  <key attr.name="Longitude" for="node" id="d2" />
  <key attr.name="Latitude" for="node" id="d3" />
  <key attr.name="weight" for="edge" id="d4" />
  <graph edgedefault="undirected" id="My Net">
)";

std::expected<GraphmlImport, Issues> import(std::string_view body) {
  return import_graphml(std::string(kHead) + std::string(body) + "</graph></graphml>", "x.graphml");
}
std::string issues_of(std::string_view body) {
  const auto imported = import(body);
  return to_string(imported ? imported->warnings : imported.error());
}

//   new-york ══ sao-paulo
TEST(Graphml, NodesAreRoutersAndEdgesAreLinks) {
  const auto imported = import(R"(
    <node id="0"><data key="d1">New York</data><data key="d2">-74.0</data>
                 <data key="d3">40.7</data></node>
    <node id="1"><data key="d1">São Paulo</data></node>
    <edge source="0" target="1" />
    <edge source="1" target="0"><data key="d4">7</data></edge>)");
  ASSERT_TRUE(imported) << to_string(imported.error());
  const topology::Topology& net = imported->topology;
  EXPECT_EQ(net.name(), "my-net");
  EXPECT_EQ(net.nodes()[1].name, "sao-paulo");
  EXPECT_TRUE(net.nodes()[0].forwarding);
  EXPECT_EQ(net.nodes()[0].position->longitude, -74.0);
  EXPECT_FALSE(net.nodes()[1].position);
  ASSERT_EQ(net.links().size(), 2U);
  EXPECT_EQ(net.links()[1].ends[0].interface, "eth1");
  EXPECT_EQ(net.links()[1].weight, 7U);
  EXPECT_EQ(net.nodes()[0].where, (Location{"x.graphml", 9, 5}));
}

TEST(Graphml, NamesAreMadeUnique) {
  const auto imported = import(R"(
    <node id="a"><data key="d1">Paris</data></node>
    <node id="b"><data key="d1">PARIS</data></node>
    <node id="c"><data key="d1">paris-2</data></node>
    <node id="d"><data key="d1">東京</data></node>
    <node id="..." />
    <node id="e"><data key="d1">None</data></node>)");
  ASSERT_TRUE(imported);
  std::vector<std::string> names;
  for (const topology::Node& node : imported->topology.nodes()) names.push_back(node.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"paris", "paris-2", "paris-2-2", "d", "node", "none-2"}));
}

TEST(Graphml, NodeNamesArePlain) {
  EXPECT_EQ(to_node_name("Praha (Žižkov) / Łódź"), "praha-zizkov-lodz");
  EXPECT_EQ(to_node_name("St. John's"), "st-johns");
  EXPECT_EQ(to_node_name(" -- "), "");
  EXPECT_EQ(to_node_name("\xff\xc3"), "");
  EXPECT_EQ(to_node_name(std::string(50, 'x')).size(), 40U);
}

TEST(Graphml, AnEdgeToItselfIsLeftOut) {
  EXPECT_EQ(issues_of(R"(<node id="a" /><edge source="a" target="a" />)"),
            "x.graphml:8:16: warning: the edge from 'a' to itself is left out\n");
}

TEST(Graphml, AllIssuesComeWithTheirPlaces) {
  EXPECT_EQ(issues_of(R"(<node id="a" /><node />
    <node id="a" />
    <edge source="a" target="b" />
    <edge target="a" />
    <hyperedge />)"),
            "x.graphml:8:16: error: this node has no id\n"
            "x.graphml:9:5: error: node id 'a' exists twice\n"
            "x.graphml:10:5: error: the target of this edge, 'b', is not a node\n"
            "x.graphml:11:5: error: this edge has no source\n"
            "x.graphml:12:5: error: hyperedges are not supported: connect its nodes with a bridge "
            "in the topology\n");
}

TEST(Graphml, OtherTextIsRefused) {
  EXPECT_EQ(to_string(import_graphml("<graphml>\n<graph", "x").error()),
            "x:2:6: error: this is not XML: Error parsing start element tag\n");
  EXPECT_EQ(to_string(import_graphml("<svg/>", "x").error()),
            "x: error: this is not GraphML: there is no <graph> inside of a <graphml>\n");
}

}  // namespace
}  // namespace topoproof::topofile::graphml_test
