// SPDX-License-Identifier: GPL-2.0-or-later
// Where the kernel draws at random, a prediction has all that it may do.
//
//                        /-- 10.3.0.0/24 -- b
//   a 10.1.0.2 ------- r                        10.9.0.1 is an address of both b and c
//                        \-- 10.4.0.0/24 -- c
#include <algorithm>

#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "sim/simulator.hh"
#include "sim/test_network.hh"

namespace topoproof::sim::outcomes_test {
namespace {

namespace fw = firewall;

Node end(const char* name, std::uint32_t index, const char* own, const char* gateway) {
  return {.name = name,
          .state = {.links = {state::make_loopback(true), veth("eth0", index, index + 10)},
                    .addresses = {address("eth0", own), address("lo", "10.9.0.1/32")},
                    .routes = {default_via(gateway)},
                    .sysctls = {kNoIpv6}}};
}

std::vector<Node> fork() {
  std::vector<Node> nodes{end("a", 101, "10.1.0.2/24", "10.1.0.1"),
                          end("b", 102, "10.3.0.2/24", "10.3.0.1"),
                          end("c", 103, "10.4.0.2/24", "10.4.0.1")};
  nodes[0].state.addresses.pop_back();
  nodes.push_back(
      {.name = "r",
       .state = {.links = {state::make_loopback(true), veth("to-a", 111, 101),
                           veth("to-b", 112, 102), veth("to-c", 113, 103)},
                 .addresses = {address("to-a", "10.1.0.1/24"), address("to-b", "10.3.0.1/24"),
                               address("to-c", "10.4.0.1/24")},
                 .routes = {{.destination = Prefix::parse("10.9.0.0/24").value(),
                             .next_hops = {{.gateway = ip("10.3.0.2"), .interface = "to-b"},
                                           {.gateway = ip("10.4.0.2"), .interface = "to-c"}}}},
                 .sysctls = {{"net.ipv4.ip_forward", "1"}, kNoIpv6}}});
  return nodes;
}

Question ping(const char* destination) {
  return {.flow = {.from = NodeId(0), .destination = ip(destination)}};
}
auto ends_at(std::size_t node) {
  return [node](const Prediction& p) { return p.request.fate.at == NodeId(node); };
}

TEST(Outcomes, AWayIsDrawnWhereTheKernelsKeyIsNotKnown) {
  Simulator simulator(fork());
  const Prediction prediction = simulator.predict(ping("10.9.0.1"));
  EXPECT_TRUE(prediction.unknown.empty());
  ASSERT_EQ(prediction.others.size(), 1U);
  EXPECT_NE(prediction.request.fate.at, prediction.others[0].request.fate.at);
  EXPECT_EQ(prediction.request.fate.kind, flow::FateKind::Delivered);
  EXPECT_EQ(prediction.others[0].request.fate.kind, flow::FateKind::Delivered);
}

TEST(Outcomes, WhatWasSeenIsThePrediction) {
  for (const std::size_t node : {1U, 2U}) {
    Simulator simulator(fork());
    EXPECT_EQ(simulator.predict(ping("10.9.0.1"), ends_at(node)).request.fate.at, NodeId(node));
  }
}

TEST(Outcomes, AKnownKeyLeavesNothingToDraw) {
  auto nodes = fork();
  nodes[3].state.sysctls.push_back({"net.ipv4.fib_multipath_hash_seed", "7"});
  EXPECT_TRUE(Simulator(nodes).predict(ping("10.9.0.1")).others.empty());
}

TEST(Outcomes, WhoDoesNotComeToAChoiceHasOneOutcome) {
  EXPECT_TRUE(Simulator(fork()).predict(ping("10.1.0.1")).others.empty());
}

// One packet of three, as by `numgen random mod 3`.
fw::Ruleset drops_some() {
  fw::Rule rule;
  rule.expressions = {
      fw::NumberGenerator{.kind = fw::NumberKind::Random, .modulus = 3, .to = fw::reg(1)},
      fw::Compare{fw::CompareOp::Equal, fw::reg(1), Bytes(4)}, fw::Counter{},
      fw::Verdict{fw::VerdictKind::Drop, {}}};
  fw::Chain chain = fw::make_base_chain("f", fw::ChainType::Filter, fw::Hook::Forward, 0);
  chain.rules = {rule};
  return {{{.family = fw::TableFamily::Ip, .name = "t", .sets = {}, .chains = {chain}}}};
}

// An impaired link counts packets: it must not count those of courses that were only tried.
TEST(Outcomes, AnImpairedLinkTreatsEveryCourseAlike) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) {
    auto nodes = fork();
    nodes[0].impairments = {{"eth0", {.loss = {500'000}, .seed = seed}}};
    auto straight = nodes;
    straight[3].state.routes[0].next_hops.pop_back();
    Simulator drawing(nodes);
    Simulator plain(straight);
    for (int packet = 0; packet < 4; ++packet) {
      const auto expected = plain.predict(ping("10.9.0.1")).request.fate.kind;
      const Prediction prediction = drawing.predict(ping("10.9.0.1"));
      EXPECT_EQ(prediction.request.fate.kind, expected) << "seed " << seed << ", " << packet;
      for (const Prediction& other : prediction.others) {
        EXPECT_EQ(other.request.fate.kind, expected) << "seed " << seed << ", " << packet;
      }
    }
  }
}

TEST(Outcomes, ANumberOfARuleIsDrawnForEachPacket) {
  auto nodes = fork();
  nodes[3].ruleset = drops_some();
  Simulator simulator(nodes);
  const Prediction prediction = simulator.predict(ping("10.3.0.2"));
  EXPECT_TRUE(prediction.unknown.empty());
  // The request, or its answer, or none of them is dropped.
  EXPECT_EQ(prediction.others.size(), 2U);
}

// Outcomes that were not taken leave nothing: only the request's packet was counted.
TEST(Outcomes, OnlyTheOneThatWasSeenHappened) {
  auto nodes = fork();
  nodes[3].ruleset = drops_some();
  Simulator simulator(nodes);
  const auto dropped = [](const Prediction& p) {
    return p.request.fate.kind == flow::FateKind::Dropped;
  };
  EXPECT_EQ(simulator.predict(ping("10.3.0.2"), dropped).request.fate.kind,
            flow::FateKind::Dropped);
  ASSERT_EQ(simulator.counters(NodeId(3)).size(), 1U);
  EXPECT_EQ(simulator.counters(NodeId(3))[0].counter.packets, 1U);
  const auto delivered = [](const Prediction& p) {
    return p.reply && p.reply->fate.kind == flow::FateKind::Delivered;
  };
  EXPECT_TRUE(delivered(simulator.predict(ping("10.3.0.2"), delivered)));
  EXPECT_EQ(simulator.counters(NodeId(3))[0].counter.packets, 1U);
}

fw::Ruleset rules_of(fw::Expressions expressions) {
  fw::Chain chain = fw::make_base_chain("f", fw::ChainType::Filter, fw::Hook::Forward, 0);
  expressions.emplace_back(fw::Verdict{fw::VerdictKind::Drop, {}});
  chain.rules = {{.expressions = std::move(expressions)}};
  return {{{.family = fw::TableFamily::Ip, .name = "t", .sets = {}, .chains = {chain}}}};
}
Prediction ping_through(fw::Expressions expressions) {
  auto nodes = fork();
  nodes[3].ruleset = rules_of(std::move(expressions));
  return Simulator(nodes).predict(ping("10.3.0.2"));
}

// `meta random < 1000`
TEST(Outcomes, ARandomNumberIsOneOfTheKindsThatItsRuleTellsApart) {
  const Prediction prediction =
      ping_through({fw::MetaLoad{fw::MetaKey::Random, fw::reg(1)},
                    fw::ByteOrder{fw::ByteOrderOp::ToNetwork, fw::reg(1), fw::reg(1), 4, 4},
                    fw::Compare{fw::CompareOp::Less, fw::reg(1),
                                Bytes{std::byte{}, std::byte{}, std::byte{3}, std::byte{0xe8}}}});
  EXPECT_TRUE(prediction.unknown.empty());
  EXPECT_EQ(prediction.others.size(), 2U);  // the request or its answer is dropped, or none
}

// `meta mark set meta random`
TEST(Outcomes, ARandomNumberThatGoesElsewhereIsUnknown) {
  const Prediction prediction = ping_through({fw::MetaLoad{fw::MetaKey::Random, fw::reg(1)},
                                              fw::MetaStore{fw::MetaKey::Mark, fw::reg(1)}});
  EXPECT_EQ(prediction.unknown.size(), 1U);
}

// `jhash ip daddr mod 2 == 1`
TEST(Outcomes, AHashWithAKeyThatNobodyKnowsIsTheSameForTheSame) {
  fw::Expressions once{fw::PayloadLoad{fw::PayloadBase::Network, 16, 4, fw::reg(1)},
                       fw::Hash{.from = fw::reg(1), .length = 4, .modulus = 2, .to = fw::reg(2)},
                       fw::Compare{fw::CompareOp::Equal, fw::reg(2), fw::host_number(1)}};
  EXPECT_EQ(ping_through(once).others.size(), 2U);
  fw::Expressions contrary{
      fw::Hash{.kind = fw::HashKind::Symmetric, .modulus = 2, .to = fw::reg(2)},
      fw::Compare{fw::CompareOp::Equal, fw::reg(2), fw::host_number(1)},
      fw::Hash{.kind = fw::HashKind::Symmetric, .modulus = 2, .to = fw::reg(3)},
      fw::Compare{fw::CompareOp::Equal, fw::reg(3), fw::host_number(0)}};
  EXPECT_TRUE(ping_through(contrary).others.empty());
}

// What a translation sends back into its bridge is seen on the bridge, or not: that is for whether
// somebody was sent to before.
//
//   red 10.0.0.1 --- br0 10.0.0.5 --- blue 10.0.0.2
TEST(Outcomes, ATranslatedFrameStaysInItsBridgeInOneOfTwoWays) {
  const auto station = [](const char* name, std::uint32_t index, const char* own) -> Node {
    return {.name = name,
            .state = {.links = {state::make_loopback(true), veth("eth0", index, index + 10)},
                      .addresses = {address("eth0", own)},
                      .sysctls = {kNoIpv6}}};
  };
  std::vector<Node> nodes{station("red", 101, "10.0.0.1/24"), station("blue", 102, "10.0.0.2/24")};
  Node host{.name = "host",
            .state = {.links = {state::make_loopback(true),
                                {.name = "br0",
                                 .kind = state::LinkKind::Bridge,
                                 .index = 120,
                                 .mac = MacAddress::from_bits(0x0200'0000'0078),
                                 .up = true,
                                 .bridge = state::BridgeOptions()},
                                veth("p1", 111, 101),
                                veth("p2", 112, 102)},
                      .addresses = {address("br0", "10.0.0.5/24")},
                      .sysctls = {{"net.ipv4.ip_forward", "1"},
                                  {"net.bridge.bridge-nf-call-iptables", "1"},
                                  kNoIpv6}}};
  for (std::size_t port : {2U, 3U}) {
    host.state.links[port].master = "br0";
    host.state.links[port].port = state::PortOptions();
  }
  fw::Chain chain = fw::make_base_chain("post", fw::ChainType::Nat, fw::Hook::Postrouting, 100);
  chain.rules = {fw::make_rule(fw::TableFamily::Ip, {fw::masquerade()})};
  host.ruleset = {{{.family = fw::TableFamily::Ip, .name = "n", .sets = {}, .chains = {chain}}}};
  nodes.push_back(host);
  Simulator simulator(nodes);
  // The first one learns who is where.
  simulator.predict({.flow = {.from = NodeId(2), .destination = ip("10.0.0.1")}});
  const Prediction prediction = simulator.predict(ping("10.0.0.2"));
  ASSERT_TRUE(prediction.unknown.empty()) << describe(prediction.unknown[0]);
  ASSERT_TRUE(prediction.reply);
  ASSERT_EQ(prediction.others.size(), 1U);
  EXPECT_EQ(prediction.reply->fate.kind, flow::FateKind::Delivered);
  EXPECT_EQ(prediction.reply->fate, prediction.others[0].reply->fate);
  const auto comes_by_bridge = [](const Prediction& p) {
    return std::ranges::any_of(p.reply->trace,
                               [](const flow::Step& step) { return step.interface == "br0"; });
  };
  EXPECT_TRUE(comes_by_bridge(prediction));
  EXPECT_FALSE(comes_by_bridge(prediction.others[0]));
}

// Frames that come from outside have no outcomes to choose from.
TEST(Outcomes, AnInjectedFrameIsUnknownWhereItWouldBeDrawn) {
  Simulator simulator(fork());
  simulator.predict(ping("10.1.0.1"));
  Bytes frame = {};
  simulator.watch([&](NodeId node, const std::string& interface, BytesView bytes) {
    if (node == NodeId(3) && interface == "to-a") frame.assign(bytes.begin(), bytes.end());
  });
  simulator.predict(ping("10.9.0.1"));
  const auto unknown = simulator.inject(NodeId(3), "to-a", frame);
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_TRUE(unknown[0].reason.starts_with("a choice between equal ways"));
}

}  // namespace
}  // namespace topoproof::sim::outcomes_test
