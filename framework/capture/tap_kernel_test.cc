// SPDX-License-Identifier: GPL-2.0-or-later
// What a tap sees on a running kernel, as facts that verdicts are built on.
#include <cerrno>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "capture/kernel_test_network.hh"
#include "capture/tap.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::capture {
namespace {

constexpr auto ignore = [](const FrameView&) {};

// red (10.0.0.1, veth-red) ---- (veth-blue, 10.0.0.2) blue
class TwoNodes : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    red = create_quiet_node();
    blue = create_quiet_node();
    connect({red, "veth-red", 1}, {blue, "veth-blue", 2});
  }
  sys::Netns red;
  sys::Netns blue;
};

TEST_F(TwoNodes, AFrameIsOutgoingAtTheSenderAndForTheHostAtTheReceiver) {
  Tap at_red = open_tap_in(red);
  Tap at_blue = open_tap_in(blue);
  send_udp(red, "10.0.0.2");  // nobody listens: blue answers port unreachable
  EXPECT_EQ(drain_text(red, at_red), "veth-red outgoing, veth-red host");
  EXPECT_EQ(drain_text(blue, at_blue), "veth-blue host, veth-blue outgoing");
}

TEST_F(TwoNodes, BroadcastsSaySo) {
  Tap at_blue = open_tap_in(blue);
  send_udp(red, "10.0.0.255");
  EXPECT_EQ(drain_text(blue, at_blue), "veth-blue broadcast");
}

TEST_F(TwoNodes, AFrameForAnotherMacIsSeenWithoutPromiscuousMode) {
  Tap at_blue = open_tap_in(blue);
  ip(red, "neigh replace 10.0.0.2 lladdr 02:00:00:00:00:77 dev veth-red nud permanent");
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(drain_text(blue, at_blue), "veth-blue otherhost");
  const auto links = sys::run_process({"ip", "-d", "link", "show", "veth-blue"}, &blue).output;
  EXPECT_TRUE(links.contains("promiscuity 0")) << links;
}

TEST_F(TwoNodes, LoopbackIsSeenOnceAsIncoming) {
  Tap at_red = open_tap_in(red);
  send_udp(red, "127.0.0.1");
  EXPECT_EQ(drain_text(red, at_red), "lo host, lo host") << "the datagram and its port unreachable";
}

TEST_F(TwoNodes, AnInterfaceBornAfterTheTapIsSeen) {
  Tap at_red = open_tap_in(red);
  connect({red, "later", 11, false}, {blue, "later", 12, false});
  at_red.drain(ignore);
  ip(red, "addr add 10.1.0.1/24 dev later");
  ip(red, "neigh add 10.1.0.2 lladdr 02:00:00:00:00:0c dev later nud permanent");
  send_udp(red, "10.1.0.2");
  EXPECT_EQ(drain_text(red, at_red), "later outgoing");
}

TEST_F(TwoNodes, AFrameThatTheLinkLosesIsOutgoingAllTheSame) {
  ip(blue, "link set veth-blue mtu 500");
  Tap at_red = open_tap_in(red);
  Tap at_blue = open_tap_in(blue);
  EXPECT_EQ(send_udp(red, "10.0.0.2", 1000), 0) << "the sender is not told";
  EXPECT_EQ(drain_text(red, at_red), "veth-red outgoing");
  EXPECT_EQ(drain_text(blue, at_blue), "");
}

TEST_F(TwoNodes, FrameTellsSourceLengthAndTime) {
  Tap at_red = open_tap_in(red, {.snap_length = 64, .filter = "udp"});
  Tap at_blue = open_tap_in(blue, {.snap_length = 64, .filter = "udp"});
  send_udp(red, "10.0.0.2", 1000);
  Timestamp left;
  at_red.drain([&](const FrameView& frame) { left = frame.timestamp; });
  std::vector<FrameView> seen;
  at_blue.drain([&](const FrameView& frame) { seen.push_back(frame); });
  EXPECT_EQ(to_string(seen.at(0).source), "02:00:00:00:00:01");
  EXPECT_EQ(seen.at(0).bytes.size(), 64u);
  EXPECT_EQ(seen.at(0).length, 20u + 8u + 1000u);
  EXPECT_LE(left, seen.at(0).timestamp);
  EXPECT_GT(left + std::chrono::seconds(1), seen.at(0).timestamp);
}

