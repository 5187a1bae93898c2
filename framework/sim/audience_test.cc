// SPDX-License-Identifier: GPL-2.0-or-later
// A question to all is not carried to those who would take no notice of it: whatever becomes of
// flows is the same as if it was. Where somebody looks on, it is carried to all.
#include "sim/audience.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sim/simulator.hh"
#include "sim/test_network.hh"

namespace topoproof::sim {
namespace {

constexpr std::size_t kStations = 9;

// Node 0 has the bridge, and addresses there; all others are at its ports.
std::vector<Node> star() {
  std::vector<Node> nodes(kStations + 1);
  nodes[0].name = "hub";
  nodes[0].state.links = {state::make_loopback(true),
                          {.name = "br0",
                           .kind = state::LinkKind::Bridge,
                           .index = 50,
                           .mac = MacAddress::from_bits(0x0200'0000'0050),
                           .up = true,
                           .bridge = state::BridgeOptions{}}};
  nodes[0].state.addresses = {address("br0", "10.0.0.254/24"), address("br0", "fd00::fe/64")};
  for (std::uint32_t i = 1; i <= kStations; ++i) {
    auto port = veth(fmt::format("p{}", i), 100 + i, 200 + i);
    port.master = "br0";
    nodes[0].state.links.push_back(port);
    nodes[i].name = fmt::format("s{}", i);
    nodes[i].state.links = {state::make_loopback(true), veth("eth0", 200 + i, 100 + i)};
    nodes[i].state.addresses = {address("eth0", fmt::format("10.0.0.{}/24", i)),
                                address("eth0", fmt::format("fd00::{:x}/64", i))};
  }
  return nodes;
}

struct AllPairs {
  std::vector<Prediction> predictions;
  std::size_t frames = 0;
};

// `looks_on`: nothing is spared then.
AllPairs ask_all(const std::vector<Node>& nodes, bool v4, bool looks_on) {
  Simulator simulator(nodes);
  AllPairs all;
  if (looks_on) simulator.watch([&](NodeId, const std::string&, BytesView) { ++all.frames; });
  for (std::size_t from = 0; from < nodes.size(); ++from) {
    for (std::size_t to = 1; to <= kStations + 2; ++to) {  // the last two do not exist
      const auto target = v4 ? fmt::format("10.0.0.{}", to) : fmt::format("fd00::{:x}", to);
      all.predictions.push_back(simulator.predict(
          {.flow = {.from = NodeId(from), .destination = IpAddress::parse(target).value()}}));
    }
  }
  return all;
}

void expect_same(const std::vector<Node>& nodes) {
  for (const bool v4 : {true, false}) {
    const AllPairs all = ask_all(nodes, v4, true);
    const AllPairs spared = ask_all(nodes, v4, false);
    ASSERT_EQ(all.predictions.size(), spared.predictions.size());
    EXPECT_GT(all.frames, 0U);
    for (std::size_t i = 0; i < all.predictions.size(); ++i) {
      EXPECT_EQ(all.predictions[i].request, spared.predictions[i].request) << i;
      EXPECT_EQ(all.predictions[i].reply, spared.predictions[i].reply) << i;
    }
  }
}

TEST(Audience, SparesNothingThatMatters) { expect_same(star()); }

TEST(Audience, SomeDoNotAnswerButAreLearnedOf) {
  auto nodes = star();
  nodes[3].state.sysctls.push_back({"net.ipv4.conf.all.arp_ignore", "8"});
  nodes[5].state.sysctls.push_back({"net.ipv4.conf.all.arp_ignore", "8"});
  expect_same(nodes);
}

TEST(Audience, OneAnswersForOthers) {
  auto nodes = star();
  nodes[4].state.sysctls = {{"net.ipv4.ip_forward", "1"}, {"net.ipv4.conf.eth0.proxy_arp", "1"}};
  expect_same(nodes);
}

TEST(Audience, TwoHaveTheSameAddress) {
  auto nodes = star();
  nodes[7].state.addresses.push_back(address("eth0", "10.0.0.2/24"));
  expect_same(nodes);
}

TEST(Audience, OneDoesNotLearnOrFlood) {
  auto nodes = star();
  nodes[0].state.links[4].port = state::PortOptions{.isolated = true};
  nodes[0].state.links[6].port = state::PortOptions{.isolated = true};
  nodes[0].state.links[8].port = state::PortOptions{.broadcast_flood = false};
  expect_same(nodes);
}

}  // namespace
}  // namespace topoproof::sim
