// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare/flow_changes.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "compare/named_ports.hh"
#include "scenario/reader.hh"

namespace topoproof::compare {
namespace {

//   red .1 ---- .2 host .2 ---- .1 blue
//     10.0.0.0/24       10.1.0.0/24
std::string network(std::string_view host, std::string_view more_checks = "") {
  return fmt::format(R"(
nodes:
  red:  {{ routes: [default via 10.0.0.2] }}
  host: {{ {} }}
  blue: {{ routes: [default via 10.1.0.2], listens: [tcp/8080] }}
links:
  - red:eth0 10.0.0.1/24 -- host:eth0 10.0.0.2/24
  - host:eth1 10.1.0.2/24 -- blue:eth0 10.1.0.1/24
checks: [ red -> host icmp: delivered{} ]
)",
                     host, more_checks);
}

Comparison compare_texts(const std::string& before, const std::string& after) {
  const auto old = scenario::parse_scenario(before, "old.yaml");
  const auto now = scenario::parse_scenario(after, "new.yaml");
  if (!old || !now) throw std::runtime_error(to_string(old ? now.error() : old.error()));
  const checks::RuleCompiler none;
  return compare({*old, none}, {*now, none});
}

std::vector<std::string> lines_of(const Comparison& comparison) {
  std::vector<std::string> lines = comparison.nodes;
  for (const FlowChange& change : comparison.changes) {
    lines.push_back(fmt::format("{}: {} => {}", change.flow, change.before, change.after));
  }
  return lines;
}

TEST(Difference, OfANetworkToItselfIsNone) {
  const auto same = compare_texts(network("forwarding: true"), network("forwarding: true"));
  EXPECT_TRUE(lines_of(same).empty());
  EXPECT_GT(same.asked, 0U);
}

// What is sent to others is taken, too: the forward names no address.
TEST(Difference, IsEachFlowThatEndsElsewhere) {
  const std::string forward =
      "forwarding: true, port_forwards: [{ in: eth0, tcp: 80, to: 10.1.0.1:8080 }]";
  const auto found = compare_texts(network("forwarding: true"), network(forward));
  std::vector<std::string> flows;
  for (const FlowChange& change : found.changes) flows.push_back(change.flow);
  EXPECT_EQ(flows, (std::vector<std::string>{"red -> 10.0.0.2 (host) tcp/80",
                                             "red -> 10.1.0.2 (host) tcp/80",
                                             "red -> 10.1.0.1 (blue) tcp/80"}));
  EXPECT_EQ(found.changes.front().before, "refused at host: host answered tcp reset from 10.0.0.2");
  EXPECT_EQ(found.changes.front().after,
            "delivered at blue as 10.0.0.1:20000 -> 10.1.0.1:8080 tcp, reply delivered at red");
}

TEST(Difference, HasAPacketAndBothWays) {
  const auto found = compare_texts(network("forwarding: true"), network("forwarding: false"));
  ASSERT_FALSE(found.changes.empty());
  const FlowChange& first = found.changes.front();
  EXPECT_EQ(first.flow, "red -> 10.1.0.1 (blue) icmp");
  EXPECT_EQ(first.packet, "10.0.0.1 -> 10.1.0.1 icmp");
  EXPECT_EQ(first.after, "not_forwarding at host: the node does not forward");
  EXPECT_FALSE(first.way_before.empty());
  EXPECT_FALSE(first.way_after.empty());
}

TEST(Difference, NamesNodesThatOnlyOneHas) {
  std::string grown = network("forwarding: true");
  grown.replace(grown.find("nodes:\n"), 7, "nodes:\n  green: {}\n");
  EXPECT_EQ(lines_of(compare_texts(network("forwarding: true"), grown)),
            std::vector<std::string>{"+ node green"});
}

TEST(Difference, DoesNotGuessWhatTheSimulatorDoesNotKnow) {
  const auto found = compare_texts(network("forwarding: true"),
                                   network("forwarding: true, nftables: \"table ip t {}\""));
  ASSERT_FALSE(found.changes.empty());
  for (const FlowChange& change : found.changes) EXPECT_TRUE(change.unknown) << change.flow;
}

TEST(NamedPorts, AreThoseOfComparisonsRangesAndSets) {
  using namespace firewall;
  const auto port = [](int high, int low) { return Bytes{std::byte(high), std::byte(low)}; };
  const PayloadLoad load{PayloadBase::Transport, 2, 2, reg(1)};
  const Set set{.name = "ports", .elements = {{.key = port(0x1f, 0x90), .key_high = {}}}};
  Table table{.name = "t", .sets = {set}, .chains = {{.name = "c", .base = {}, .rules = {}}}};
  for (const Expressions& expressions : {
           Expressions{load, Compare{CompareOp::Equal, reg(1), port(0, 80)}},
           Expressions{load, Range{reg(1), port(3, 0xe8), port(7, 0xd0)}},
           Expressions{load, Lookup{.set = "ports", .from = reg(1), .to = {}}},
           Expressions{Compare{CompareOp::Equal, reg(1), port(0, 22)}},
       }) {
    table.chains.front().rules.push_back(
        {.expressions = expressions, .origin = {}, .userdata = {}});
  }
  EXPECT_EQ(named_ports({{table}}), (std::set<std::uint16_t>{79, 80, 81, 999, 1000, 1001, 1999,
                                                             2000, 2001, 8079, 8080, 8081}));
}

}  // namespace
}  // namespace topoproof::compare
