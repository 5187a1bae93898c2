// SPDX-License-Identifier: GPL-2.0-or-later
// `services:` of a node, and the name servers of its resolver.
#include <gtest/gtest.h>

#include "topofile/reader.hh"
#include "topofile/yaml_writer.hh"

namespace topoproof::topofile::service_test {
namespace {

topology::Node web(const std::string& keys) {
  const auto topology = parse_topology("nodes: { web: { " + keys + " } }", "web.topo.yaml");
  EXPECT_TRUE(topology) << to_string(topology.error());
  return topology ? topology->node(NodeId(0)) : topology::Node();
}

std::string issues_of(const std::string& keys) {
  const auto topology = parse_topology("nodes: { web: { " + keys + " } }", "web.topo.yaml");
  return topology ? "" : to_string(topology.error());
}

using Words = std::vector<std::string>;

TEST(ServiceReader, TakesALineForTheShell) {
  const topology::Node node = web("services: { one: \"nc -l 80\" }");
  ASSERT_EQ(node.programs.size(), 1U);
  EXPECT_EQ(node.programs[0].name, "one");
  EXPECT_EQ(node.programs[0].command, (Words{"/bin/sh", "-c", "nc -l 80"}));
  EXPECT_EQ(node.programs[0].ready, topology::Readiness());
}

TEST(ServiceReader, TakesAProgramWithItsArguments) {
  const topology::Node node = web("services: { one: [nginx, -g, daemon off;] }");
  EXPECT_EQ(node.programs.at(0).command, (Words{"nginx", "-g", "daemon off;"}));
}

TEST(ServiceReader, TakesWhatMakesItReady) {
  const topology::Node node =
      web("services: { one: { run: x, ready: [tcp/80, udp/53], within: 3s },"
          " two: { run: x, ready: { log: started, command: test -e x } } }");
  ASSERT_EQ(node.programs.size(), 2U);
  EXPECT_EQ(describe(node.programs[0].ready), "tcp/80, udp/53");
  EXPECT_EQ(node.programs[0].ready.within, std::chrono::seconds(3));
  EXPECT_EQ(describe(node.programs[1].ready), "a line with 'started', `test -e x` ends with 0");
}

TEST(ServiceReader, TakesSurroundings) {
  const topology::Node node =
      web("services: { one: { run: x, environment: { A: b c, EMPTY: }, folder: conf } }");
  EXPECT_EQ(node.programs.at(0).environment,
            (std::vector<std::pair<std::string, std::string>>{{"A", "b c"}, {"EMPTY", ""}}));
  EXPECT_EQ(node.programs.at(0).folder, "conf");
}

TEST(ServiceReader, SaysWhatIsWrong) {
  EXPECT_EQ(issues_of("services: { one: { rum: x } }"),
            "web.topo.yaml:1:34: error: the key 'run' is missing\n"
            "web.topo.yaml:1:36: error: unknown key 'rum'; did you mean 'run'?\n");
  EXPECT_EQ(issues_of("services: { one: { run: x, ready: icmp } }"),
            "web.topo.yaml:1:51: error: every node answers icmp; listen on tcp or udp\n");
  EXPECT_EQ(issues_of("services: { one: [] }"),
            "web.topo.yaml:1:34: error: expected a program, found an empty list\n");
  EXPECT_EQ(
      issues_of("services: { a b: x }"),
      "web.topo.yaml:1:29: error: 'a b' is no name for a service: letters, digits, '-' and '_'\n");
}

TEST(ImpairmentReader, TakesBothDirectionsOrOne) {
  const auto topology = parse_topology(
      "nodes: { a: , b: }\n"
      "links: [{ endpoints: [a, { node: b, impair: { delay: 1ms } }],"
      " impair: { delay: 10ms, jitter: 2ms, loss: 0.5%, duplicate: 1%, reorder: 3%, rate: 10mbit,"
      " seed: 7 } }]",
      "net.topo.yaml");
  ASSERT_TRUE(topology) << to_string(topology.error());
  const auto& ends = topology->links()[0].ends;
  EXPECT_EQ(to_string(ends[0].impairment.value()),
            "delay 10ms 2ms loss 0.5% duplicate 1% reorder 3% rate 10mbit seed 7");
  EXPECT_EQ(to_string(ends[1].impairment.value()), "delay 1ms");
  const std::string text = to_yaml(*topology);
  const auto again = parse_topology(text, "net.topo.yaml");
  ASSERT_TRUE(again) << text << to_string(again.error());
  EXPECT_EQ(to_yaml(*again), text);
}

TEST(ServiceReader, GivesAPortOnce) {
  EXPECT_EQ(issues_of("listens: tcp/80, services: { one: { run: x, ready: tcp/80 } }"),
            "web.topo.yaml:1:46: error: tcp/80 of 'web' is taken already, by 'listens:'\n");
  EXPECT_EQ(
      issues_of("services: { one: { run: x, ready: tcp/80 }, two: { run: y, ready: tcp/80 } }"),
      "web.topo.yaml:1:61: error: tcp/80 of 'web' is taken already, by service 'one'\n");
}

TEST(HostsReader, TakesAddressesWithTheirNames) {
  const topology::Node node = web("hosts: [10.0.0.5  www.example www, 'fd00::5 www']");
  ASSERT_EQ(node.hosts.size(), 2U);
  EXPECT_EQ(to_string(node.hosts[0].value), "10.0.0.5 www.example www");
  EXPECT_EQ(to_string(node.hosts[1].value), "fd00::5 www");
  EXPECT_EQ(web("hosts: 10.0.0.5 www").hosts.size(), 1U);
}

TEST(HostsReader, SaysWhatIsWrong) {
  EXPECT_EQ(issues_of("hosts: 10.0.0.5"),
            "web.topo.yaml:1:24: error: '10.0.0.5' is no address with its names: '10.0.0.5 "
            "www.example www'\n");
  EXPECT_EQ(issues_of("hosts: 10.0.0.5 w#w"),
            "web.topo.yaml:1:24: error: 'w#w' is no name of a host\n");
  EXPECT_TRUE(issues_of("hosts: 10.0.0 www").starts_with("web.topo.yaml:1:24: error: "));
}

TEST(ServiceReader, ReadsWhatTheWriterWrites) {
  const auto topology = parse_topology(
      "nodes: { web: { services: { one: [nginx, -g, daemon off;], two: { run: x | y,"
      " ready: { listens: [tcp/80, tcp/81], log: a b }, within: 500ms, environment: { A: b },"
      " folder: conf } }, name_servers: [10.0.0.53, 'fd00::53'],"
      " hosts: [10.0.0.5 www.example www, 'fd00::5 www'] } }",
      "web.topo.yaml");
  ASSERT_TRUE(topology) << to_string(topology.error());
  const std::string text = to_yaml(*topology);
  const auto again = parse_topology(text, "web.topo.yaml");
  ASSERT_TRUE(again) << text << to_string(again.error());
  EXPECT_EQ(to_yaml(*again), text);
}

}  // namespace
}  // namespace topoproof::topofile::service_test
