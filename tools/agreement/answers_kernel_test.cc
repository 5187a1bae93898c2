// SPDX-License-Identifier: GPL-2.0-or-later
// What a router says to those whose packets it cannot, or will not, take: in the kernel and in the
// simulator. Each of these was seen to differ, on rules that people use.
#include <gtest/gtest.h>

#include "sys/kernel_test.hh"
#include "test_specs.hh"

namespace topoproof::agreement {
namespace {

class Answers : public sys::KernelTest {};

// Fact 42: the number of a network itself is a host's like any other. Who does not answer is asked
// once, whatever comes for it meanwhile.
TEST_F(Answers, AHostThatDoesNotAnswerIsNotAskedForEachPacket) {
  TwoBodies bodies({});
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "10.200.0.0")),
            "outside: ether 02:00:00:00:10:01 > ff:ff:ff:ff:ff:ff, arp who-has 10.200.0.0 tell "
            "10.200.0.1");
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "10.200.0.0")), "nothing");
  EXPECT_EQ(bodies.send(tcp(kInside, "10.201.0.2", "10.200.0.0")), "nothing");
}

TEST_F(Answers, WhatWaitedForANeighborGoesOutInItsOrder) {
  TwoBodies bodies({});
  bodies.send(udp(kOutside, "10.200.0.2", "10.201.0.9"));
  PacketSpec second = udp(kOutside, "10.200.0.2", "10.201.0.9");
  second.source_port = 1001;
  EXPECT_EQ(bodies.send(second), "nothing");
  const MacAddress mac = MacAddress::from_bits(0x0200'0000'2002);
  const Bytes reply =
      packet::build(packet::ether({.src = mac, .dst = bodies.zones().all[kInside].router_mac}) /
                    packet::arp({.operation = packet::Arp::kReply,
                                 .sender_mac = mac,
                                 .sender_ip = ip("10.201.0.9").v4(),
                                 .target_mac = bodies.zones().all[kInside].router_mac,
                                 .target_ip = ip("10.201.0.1").v4()}));
  EXPECT_EQ(bodies.send(kInside, reply),
            "inside: 10.200.0.2:1000 > 10.201.0.9:80 udp, 16 bytes\n"
            "inside: 10.200.0.2:1001 > 10.201.0.9:80 udp, 16 bytes");
}

std::string rejects_early(const char* what) {
  return std::string("table inet f {\nchain c {\ntype filter hook prerouting priority -300\n") +
         what + "\n}\n}\n";
}

// The routing that would find it a martian comes behind the rules.
TEST_F(Answers, ARuleBeforeRoutingRejectsWhatNobodyMayBeSent) {
  TwoBodies bodies(
      {.rules = rejects_early("ip daddr 127.0.0.0/8 reject with icmpx type admin-prohibited")});
  EXPECT_EQ(bodies.send(udp(kOutside, "10.200.0.2", "127.0.0.0")),
            "outside: 10.200.0.1 > 10.200.0.2 icmp administratively prohibited "
            "(10.200.0.2:1000 > 127.0.0.0:80 udp, 16 bytes)");
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "127.0.0.1")),
            "inside: 10.201.0.1 > 10.201.0.2 icmp administratively prohibited "
            "(10.201.0.2:1000 > 127.0.0.1:80 udp, 16 bytes)");
}

// nf_reject_fill_skb_dst: as if by a router on the way, not by whom the packet was for.
TEST_F(Answers, ARuleBeforeRoutingRejectsInTheNameOfItsInterface) {
  TwoBodies early({.rules = rejects_early("meta l4proto udp reject")});
  EXPECT_EQ(early.send(udp(kInside, "10.201.0.2", "10.200.0.1")),
            "inside: 10.201.0.1 > 10.201.0.2 icmp port unreachable "
            "(10.201.0.2:1000 > 10.200.0.1:80 udp, 16 bytes)");
  EXPECT_EQ(early.send(udp(kInside, "fd00:201::2", "fd00:200::1")),
            "inside: fd00:200::1 > fd00:201::2 icmpv6 port unreachable "
            "([fd00:201::2]:1000 > [fd00:200::1]:80 udp, 16 bytes)");
  TwoBodies late({.rules = "table ip f {\nchain c {\ntype filter hook input priority 0\n"
                           "reject\n}\n}\n"});
  EXPECT_EQ(late.send(udp(kInside, "10.201.0.2", "10.200.0.1")),
            "inside: 10.200.0.1 > 10.201.0.2 icmp port unreachable "
            "(10.201.0.2:1000 > 10.200.0.1:80 udp, 16 bytes)");
}

TEST_F(Answers, WhoHasNoRouteBackIsNotRejected) {
  TwoBodies bodies(
      {.rules = rejects_early("meta l4proto udp reject"), .change = [](state::Namespace& router) {
         router.routes.push_back(
             {.type = state::RouteType::Unreachable, .destination = prefix("9.9.9.0/24")});
       }});
  EXPECT_EQ(bodies.send(udp(kInside, "9.9.9.9", "10.200.0.2")), "nothing");
}

// All of fe80::/10 are a link's own: TCP resets by the link that the segment came in by, where no
// route may lead there (tcp_v6_send_response). fec0:: is not.
TEST_F(Answers, AResetToALinksOwnAddressStaysOnItsLink) {
  TwoBodies bodies({});
  EXPECT_EQ(bodies.send(tcp(kInside, "febf:ffff::1", "fd00:201::1")), "nothing");
  EXPECT_TRUE(bodies.send(tcp(kInside, "fec0::1", "fd00:201::1")).starts_with("outside: "));
}

// But not a rule's reset (nf_send_reset6).
TEST_F(Answers, ARulesResetToALinksOwnAddressGoesByAnyRoute) {
  TwoBodies bodies({.rules = "table ip6 f {\nchain c {\ntype filter hook input priority 0\n"
                             "tcp dport 80 reject with tcp reset\n}\n}\n"});
  EXPECT_TRUE(bodies.send(tcp(kInside, "febf:ffff::1", "fd00:201::1")).starts_with("outside: "));
}

}  // namespace
}  // namespace topoproof::agreement
