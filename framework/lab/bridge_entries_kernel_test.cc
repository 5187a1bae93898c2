// SPDX-License-Identifier: GPL-2.0-or-later
// Bridges know where stations are before anything is sent, and what goes to one is not flooded.
#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lab/lab.hh"
#include "lab/test_topologies.hh"
#include "netlink/observe.hh"
#include "sys/error.hh"
#include "sys/kernel_test.hh"

namespace topoproof::lab {
namespace {

using BridgeEntriesTest = sys::KernelTest;

constexpr NodeId kAsking{0};
constexpr NodeId kStranger{1};
constexpr NodeId kSwitch{2};
constexpr NodeId kQuiet{3};

//   asking   .1 ┐
//   stranger .2 ┼ s:br0
//   quiet    .3 ┘
topology::Topology star() {
  topology::Topology net("star");
  net.add_node({.name = "asking"});
  net.add_node({.name = "stranger"});
  net.add_bridge({.name = "br0", .node = net.add_node({.name = "s"})});
  net.add_node({.name = "quiet"});
  topology::link(net, "asking:eth0 10.0.0.1/24", "s:br0/asking");
  topology::link(net, "stranger:eth0 10.0.0.2/24", "s:br0/stranger");
  topology::link(net, "quiet:eth0 10.0.0.3/24", "s:br0/quiet");
  return net;
}

plan::Plan star_plan() {
  return plan_of(star(), {.pairs = {{kAsking, topology::address("10.0.0.3")}}});
}

bool is_bridge_entry(const plan::Step& step) {
  return std::holds_alternative<plan::AddBridgeEntry>(step.operation);
}

std::vector<std::string> learned(Lab& lab) {
  std::vector<std::string> lines;
  for (const state::BridgeEntry& entry :
       netlink::observe_bridge_entries(lab.route_socket(kSwitch), lab.interfaces(kSwitch))) {
    if (entry.state == state::NeighborState::Reachable) lines.push_back(describe(entry));
  }
  std::ranges::sort(lines);
  return lines;
}

sys::Fd open_socket(Lab& lab, NodeId node, int family, int type, int protocol) {
  sys::Fd socket;
  lab.run(node, [&] {
    socket = sys::Fd(
        sys::check_result(::socket(family, type | SOCK_CLOEXEC, protocol), "open a socket"));
  });
  return socket;
}

// Receives every IPv4 packet that comes in, whomever it is for.
sys::Fd open_tap(Lab& lab, NodeId node) {
  return open_socket(lab, node, AF_PACKET, SOCK_DGRAM, htons(ETHERTYPE_IP));
}

void send_echo_request(const sys::Fd& socket, const char* to) {
  constexpr std::array<unsigned char, 8> kRequest{8, 0, 0xf7, 0xff};
  sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
  ASSERT_EQ(::inet_pton(AF_INET, to, &address.sin_addr), 1);
  EXPECT_EQ(::sendto(socket.get(), kRequest.data(), kRequest.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address), sizeof address),
            ssize_t{kRequest.size()});
}

// Echo requests, and nothing else: a bridge reports its multicast groups (IGMP) when it likes.
std::size_t requests_in(const sys::Fd& tap) {
  constexpr std::size_t kProtocolAt = 9;
  std::array<std::uint8_t, 256> packet{};
  std::size_t requests = 0;
  while (::recv(tap.get(), packet.data(), packet.size(), MSG_DONTWAIT) > 0) {
    if (packet[kProtocolAt] == IPPROTO_ICMP) ++requests;
  }
  return requests;
}

// How many copies a stranger gets of an echo request to a station that never sent anything. (When
// send() returns, veth and bridge have done their work.)
std::size_t copies_at_stranger(const plan::Plan& plan) {
  Lab lab(plan);
  lab.settle();
  const sys::Fd stranger = open_tap(lab, kStranger);
  const sys::Fd quiet = open_tap(lab, kQuiet);
  const sys::Fd asking = open_socket(lab, kAsking, AF_INET, SOCK_RAW, IPPROTO_ICMP);
  send_echo_request(asking, "10.0.0.3");
  EXPECT_EQ(requests_in(quiet), 1U) << "the request did not arrive";
  return requests_in(stranger);
}

TEST_F(BridgeEntriesTest, AreThereWhenTheLabIs) {
  Lab lab(star_plan());
  EXPECT_EQ(learned(lab),
            (std::vector<std::string>{"bridge entry 02:00:00:00:00:66 at port asking learned",
                                      "bridge entry 02:00:00:00:00:6a at port quiet learned"}));
}

TEST_F(BridgeEntriesTest, KeepWhatGoesToAQuietStationFromStrangers) {
  EXPECT_EQ(copies_at_stranger(star_plan()), 0U);
}

TEST_F(BridgeEntriesTest, WithoutThemItIsFlooded) {
  plan::Plan plan = star_plan();
  std::erase_if(plan.steps, is_bridge_entry);
  EXPECT_EQ(copies_at_stranger(plan), 1U);
}

// The entry says where quiet was, and quiet sends from where it is.
TEST_F(BridgeEntriesTest, FollowAStationThatMoves) {
  plan::Plan plan = star_plan();
  std::erase_if(plan.steps, is_bridge_entry);
  plan.steps.push_back({plan::AddBridgeEntry{kSwitch,
                                             {.port = "asking",
                                              .mac = MacAddress::from_bits(0x02000000006a),
                                              .state = state::NeighborState::Reachable}},
                        "it is a test"});
  Lab lab(plan);
  lab.settle();
  const sys::Fd quiet = open_socket(lab, kQuiet, AF_INET, SOCK_RAW, IPPROTO_ICMP);
  send_echo_request(quiet, "10.0.0.1");
  EXPECT_EQ(learned(lab),
            (std::vector<std::string>{"bridge entry 02:00:00:00:00:66 at port asking learned",
                                      "bridge entry 02:00:00:00:00:6a at port quiet learned"}));
}

TEST_F(BridgeEntriesTest, TakeThePlaceOfWhatWasLearned) {
  const plan::Plan plan = star_plan();
  Lab lab(plan);
  const auto entry = std::ranges::find_if(plan.steps, is_bridge_entry);
  ASSERT_NE(entry, plan.steps.end());
  lab.change({entry, 1});
  EXPECT_EQ(learned(lab).size(), 2U);
}

}  // namespace
}  // namespace topoproof::lab
