// SPDX-License-Identifier: GPL-2.0-or-later
// Several states of one network without several copies: extends, variants, defaults, groups.
#include <map>

#include <gtest/gtest.h>

#include "document/reader.hh"
#include "topofile/reader.hh"

namespace topoproof::topofile::reader_edit_test {
namespace {

//   red -- host -- client
const std::string kBase =
    "nodes:\n"
    "  red: { routes: [default via 10.0.0.5] }\n"
    "  host:\n"
    "    forwarding: true\n"
    "    bridges: { br0: { ipv4: 10.0.0.5/24 } }\n"
    "    masquerade: [{ out: eth0 }]\n"
    "    sysctls: { net.ipv4.tcp_ecn: 0 }\n"
    "  client: {}\n"
    "links:\n"
    "  - endpoints: ['red:eth0 10.0.0.1/24', { bridge: br0, interface: p1 }]\n"
    "  - host:eth0 10.1.0.2/24 -- client:eth0 10.1.0.3/24\n"
    "variants:\n"
    "  no-nat:     { remove: [host.masquerade] }\n"
    "  no-host:    { remove: [host, red.routes] }\n"
    "  no-client:  { remove: ['host:eth0', client, host.masquerade] }\n"
    "  closed:     { set: { host.forwarding: false, red.routes: [] } }\n"
    "  more-nat:   { add: { host.masquerade: [{ from: 10.0.0.0/24, out: eth0 }] } }\n"
    "  ecn:        { set: { host.sysctls.net.ipv4.tcp_ecn: 1 } }\n"
    "  timestamps: { add: { host.sysctls.net.ipv4.tcp_timestamps: 0 } }\n"
    "  another:    { add: { green: {}, links: ['green:eth0 -- client:eth1'] } }\n"
    "  slip:       { remove: [host.masqerade, hst.masquerade, 'red:eth9'], set: { rde.x: 1 } }\n";

FileReader files(std::map<std::string, std::string> texts) {
  return [texts = std::move(texts)](const std::string& path) -> std::expected<std::string, Issue> {
    const auto found = texts.find(path);
    if (found != texts.end()) return found->second;
    return std::unexpected(make_issue({.file = path}, "there is no such file"));
  };
}

Variants named(std::vector<std::string> names) {
  Variants variants;
  for (auto& name : names) variants.push_back({std::move(name), {"net.scenario.yaml", 2, 10}});
  return variants;
}

// The base network in some of its variants.
topology::Topology variant(std::vector<std::string> names) {
  Issues issues;
  topology::Topology net = load_topology("base.topo.yaml", named(std::move(names)),
                                         files({{"base.topo.yaml", kBase}}), issues);
  EXPECT_FALSE(has_errors(issues)) << to_string(issues);
  return net;
}

std::string errors_of(const std::map<std::string, std::string>& texts,
                      std::vector<std::string> names = {}) {
  Issues issues;
  load_topology("net.topo.yaml", named(std::move(names)), files(texts), issues);
  std::erase_if(issues, [](const Issue& issue) { return issue.severity == Severity::Warning; });
  return to_string(issues);
}

TEST(Variant, RemovesAKey) {
  EXPECT_TRUE(variant({"no-nat"}).nodes()[1].masquerade.empty());
  EXPECT_EQ(variant({}).nodes()[1].masquerade.size(), 1U);
}

TEST(Variant, RemovesANodeWithItsLinks) {
  const topology::Topology net = variant({"no-host"});
  EXPECT_EQ(net.nodes().size(), 2U);
  EXPECT_TRUE(net.links().empty());
}

TEST(Variant, RemovesALinkByItsEnd) {
  const topology::Topology net = variant({"no-client"});
  ASSERT_EQ(net.links().size(), 1U);
  EXPECT_EQ(net.links()[0].ends[0].interface, "eth0");
}

TEST(Variant, SetsAndAdds) {
  EXPECT_FALSE(variant({"closed"}).nodes()[1].forwarding);
  EXPECT_TRUE(variant({"closed"}).nodes()[0].routes.empty());
  EXPECT_EQ(variant({"more-nat"}).nodes()[1].masquerade.size(), 2U);
  EXPECT_EQ(variant({"another"}).links().size(), 3U);
}

TEST(Variant, FindsKeysWithDotsInThem) {
  const auto ecn = variant({"ecn"}).nodes()[1].sysctls;
  ASSERT_EQ(ecn.size(), 1U);
  EXPECT_EQ(ecn[0].value.value, "1");
  const auto timestamps = variant({"timestamps"}).nodes()[1].sysctls;
  ASSERT_EQ(timestamps.size(), 2U);
  EXPECT_EQ(timestamps[1].value.name, "net.ipv4.tcp_timestamps");
}

TEST(Variant, SeveralAreAppliedInTheirOrder) {
  const topology::Topology net = variant({"no-nat", "more-nat"});
  ASSERT_EQ(net.nodes()[1].masquerade.size(), 1U);
  EXPECT_TRUE(net.nodes()[1].masquerade[0].value.from);
}

TEST(Variant, ReportsPathsThatLeadNowhere) {
  EXPECT_EQ(errors_of({{"net.topo.yaml", kBase}}, {"slip"}),
            "net.topo.yaml:21:26: error: there is no 'masqerade'; did you mean 'masquerade'?\n"
            "net.topo.yaml:21:42: error: there is no 'hst'; did you mean 'host'?\n"
            "net.topo.yaml:21:58: error: no link ends at 'red:eth9'\n"
            "net.topo.yaml:21:78: error: there is no 'rde'; did you mean 'red'?\n");
}

TEST(Variant, HasToExist) {
  EXPECT_EQ(errors_of({{"net.topo.yaml", kBase}}, {"nonat"}),
            "net.scenario.yaml:2:10: error: there is no variant 'nonat'; did you mean 'no-nat'?\n");
  EXPECT_EQ(errors_of({{"net.topo.yaml", "nodes: { a: }\n"}}, {"x"}),
            "net.scenario.yaml:2:10: error: there is no variant 'x'\n");
}

TEST(Extends, MergesMappingsAppendsListsReplacesTheRest) {
  Issues issues;
  const topology::Topology net = load_topology(
      "lab/net.topo.yaml", {},
      files({{"base.topo.yaml", kBase},
             {"lab/net.topo.yaml",
              "extends: ../base.topo.yaml\n"
              "remove: [red.routes]\n"
              "nodes: { host: { forwarding: false, masquerade: [{ out: br0 }] }, green: {} }\n"
              "links: ['green:eth0 -- client:eth1']\n"}}),
      issues);
  EXPECT_FALSE(has_errors(issues)) << to_string(issues);
  const topology::Node& host = net.nodes()[1];
  EXPECT_FALSE(host.forwarding);
  EXPECT_EQ(host.masquerade.size(), 2U);
  EXPECT_EQ(net.bridges().size(), 1U);
  EXPECT_EQ(net.links().size(), 3U);
  EXPECT_TRUE(net.nodes()[0].routes.empty());
}

TEST(Extends, ReportsWhereItWasWritten) {
  EXPECT_EQ(errors_of({{"base.topo.yaml", "nodes: { red: { mtu: 5 } }\n"},
                       {"net.topo.yaml", "extends: base.topo.yaml\nnodes: { red: { x: 1 } }\n"}}),
            "base.topo.yaml:1:17: error: unknown key 'mtu'; known here: forwarding, loopback, "
            "bridges, routes, rules, neighbors, sysctls, listens, services, name_servers, hosts, "
            "masquerade, snat, port_forwards, "
            "nftables, iptables, ip6tables\n"
            "net.topo.yaml:2:17: error: unknown key 'x'; known here: forwarding, loopback, "
            "bridges, routes, rules, neighbors, sysctls, listens, services, name_servers, hosts, "
            "masquerade, snat, port_forwards, "
            "nftables, iptables, ip6tables\n");
}

TEST(Extends, NeedsAFileThatDoesNotLeadBack) {
  EXPECT_EQ(errors_of({{"net.topo.yaml", "extends: none.topo.yaml\nnodes: { a: }"}}),
            "net.topo.yaml:1:10: error: cannot read 'none.topo.yaml': there is no such file\n");
  EXPECT_EQ(errors_of({{"net.topo.yaml", "extends: b.topo.yaml\nnodes: { a: }"},
                       {"b.topo.yaml", "extends: net.topo.yaml"}}),
            "b.topo.yaml:1:10: error: 'net.topo.yaml' extends itself\n");
}

TEST(Defaults, ComeBeforeGroupsAndGroupsBeforeTheNode) {
  auto net = parse_topology(
      "defaults: { sysctls: { net.ipv4.tcp_ecn: 0, net.ipv4.tcp_sack: 0 } }\n"
      "groups:\n"
      "  routers: { members: [r1, r2], forwarding: true, sysctls: { net.ipv4.tcp_ecn: 1 } }\n"
      "nodes: { r1: , r2: { forwarding: false }, h: }\n",
      "net.topo.yaml");
  ASSERT_TRUE(net) << to_string(net.error());
  EXPECT_TRUE(net->nodes()[0].forwarding);
  EXPECT_FALSE(net->nodes()[1].forwarding);
  EXPECT_FALSE(net->nodes()[2].forwarding);
  EXPECT_EQ(net->nodes()[0].sysctls.at(0).value.value, "1");
  EXPECT_EQ(net->nodes()[2].sysctls.at(0).value.value, "0");
  EXPECT_EQ(net->nodes()[2].sysctls.size(), 2U);
}

TEST(Defaults, AreReportedOnce) {
  EXPECT_EQ(errors_of({{"net.topo.yaml", "defaults: { forwardin: true }\nnodes: { a: , b: }\n"}}),
            "net.topo.yaml:1:13: error: unknown key 'forwardin'; did you mean 'forwarding'?\n");
  EXPECT_EQ(errors_of({{"net.topo.yaml",
                        "groups: { g: { members: [zz] }, h: {} }\nnodes: { ab: , b: }\n"}}),
            "net.topo.yaml:1:26: error: there is no node 'zz'\n"
            "net.topo.yaml:1:33: error: a group needs 'members: [NODE, ...]'\n");
}

TEST(VariantNames, IncludeThoseOfExtendedFiles) {
  const std::string text = "extends: base.topo.yaml\nvariants: { own: {} }\n";
  Issues issues;
  const auto root = document::parse_yaml(text, "net.topo.yaml", issues);
  const auto names = variant_names(*root, files({{"base.topo.yaml", kBase}}));
  EXPECT_EQ(names.front(), "no-nat");
  EXPECT_EQ(names.back(), "own");
}

}  // namespace
}  // namespace topoproof::topofile::reader_edit_test