TEST_F(TwoNodes, RulesDropIncomingFramesAfterTheTap) {
  Tap at_blue = open_tap_in(blue);
  nft(blue,
      "add table ip t; add chain ip t c { type filter hook prerouting priority -300; policy drop; "
      "}");
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(drain_text(blue, at_blue), "veth-blue host");
  nft(blue,
      "flush ruleset; add table ip t; add chain ip t c { type filter hook input priority 0; policy "
      "drop; }");
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(drain_text(blue, at_blue), "veth-blue host");
}

TEST_F(TwoNodes, EvenAnIngressDropComesAfterTheTap) {
  Tap at_blue = open_tap_in(blue);
  nft(blue,
      "add table netdev t; add chain netdev t c { type filter hook ingress device veth-blue "
      "priority 0; policy drop; }");
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(drain_text(blue, at_blue), "veth-blue host");
}

TEST_F(TwoNodes, RulesDropOutgoingFramesBeforeTheTap) {
  Tap at_red = open_tap_in(red);
  nft(red, "add table ip t; add chain ip t c { type filter hook output priority 0; policy drop; }");
  EXPECT_EQ(send_udp(red, "10.0.0.2"), EPERM);
  EXPECT_EQ(drain_text(red, at_red), "");
  nft(red,
      "flush ruleset; add table ip t; add chain ip t c { type filter hook postrouting priority 0; "
      "policy drop; }");
  EXPECT_EQ(send_udp(red, "10.0.0.2"), EPERM);
  EXPECT_EQ(drain_text(red, at_red), "");
}

TEST_F(TwoNodes, OneInterfaceInOneDirectionAsEthernet) {
  Tap in = open_tap_in(blue, {.interface = "veth-blue", .direction = TapDirection::In});
  Tap out = open_tap_in(blue, {.interface = "veth-blue", .direction = TapDirection::Out});
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(in.link_type(), LinkType::Ethernet);
  EXPECT_EQ(drain_text(blue, in), "veth-blue ?");
  std::vector<std::string> sources;
  out.drain([&](const FrameView& frame) { sources.push_back(to_string(frame.source)); });
  EXPECT_EQ(sources, std::vector<std::string>{"02:00:00:00:00:02"});
}

TEST_F(TwoNodes, AFilterKeepsTheRestOut) {
  Tap at_red = open_tap_in(red, {.filter = "udp port 10"});
  Tap at_blue = open_tap_in(blue, {.filter = "udp port 9"});
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(drain_text(red, at_red), "");
  EXPECT_EQ(drain_text(blue, at_blue), "veth-blue host");
}

TEST_F(TwoNodes, AFullRingIsCounted) {
  Tap at_red = open_tap_in(red, {.frames = 64, .filter = "udp"});
  send_udp(red, "10.0.0.2", 8, 1000);
  const auto held = at_red.drain(ignore);
  EXPECT_GE(held, 64u);
  EXPECT_EQ(at_red.drops(), 1000u - held);
}

TEST_F(TwoNodes, ARingHoldsTheFramesThatWereAskedFor) {
  Tap small = open_tap_in(red, {.frames = 300, .snap_length = 64, .filter = "udp"});
  Tap large = open_tap_in(red, {.frames = 300, .snap_length = 65535, .filter = "udp"});
  send_udp(red, "10.0.0.2", 1400, 300);
  EXPECT_EQ(small.drain(ignore), 300u);
  EXPECT_EQ(large.drain(ignore), 300u);
  EXPECT_EQ(small.drops() + large.drops(), 0u);
}

