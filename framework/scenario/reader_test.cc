// SPDX-License-Identifier: GPL-2.0-or-later
// A scenario file becomes checks; what is wrong with it becomes sentences with a place.
#include "scenario/reader.hh"

#include <chrono>
#include <map>

#include <gtest/gtest.h>

namespace topoproof::scenario {
namespace {

using namespace std::chrono_literals;

//   red  .1 --+
//             +-- v-eth-0 .5 host eth0 .2 -- .3 eth0 client
//   blue .2 --+
const std::string kNetwork =
    "nodes:\n"
    "  red: {}\n"
    "  blue: { routes: [default via 192.168.15.5] }\n"
    "  host: { forwarding: true, bridges: { v-eth-0: { ipv4: 192.168.15.5/24 } } }\n"
    "  client: { listens: [tcp/22] }\n"
    "links:\n"
    "  - red:veth-red 192.168.15.1/24 fd00:15::1/64 -- host:v-eth-0/veth-red-br\n"
    "  - blue:veth-blue 192.168.15.2/24 -- host:v-eth-0/veth-blue-br\n"
    "  - host:eth0 192.168.1.2/24 -- client:eth0 192.168.1.3/24\n";

topofile::FileReader files(std::map<std::string, std::string> texts) {
  texts.emplace("net.topo.yaml", kNetwork);
  return [texts = std::move(texts)](const std::string& path) -> std::expected<std::string, Issue> {
    const auto found = texts.find(path);
    if (found != texts.end()) return found->second;
    return std::unexpected(make_issue({.file = path}, "there is no such file"));
  };
}

Scenario load(const std::string& text) {
  Issues issues;
  Scenario scenario =
      load_scenario("nat.scenario.yaml", files({{"nat.scenario.yaml", text}}), issues);
  EXPECT_EQ(to_string(issues), "");
  return scenario;
}

Scenario with_checks(const std::string& checks) {
  return load("topology: net.topo.yaml\nchecks:\n" + checks);
}

const Check& check(const Scenario& scenario, std::size_t index = 0) {
  return std::get<Check>(scenario.steps.at(0).checks.at(index));
}

Check one_check(const std::string& text) { return check(with_checks(text)); }

std::string issues_of(const std::string& text) {
  Issues issues;
  load_scenario("nat.scenario.yaml", files({{"nat.scenario.yaml", text}}), issues);
  return to_string(issues);
}

std::string issues_in(const std::string& checks) {
  return issues_of("topology: net.topo.yaml\nchecks:\n" + checks);
}

std::string flow(const Check& check, const Scenario& scenario) {
  return describe(check.flow, scenario.topology);
}

TEST(ScenarioReader, ReadsAShortCheckInQuotes) {
  const Scenario scenario = with_checks("  - 'red -> fd00:15::1 tcp/80 ttl 3: refused at host'\n");
  EXPECT_EQ(check(scenario).name, "red -> fd00:15::1 tcp/80 ttl 3: refused at host");
  EXPECT_EQ(flow(check(scenario), scenario), "red -> fd00:15::1 tcp/80");
  EXPECT_EQ(check(scenario).flow.ttl, 3);
  EXPECT_EQ(check(scenario).expected.should.fate, flow::FateKind::Refused);
}

TEST(ScenarioReader, PointsIntoAShortCheckInQuotes) {
  EXPECT_EQ(issues_in("  - 'red -> bleu icmp: dropped of blue'\n"),
            "nat.scenario.yaml:3:13: error: there is no node 'bleu'; did you mean 'blue'?\n"
            "nat.scenario.yaml:3:32: error: expected 'at', found 'of'\n");
  EXPECT_EQ(issues_in("  - red -> blue icmp\n"),
            "nat.scenario.yaml:3:5: error: say what becomes of the flow: 'should: delivered', or "
            "another fate\n");
}

TEST(ScenarioReader, OnlyWhatIsDeliveredIsTranslated) {
  EXPECT_EQ(issues_in("  - red -> blue icmp: no_route\n    translated: none\n"),
            "nat.scenario.yaml:3:5: error: 'translated:' is what the target sees, and a flow that "
            "is no_route has none\n");
}

TEST(ScenarioReader, ReadsTheExampleOfTheDesign) {
  const Scenario scenario = with_checks(
      "  - red -> blue icmp: delivered                                   # short form\n"
      "  - name: blue reaches the client under the host's address\n"
      "    flow: blue -> client tcp/8080\n"
      "    should: delivered\n"
      "    translated: { source: 192.168.1.2 }\n"
      "    path: [blue, host, client]\n"
      "  - name: port 80 of the host is blue's\n"
      "    flow: client -> 192.168.1.2 tcp/80\n"
      "    should: delivered\n"
      "    at: blue\n"
      "    translated: { destination: 192.168.15.2:80 }\n"
      "  - name: and no other port\n"
      "    flow: client -> 192.168.1.2 tcp/81\n"
      "    should: refused\n"
      "  - matrix: { nodes: [red, blue, host], with: icmp, should: delivered }     # all pairs\n");
  EXPECT_EQ(scenario.name, "nat");
  ASSERT_EQ(scenario.steps.at(0).checks.size(), 5U);
  EXPECT_EQ(check(scenario, 0).name, "red -> blue icmp: delivered");
  EXPECT_EQ(flow(check(scenario, 0), scenario), "red -> 192.168.15.2 icmp");
  EXPECT_EQ(check(scenario, 1).name, "blue reaches the client under the host's address");
  EXPECT_EQ(flow(check(scenario, 1), scenario), "blue -> 192.168.1.3 tcp/8080");
  EXPECT_EQ(to_string(check(scenario, 1).expected.translated->source->address), "192.168.1.2");
  EXPECT_EQ(check(scenario, 1).expected.path, (std::vector{NodeId(1), NodeId(2), NodeId(3)}));
  EXPECT_EQ(check(scenario, 2).expected.should, (Verdict{flow::FateKind::Delivered, NodeId(1)}));
  EXPECT_EQ(check(scenario, 2).expected.translated->destination->port, 80);
  EXPECT_EQ(check(scenario, 3).expected.should, Verdict{flow::FateKind::Refused});
  EXPECT_EQ(to_string(check(scenario, 3).where), "nat.scenario.yaml:14:5");
}

TEST(ScenarioReader, MakesTheChecksOfAMatrixWhenTheyAreNeeded) {
  const Scenario scenario = with_checks(
      "  - matrix: { nodes: [red, blue, client], with: [icmp, tcp/80], should: delivered }\n");
  const auto& matrix = std::get<Matrix>(scenario.steps.at(0).checks.at(0));
  EXPECT_EQ(matrix.name, "matrix icmp, tcp/80: delivered");
  ASSERT_EQ(check_count(matrix), 12U);
  EXPECT_EQ(check_at(matrix, scenario.topology, 0).name, "red -> blue icmp: delivered");
  EXPECT_EQ(check_at(matrix, scenario.topology, 3).name, "blue -> client icmp: delivered");
  EXPECT_EQ(check_at(matrix, scenario.topology, 5).name, "client -> blue icmp: delivered");
  const Check last = check_at(matrix, scenario.topology, 11);
  EXPECT_EQ(flow(last, scenario), "client -> 192.168.15.2 tcp/80");
  EXPECT_EQ(to_string(last.where), "nat.scenario.yaml:3:13");
}

TEST(ScenarioReader, TakesAllNodesIntoAMatrix) {
  const Scenario scenario =
      with_checks("  - matrix: { nodes: all, with: icmp, should: delivered, within: 2s }\n");
  const auto& matrix = std::get<Matrix>(scenario.steps.at(0).checks.at(0));
  EXPECT_EQ(matrix.nodes.size(), 4U);
  EXPECT_EQ(matrix.expected.within, 2s);
}

TEST(ScenarioReader, KnowsWhatBecomesOfTheReply) {
  const Check check =
      one_check("  - blue -> client icmp: delivered at client\n    reply: no_route at client\n");
  EXPECT_EQ(check.expected.reply, (Verdict{flow::FateKind::NoRoute, NodeId(3)}));
  EXPECT_EQ(check.name, "blue -> client icmp: reply no_route at client");
  const Check brief = one_check("  - flow: blue -> client icmp\n    reply: no_route\n");
  EXPECT_EQ(brief.expected.should, Verdict{flow::FateKind::Delivered});
}

TEST(ScenarioReader, KnowsThatNothingIsTranslated) {
  const auto none = one_check("  - red -> blue icmp: delivered\n    translated: none\n");
  EXPECT_EQ(none.expected.translated, Translation{});
  EXPECT_EQ(one_check("  - red -> blue icmp: delivered\n").expected.translated, std::nullopt);
}

TEST(ScenarioReader, SendsToNodesInterfacesAndAddresses) {
  const Scenario scenario = with_checks(
      "  - client -> host icmp: delivered\n"
      "  - client -> host:eth0 icmp: delivered\n"
      "  - client -> 203.0.113.1 icmp: no_route\n"
      "  - blue -> red icmp ipv6: no_route\n"
      "  - blue -> fd00:15::1 tcp/80: no_route\n");
  EXPECT_EQ(flow(check(scenario, 0), scenario), "client -> 192.168.15.5 icmp");
  EXPECT_EQ(flow(check(scenario, 1), scenario), "client -> 192.168.1.2 icmp");
  EXPECT_EQ(flow(check(scenario, 2), scenario), "client -> 203.0.113.1 icmp");
  EXPECT_EQ(flow(check(scenario, 3), scenario), "blue -> fd00:15::1 icmp");
  EXPECT_EQ(flow(check(scenario, 4), scenario), "blue -> fd00:15::1 tcp/80");
}

TEST(ScenarioReader, SendsAsTheFlowSays) {
  const auto text = one_check(
      "  - red -> blue udp/53 ttl 1 size 1600 df source 192.168.15.1 source_port 4000: "
      "ttl_exceeded\n");
  const auto keys = one_check(
      "  - flow: { from: red, to: blue, service: udp/53, ttl: 1, size: 1600, df: true, source: "
      "192.168.15.1, source_port: 4000 }\n    should: ttl_exceeded\n");
  EXPECT_EQ(text.flow.ttl, 1);
  EXPECT_EQ(text.flow.payload_size, 1600U);
  EXPECT_TRUE(text.flow.dont_fragment);
  EXPECT_EQ(text.flow.source_port, 4000);
  EXPECT_EQ(text.flow, keys.flow);
  EXPECT_EQ(keys.name, "red -> 192.168.15.2 udp/53: ttl_exceeded");
}

// An IP header alone, of protocol 253 (RFC 3692): 192.168.15.1 -> 192.168.1.3
constexpr std::string_view kFrame =
    "02 00 00 00 00 02 02 00 00 00 00 01 08 00"
    " 45 00 00 14 00 01 00 00 40 fd 00 00 c0 a8 0f 01 c0 a8 01 03";

std::string raw_flow(std::string_view frame) {
  return "  - flow: { from: red, interface: veth-red, frame: " + std::string(frame) + " }\n";
}

TEST(ScenarioReader, SendsRawFrames) {
  const Check raw = one_check(raw_flow(kFrame) + "    should: dropped\n");
  EXPECT_EQ(raw.flow.service.protocol, flow::Protocol::Raw);
  EXPECT_EQ(raw.flow.frame.size(), 34U);
  EXPECT_EQ(raw.flow.interface, "veth-red");
  EXPECT_EQ(raw.flow.destination, Ipv4Address(192, 168, 1, 3));
}

TEST(ScenarioReader, RefusesFramesThatLeaveNoTrace) {
  EXPECT_EQ(
      issues_in(raw_flow("ff ff 08 00") + "    should: dropped\n"),
      "nat.scenario.yaml:3:52: error: a frame is an Ethernet header with a whole IPv4 or IPv6 "
      "header behind it\n");
}

TEST(ScenarioReader, ARawFrameHasNoReply) {
  EXPECT_EQ(issues_in(raw_flow(kFrame) + "    should: delivered\n    reply: no_route\n"),
            "nat.scenario.yaml:3:11: error: nobody waits for the reply to a raw frame\n");
}

TEST(ScenarioReader, KnowsWhatIsKnownToFail) {
  const Check known =
      one_check("  - red -> client icmp: delivered\n    expect_fail: red has no route yet\n");
  EXPECT_EQ(known.expected.expect_fail, "red has no route yet");
}

TEST(ScenarioReader, TakesTopologyAndScenarioInOneFile) {
  const Scenario beside = load(kNetwork + "name: one\nchecks: [red -> blue icmp: delivered]\n");
  EXPECT_EQ(beside.name, "one");
  EXPECT_EQ(beside.topology.nodes().size(), 4U);
  const Scenario inside = load(
      "topology: { extends: net.topo.yaml, remove: [client] }\n"
      "checks: [red -> blue icmp: delivered]\n");
  EXPECT_EQ(inside.topology.nodes().size(), 3U);
}

TEST(ScenarioReader, ChoosesVariants) {
  const std::string network = kNetwork +
                              "variants: { deaf: { remove: [client.listens] }, still: { set: { "
                              "host.forwarding: false } } }\n";
  Issues issues;
  const Scenario scenario = load_scenario("nat.scenario.yaml",
                                          files({{"v.topo.yaml", network},
                                                 {"nat.scenario.yaml",
                                                  "topology: v.topo.yaml\nvariant: [deaf, still]\n"
                                                  "checks: [red -> blue icmp: delivered]\n"}}),
                                          issues);
  EXPECT_EQ(to_string(issues), "");
  EXPECT_TRUE(scenario.topology.nodes()[3].listens.empty());
  EXPECT_FALSE(scenario.topology.nodes()[2].forwarding);
}

TEST(ScenarioReader, AddsListeners) {
  const Scenario scenario = load(
      "topology: net.topo.yaml\nlistens: { blue: [tcp/80, udp/53], client: tcp/80 }\n"
      "checks: [red -> blue icmp: delivered]\n");
  EXPECT_EQ(scenario.topology.nodes()[1].listens.size(), 2U);
  EXPECT_EQ(scenario.topology.nodes()[3].listens.size(), 2U);
}

TEST(ScenarioReader, ReportsAllIssuesOfAFileAtOnce) {
  EXPECT_EQ(
      issues_of("topology: net.topo.yaml\n"
                "cheks: []\n"
                "listens: { bleu: [tcp/80] }\n"
                "checks:\n"
                "  - rde -> blue icmp: delivered\n"
                "  - red -> blue tpc/80: delivered\n"
                "  - red -> blue icmp: deliverd\n"
                "  - { flow: red -> blue icmp, should: delivered, path: [red, bleu], whitin: 2s }\n"
                "  - red -> host:veth0 icmp: delivered\n"),
      "nat.scenario.yaml:2:1: error: unknown key 'cheks'; did you mean 'checks'?\n"
      "nat.scenario.yaml:3:12: error: there is no node 'bleu'; did you mean 'blue'?\n"
      "nat.scenario.yaml:5:5: error: there is no node 'rde'; did you mean 'red'?\n"
      "nat.scenario.yaml:6:17: error: 'tpc/80' is not icmp, tcp/PORT or udp/PORT; did you mean "
      "'tcp'?\n"
      "nat.scenario.yaml:7:23: error: 'deliverd' is not a fate (delivered, refused, rejected, "
      "dropped, no_route, no_neighbor, ttl_exceeded, too_big, martian, not_forwarding, lost); did "
      "you mean 'delivered'?\n"
      "nat.scenario.yaml:8:62: error: there is no node 'bleu'; did you mean 'blue'?\n"
      "nat.scenario.yaml:8:69: error: unknown key 'whitin'; did you mean 'within'?\n"
      "nat.scenario.yaml:9:12: error: node 'host' has no interface 'veth0'; did you mean "
      "'eth0'?\n");
}

TEST(ScenarioReader, SaysWhatAFlowLacks) {
  EXPECT_EQ(issues_in("  - flow: red -> blue\n    should: delivered\n"),
            "nat.scenario.yaml:3:22: error: expected a service (icmp, tcp/PORT, udp/PORT) after "
            "'blue'\n");
  EXPECT_EQ(issues_in("  - flow: red blue icmp\n    should: delivered\n"),
            "nat.scenario.yaml:3:15: error: expected '->', found 'blue'\n");
  EXPECT_EQ(issues_in("  - red -> blue icmp ipv6: delivered\n"),
            "nat.scenario.yaml:3:12: error: 'blue' has no IPv6 address\n");
  EXPECT_EQ(issues_in("  - red -> 10.0.0.256 icmp: delivered\n"),
            "nat.scenario.yaml:3:12: error: '10.0.0.256' is neither a node, nor node:interface, "
            "nor an address\n");
  EXPECT_EQ(issues_in("  - should: delivered\n"),
            "nat.scenario.yaml:3:5: error: the key 'flow' is missing\n");
}

TEST(ScenarioReader, SaysWhatAnExpectationLacks) {
  EXPECT_EQ(issues_in("  - flow: red -> blue icmp\n"),
            "nat.scenario.yaml:3:5: error: say what becomes of the flow: 'should: delivered', or "
            "another fate\n");
  EXPECT_EQ(issues_in("  - red -> blue icmp: no_route\n    reply: no_route\n"),
            "nat.scenario.yaml:3:5: error: a flow that is no_route has no reply\n");
  EXPECT_EQ(issues_in("  - red -> blue icmp: delivered at blue\n    at: blue\n"),
            "nat.scenario.yaml:3:5: error: the place is said twice: in the verdict and by 'at:'\n");
  EXPECT_EQ(issues_in("  - red -> blue icmp: delivered\n    within: 5\n"),
            "nat.scenario.yaml:4:13: error: '5' is not a duration like 250ms, 5s or 2m\n");
}

TEST(ScenarioReader, ReportsTheTopologyFirstAndNoNamesThatItMayHaveLost) {
  EXPECT_EQ(issues_of("topology: { nodes: { red: , blue: { mtu: 1 } }, links: ['red -- gren'] }\n"
                      "checks: [red -> green icmp: delivered, red -> blue: delivered]\n"),
            "nat.scenario.yaml:1:37: error: unknown key 'mtu'; known here: forwarding, loopback, "
            "bridges, routes, rules, neighbors, sysctls, listens, services, name_servers, hosts, "
            "masquerade, snat, "
            "port_forwards, "
            "nftables, iptables, ip6tables\n"
            "nat.scenario.yaml:1:65: error: there is no node 'gren'\n"
            "nat.scenario.yaml:2:51: error: expected a service (icmp, tcp/PORT, udp/PORT) after "
            "'blue'\n");
  EXPECT_EQ(issues_of("topology: nte.topo.yaml\nchecks: [red -> blue icmp: delivered]\n"),
            "nat.scenario.yaml:1:11: error: cannot read 'nte.topo.yaml': there is no such file\n");
}

// "0 checks" would be told as passed.
TEST(ScenarioReader, RefusesListsThatNameNothing) {
  EXPECT_EQ(issues_of("topology: net.topo.yaml\nchecks: []\n"),
            "nat.scenario.yaml:2:9: error: there is no check in 'checks:'\n");
  EXPECT_EQ(issues_of("topology: net.topo.yaml\nsteps: []\n"),
            "nat.scenario.yaml:2:8: error: there is no step in 'steps:'\n");
  EXPECT_EQ(issues_in("  - { flow: red -> blue icmp, should: delivered, path: [] }\n"),
            "nat.scenario.yaml:3:56: error: a path needs a node\n");
}

TEST(ScenarioReader, RefusesAMatrixWithoutAPair) {
  EXPECT_EQ(issues_in("  - matrix: { nodes: [red], with: icmp, should: delivered }\n"),
            "nat.scenario.yaml:3:22: error: a matrix needs two nodes: it checks each pair\n");
  EXPECT_EQ(issues_in("  - matrix: { nodes: [], with: icmp, should: delivered }\n"),
            "nat.scenario.yaml:3:22: error: a matrix needs two nodes: it checks each pair\n");
  EXPECT_EQ(issues_in("  - matrix: { nodes: [red, blue], with: [], should: delivered }\n"),
            "nat.scenario.yaml:3:41: error: a matrix needs a service\n");
  EXPECT_EQ(issues_of("nodes: { one: { loopback: 10.0.0.1/32 } }\n"
                      "checks: [{ matrix: { nodes: all, with: icmp, should: delivered } }]\n"),
            "nat.scenario.yaml:2:29: error: a matrix needs two nodes: it checks each pair\n");
}

TEST(ScenarioReader, RefusesATranslationToAnotherProtocol) {
  EXPECT_EQ(issues_in("  - flow: red -> blue tcp/80\n    should: delivered\n"
                      "    translated: { destination: 192.168.15.2 udp/80 }\n"),
            "nat.scenario.yaml:5:32: error: '192.168.15.2 udp/80' is no place of a flow of "
            "tcp/80 to 192.168.15.2\n");
  EXPECT_EQ(issues_in("  - flow: red -> blue tcp/80\n    should: delivered\n"
                      "    translated: { destination: 192.168.15.2 tcp/80 }\n"),
            "");
}

// Such a check could not but fail: with expect_fail it passed.
TEST(ScenarioReader, RefusesATranslationThatNoFlowOfItsKindCanHave) {
  EXPECT_EQ(issues_in("  - flow: red -> blue icmp\n    should: delivered\n"
                      "    translated: { source: 10.1.0.1:30 }\n"),
            "nat.scenario.yaml:5:27: error: '10.1.0.1:30' is no place of a flow of icmp to "
            "192.168.15.2\n");
  EXPECT_EQ(issues_in("  - flow: red -> blue tcp/80\n    should: delivered\n"
                      "    translated: { source: fd00::1 }\n"),
            "nat.scenario.yaml:5:27: error: 'fd00::1' is no place of a flow of tcp/80 to "
            "192.168.15.2\n");
  EXPECT_EQ(issues_in("  - flow: red -> blue icmp\n    should: delivered\n"
                      "    translated: { source: 10.1.0.1 }\n"),
            "");
}

TEST(ScenarioReader, TellsThatAnIpv6AddressHasNoBrackets) {
  EXPECT_EQ(issues_in("  - flow: 'red -> [fd00::2] tcp/80'\n    should: delivered\n"),
            "nat.scenario.yaml:3:19: error: '[fd00::2]': write an IPv6 address without brackets\n");
}

TEST(ScenarioReader, NeedsSomethingToCheck) {
  EXPECT_EQ(issues_of("topology: net.topo.yaml\n"),
            "nat.scenario.yaml:1:1: error: a scenario needs 'checks:' or 'steps:'\n");
}

}  // namespace
}  // namespace topoproof::scenario
