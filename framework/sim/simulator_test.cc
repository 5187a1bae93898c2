// SPDX-License-Identifier: GPL-2.0-or-later
//   a 10.1.0.2 eth0 ---- left 10.1.0.1 [ r ] right 10.2.0.1 ---- eth0 10.2.0.2 b
// What fates come about is told in checks/simulation_test.cc, next to the kernel's own telling.
#include "sim/simulator.hh"

#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "packet/stack.hh"
#include "sim/test_network.hh"

namespace topoproof::sim {
namespace {

std::vector<Node> routed_pair() {
  std::vector<Node> nodes(3);
  nodes[0] = {.name = "a",
              .state = {.links = {state::make_loopback(true), veth("eth0", 101, 102)},
                        .addresses = {address("eth0", "10.1.0.2/24")},
                        .routes = {default_via("10.1.0.1")},
                        .sysctls = {kNoIpv6}}};
  nodes[1] = {
      .name = "r",
      .state = {
          .links = {state::make_loopback(true), veth("left", 102, 101), veth("right", 103, 104)},
          .addresses = {address("left", "10.1.0.1/24"), address("right", "10.2.0.1/24")},
          .sysctls = {{"net.ipv4.ip_forward", "1"}, kNoIpv6}}};
  nodes[2] = {.name = "b",
              .state = {.links = {state::make_loopback(true), veth("eth0", 104, 103)},
                        .addresses = {address("eth0", "10.2.0.2/24")},
                        .routes = {default_via("10.2.0.1")},
                        .sysctls = {kNoIpv6}}};
  return nodes;
}

Question ping(const char* destination) {
  return {.flow = {.from = NodeId(0), .destination = ip(destination)}};
}

std::string told(const flow::Trace& trace) {
  std::string text;
  for (const flow::Step& step : trace) {
    text += std::string(to_string(step.kind)) + " " + std::to_string(step.node.value) + ":" +
            step.interface + " ttl " + std::to_string(step.ttl) + "\n";
  }
  return text;
}

TEST(Simulator, ARouterIsAskedForByArpAndLowersTheTtl) {
  Simulator simulator(routed_pair());
  const Prediction prediction = simulator.predict(ping("10.2.0.2"));
  EXPECT_EQ(told(prediction.request.trace),
            "route 0: ttl 0\nsent 0:eth0 ttl 64\nreceived 1:left ttl 64\nroute 1: ttl 0\n"
            "forwarded 1:right ttl 63\n"
            "received 2:eth0 ttl 63\ndelivered 2: ttl 0\n");
  ASSERT_TRUE(prediction.reply);
  EXPECT_EQ(prediction.reply->fate.at, NodeId(0));
  EXPECT_TRUE(prediction.unknown.empty());
}

TEST(Simulator, ANeighbourThatIsNotThereIsAskedForThreeTimes) {
  Simulator simulator(routed_pair());
  const Prediction prediction = simulator.predict(ping("10.2.0.9"));
  EXPECT_EQ(prediction.request.fate.kind, flow::FateKind::NoNeighbor);
  EXPECT_EQ(prediction.request.fate.at, NodeId(1));
  EXPECT_EQ(prediction.request.fate.answer,
            (flow::Answer{.from = ip("10.1.0.1"), .icmp_type = 3, .icmp_code = 1}));
}

TEST(Simulator, TheSameQuestionsHaveTheSameAnswers) {
  Simulator one(routed_pair());
  Simulator other(routed_pair());
  for (const char* destination : {"10.2.0.2", "10.2.0.9", "10.1.0.1", "10.3.0.1"}) {
    const Prediction a = one.predict(ping(destination));
    const Prediction b = other.predict(ping(destination));
    EXPECT_EQ(a.request, b.request) << destination;
    EXPECT_EQ(a.reply, b.reply) << destination;
  }
}

// r sends everything to x, and x everything back.
TEST(Simulator, ALoopOfRoutersEndsWithTheTtl) {
  auto nodes = routed_pair();
  nodes[1].state.routes = {{.destination = make_default_prefix(Family::Ipv4),
                            .gateway = ip("10.2.0.2"),
                            .interface = "right"}};
  nodes[2].state.sysctls.push_back({"net.ipv4.ip_forward", "1"});
  Simulator simulator(nodes);
  EXPECT_EQ(simulator.predict(ping("10.9.0.9")).request.fate.kind, flow::FateKind::TtlExceeded);
}

TEST(Simulator, AFilterBehindDestinationNatSeesTheNewDestination) {
  using namespace firewall;  // NOLINT: the rules are all that is said here
  Chain nat = make_base_chain("nat", ChainType::Nat, Hook::Prerouting, kDestinationNatPriority);
  nat.rules = {make_rule(TableFamily::Ip, {ip_daddr(*Prefix::parse("10.1.0.1/32")),
                                           dnat_to(Ipv4Address(10, 2, 0, 2))})};
  Chain filter = make_base_chain("filter", ChainType::Filter, Hook::Prerouting, 0);
  filter.rules = {make_rule(TableFamily::Ip, {ip_daddr(*Prefix::parse("10.2.0.2/32")), drop()})};
  auto nodes = routed_pair();
  nodes[1].ruleset.tables = {{.family = TableFamily::Ip, .name = "t", .chains = {nat, filter}}};
  Simulator simulator(nodes);
  const Prediction prediction = simulator.predict(ping("10.1.0.1"));
  EXPECT_EQ(prediction.request.fate.kind, flow::FateKind::Dropped);
  EXPECT_EQ(prediction.request.fate.at, NodeId(1));
}

// It was foretold that b refuses, though its answer never left it.
TEST(Simulator, ARefusalThatARuleOfItsOwnNodeDropsIsDropped) {
  using namespace firewall;  // NOLINT: the rules are all that is said here
  Chain output = make_base_chain("o", ChainType::Filter, Hook::Output, 0);
  output.rules = {make_rule(TableFamily::Ip, {drop()})};
  Question question{.flow = {.from = NodeId(0),
                             .destination = ip("10.2.0.2"),
                             .service = {flow::Protocol::Tcp, 8}}};
  auto nodes = routed_pair();
  EXPECT_EQ(Simulator(nodes).predict(question).request.fate.kind, flow::FateKind::Refused);
  nodes[2].ruleset.tables = {{.family = TableFamily::Ip, .name = "t", .chains = {output}}};
  for (const flow::Protocol protocol : {flow::Protocol::Tcp, flow::Protocol::Udp}) {
    question.flow.service.protocol = protocol;
    const flow::Fate fate = Simulator(nodes).predict(question).request.fate;
    EXPECT_EQ(fate.kind, flow::FateKind::Dropped);
    EXPECT_EQ(fate.at, NodeId(2));
    EXPECT_FALSE(fate.answer);
    EXPECT_TRUE(fate.proof.starts_with("nobody listens, and the answer met ip t o")) << fate.proof;
  }
}

// Two bridges with two links between them, and nobody who speaks STP.
TEST(Simulator, ALoopOfBridgesIsAStorm) {
  std::vector<Node> nodes(2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    state::Link bridge{.name = "br0",
                       .kind = state::LinkKind::Bridge,
                       .index = 100 + i,
                       .mac = MacAddress::from_bits(0x0200'0000'0100 | i),
                       .up = true};
    nodes[i] = {.name = "n",
                .state = {.links = {state::make_loopback(true), bridge}, .sysctls = {kNoIpv6}}};
    for (std::uint32_t port = 0; port < 2; ++port) {
      state::Link link = veth(port == 0 ? "p0" : "p1", 110 + 10 * i + port, 120 - 10 * i + port);
      link.master = "br0";
      nodes[i].state.links.push_back(link);
    }
    nodes[i].state.addresses = {address("br0", i == 0 ? "10.0.0.1/24" : "10.0.0.2/24")};
  }
  Simulator simulator(nodes);
  const Prediction prediction = simulator.predict(ping("10.0.0.9"));
  ASSERT_EQ(prediction.unknown.size(), 1U);
  EXPECT_TRUE(prediction.unknown[0].reason.starts_with("a storm"));
}

// A sender that was told the MTU of a way does not try again; who forwards does not heed it.
TEST(Simulator, APathsMtuIsLearnedByTheSender) {
  auto nodes = routed_pair();
  for (state::Link& link : nodes[1].state.links) {
    if (link.name == "right") link.mtu = 1200;
  }
  nodes[2].state.links.back().mtu = 1200;
  Simulator simulator(nodes);
  Question large = ping("10.2.0.2");
  large.flow.payload_size = 1300;
  large.flow.dont_fragment = true;
  EXPECT_EQ(simulator.predict(large).request.fate.at, NodeId(1));
  const Prediction again = simulator.predict(large);
  EXPECT_EQ(again.request.fate.kind, flow::FateKind::TooBig);
  EXPECT_EQ(again.request.fate.at, NodeId(0));
  simulator.wait(std::chrono::minutes(10));
  EXPECT_EQ(simulator.predict(large).request.fate.at, NodeId(1)) << "it is forgotten";
}

TEST(Simulator, AFragmentAloneIsLostWhereItWaits) {
  const auto nodes = routed_pair();
  Simulator simulator(nodes);
  const Bytes frame = packet::build(
      packet::ether({.src = MacAddress::from_bits(0x0200'0000'0000 | 101),
                     .dst = MacAddress::from_bits(0x0200'0000'0000 | 102)}) /
      packet::ipv4(
          {.more_fragments = true, .src = ip("10.1.0.2").v4(), .dst = ip("10.1.0.1").v4()}) /
      packet::udp({.dport = 53}) / packet::payload(Bytes(16)));
  const Prediction prediction = simulator.predict({.flow = {.from = NodeId(0),
                                                            .destination = ip("10.1.0.1"),
                                                            .service = {flow::Protocol::Raw, 0},
                                                            .frame = frame,
                                                            .interface = "eth0"}});
  EXPECT_EQ(prediction.request.fate.kind, flow::FateKind::Lost);
  EXPECT_EQ(prediction.request.fate.at, NodeId(1));
}

}  // namespace
}  // namespace topoproof::sim