TEST_F(TwoNodes, AnExceptionLeavesTheFramesBehindItInTheRing) {
  Tap at_red = open_tap_in(red);
  send_udp(red, "10.0.0.2", 8, 3);
  EXPECT_THROW(at_red.drain([](const FrameView&) { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_GE(at_red.drain(ignore), 2u);
}

TEST_F(TwoNodes, WhatCannotBeOpenedIsASentence) {
  try {
    open_tap_in(red, {.where = "red", .interface = "eth9"});
    FAIL() << "there is no such interface";
  } catch (const sys::SystemError& error) {
    EXPECT_EQ(std::string(error.what()), "tap interface 'eth9' of red: No such device");
  }
  try {
    open_tap_in(red, {.where = "red", .filter = "udp porrt 9"});
    FAIL() << "there is no such filter";
  } catch (const sys::SystemError& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "tap all interfaces of red with the filter 'udp porrt 9' (libpcap: can't parse filter "
        "expression: syntax error): Invalid argument");
  }
}

TEST_F(TwoNodes, ATapOnOneInterfaceBreaksWhenItIsDeleted) {
  Tap at_blue = open_tap_in(blue, {.where = "blue", .interface = "veth-blue"});
  ip(blue, "link delete veth-blue");
  EXPECT_THROW(at_blue.drain(ignore), sys::SystemError);
}

//            host
//       br0 10.0.0.5/24
//       |            |
//     to-red      to-blue
//       |            |
//   red .1        blue .2
class Bridged : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    red = create_quiet_node();
    blue = create_quiet_node();
    host = create_quiet_node();
    ip(host,
       "link add br0 address 02:00:00:00:00:05 type bridge\nlink set br0 up\n"
       "addr add 10.0.0.5/24 dev br0");
    connect({red, "veth-red", 1}, {host, "to-red", 21, false});
    connect({blue, "veth-blue", 2}, {host, "to-blue", 22, false});
    ip(host,
       "link set to-red master br0\nlink set to-blue master br0\n"
       "neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev br0 nud permanent");
    ip(red,
       "neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev veth-red nud permanent\n"
       "neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev veth-red nud permanent");
    ip(blue, "neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev veth-blue nud permanent");
    send_udp(blue, "10.0.0.1");  // the bridge learns both MACs, from this and its answer
    send_udp(red, "10.0.0.5");
  }
  sys::Netns red;
  sys::Netns blue;
  sys::Netns host;
};

TEST_F(Bridged, ABridgedFrameIsSeenOnBothPortsButNotOnTheBridge) {
  Tap at_host = open_tap_in(host, {.filter = "udp"});
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(drain_text(host, at_host), "to-red otherhost, to-blue outgoing");
}

TEST_F(Bridged, AFrameForTheHostIsSeenOnThePortAndThenOnTheBridge) {
  Tap at_host = open_tap_in(host, {.filter = "udp"});
  send_udp(red, "10.0.0.5");
  EXPECT_EQ(drain_text(host, at_host), "to-red otherhost, br0 host");
}

TEST_F(Bridged, AFrameOfTheHostIsSeenOnTheBridgeAndThenOnThePort) {
  Tap at_host = open_tap_in(host, {.filter = "udp"});
  send_udp(host, "10.0.0.1");
  EXPECT_EQ(drain_text(host, at_host), "br0 outgoing, to-red outgoing");
}

TEST_F(Bridged, AForwardDropOfTheBridgeFamilyComesAfterThePort) {
  Tap at_host = open_tap_in(host, {.filter = "udp"});
  nft(host,
      "add table bridge t; add chain bridge t c { type filter hook forward priority 0; policy "
      "drop; }");
  send_udp(red, "10.0.0.2");
  EXPECT_EQ(drain_text(host, at_host), "to-red otherhost");
}

// red 10.0.0.1 ---- 10.0.0.2 router 10.1.0.1 ---- 10.1.0.2 far
class Routed : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    red = create_quiet_node();
    router = create_quiet_node();
    far = create_quiet_node();
    connect({red, "veth-red", 1}, {router, "west", 2});
    connect({router, "east", 3, false}, {far, "veth-far", 4, false});
    ip(router,
       "addr add 10.1.0.1/24 dev east\n"
       "neigh add 10.1.0.2 lladdr 02:00:00:00:00:04 dev east nud permanent");
    ip(far, "addr add 10.1.0.2/24 dev veth-far");
    ip(red, "route add 10.1.0.0/24 via 10.0.0.2");
    sys::run_in(router, [] { sys::write_sysctl("net.ipv4.ip_forward", "1"); });
  }
  sys::Netns red;
  sys::Netns router;
  sys::Netns far;
};

TEST_F(Routed, AForwardedPacketIsSeenInAndOut) {
  Tap at_router = open_tap_in(router);
  send_udp(red, "10.1.0.2");
  EXPECT_EQ(drain_text(router, at_router), "west host, east outgoing");
}

TEST_F(Routed, AForwardDropIsSeenInOnly) {
  Tap at_router = open_tap_in(router);
  nft(router,
      "add table ip t; add chain ip t c { type filter hook forward priority 0; policy drop; }");
  send_udp(red, "10.1.0.2");
  EXPECT_EQ(drain_text(router, at_router), "west host");
}

TEST_F(Routed, TranslationIsSeenOnTheWayOut) {
  Tap at_router = open_tap_in(router, {.filter = "udp and src host 10.1.0.1"});
  nft(router,
      "add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t "
      "c masquerade");
  send_udp(red, "10.1.0.2");
  EXPECT_EQ(drain_text(router, at_router), "east outgoing");
}

}  // namespace
}  // namespace topoproof::capture
