// SPDX-License-Identifier: GPL-2.0-or-later
// Packets that few people send: with options and extension headers, copied and turned aside by
// rules, sent back by the link that they came by, without a route. In the kernel and in the
// simulator.
#include <gtest/gtest.h>

#include "sys/kernel_test.hh"
#include "test_specs.hh"

namespace topoproof::agreement::odd_packets_test {
namespace {

class OddPackets : public sys::KernelTest {};

std::string chain(const std::string& family, const std::string& hook, const std::string& rules) {
  return "table " + family + " f {\nchain c {\ntype filter hook " + hook + " priority 0\n" + rules +
         "\n}\n}\n";
}

Bytes numbers(std::initializer_list<int> list) {
  Bytes bytes;
  for (const int number : list) bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

// UDP from inside to outside, with these options of IPv4.
std::string send_with_options(TwoBodies& bodies, Bytes options, const char* to = "10.200.0.2") {
  const Bytes packet = packet::build(
      packet::ipv4(
          {.src = ip("10.201.0.2").v4(), .dst = ip(to).v4(), .options = std::move(options)}) /
      packet::udp({.sport = 1000, .dport = 80}) / packet::payload(Bytes(16)));
  return bodies.send(kInside, frame_around(packet, kInside, bodies.zones()));
}

TEST_F(OddPackets, OptionsThatAskForNothingPass) {
  TwoBodies bodies({});
  EXPECT_EQ(send_with_options(bodies, numbers({1, 1, 1, 0})), kThrough);
  EXPECT_EQ(send_with_options(bodies, numbers({148, 4, 0, 0})), kThrough) << "router alert";
  EXPECT_EQ(send_with_options(bodies, numbers({94, 4, 9, 9})), kThrough) << "of an experiment";
}

TEST_F(OddPackets, ASourceRouteIsNotFollowed) {
  TwoBodies bodies({});
  for (const int kind : {131, 137}) {
    EXPECT_EQ(send_with_options(bodies, numbers({kind, 7, 4, 10, 240, 0, 2, 0})), "nothing");
  }
}

TEST_F(OddPackets, AnOptionOfAWrongLengthIsComplainedOf) {
  TwoBodies bodies({});
  EXPECT_NE(send_with_options(bodies, numbers({94, 9, 0, 0})), "nothing");
  EXPECT_NE(send_with_options(bodies, numbers({1, 94, 1, 0})), "nothing");
  EXPECT_NE(send_with_options(bodies, numbers({148, 3, 0, 0})), "nothing");
  EXPECT_NE(send_with_options(bodies, numbers({131, 7, 3, 10, 240, 0, 2, 0})), "nothing");
}

TEST_F(OddPackets, OnlyTheFirstFragmentKeepsOptionsThatAreNotCopied) {
  TwoBodies bodies({.change = [](state::Namespace& router) {
    std::ranges::find(router.links, "outside", &state::Link::name)->mtu = 1280;
  }});
  const Bytes packet =
      packet::build(packet::ipv4({.src = ip("10.201.0.2").v4(),
                                  .dst = ip("10.200.0.2").v4(),
                                  .options = numbers({94, 4, 9, 9, 222, 4, 7, 7})}) /
                    packet::udp({.sport = 1000, .dport = 80}) / packet::payload(Bytes(1400)));
  EXPECT_NE(bodies.send(kInside, frame_around(packet, kInside, bodies.zones())), "nothing");
}

// IPv6 with one extension header before UDP.
template <std::uint8_t Number>
std::string send_extended(TwoBodies& bodies, Bytes data, const char* to = "fd00:200::2") {
  const Bytes packet = packet::build(
      packet::ipv6({.hop_limit = 64, .src = ip("fd00:201::2").v6(), .dst = ip(to).v6()}) /
      packet::Stack{{packet::Ipv6Extension<Number>{.data = std::move(data)}}} /
      packet::udp({.sport = 1000, .dport = 80}) / packet::payload(Bytes(16)));
  return bodies.send(kInside, frame_around(packet, kInside, bodies.zones()));
}
constexpr std::uint8_t kHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kDestination = 60;

TEST_F(OddPackets, HopByHopOptionsAreReadByEveryRouter) {
  TwoBodies bodies({});
  EXPECT_NE(send_extended<kHop>(bodies, numbers({1, 4, 0, 0, 0, 0})), "nothing") << "padding";
  EXPECT_NE(send_extended<kHop>(bodies, numbers({5, 2, 0, 0, 1, 0})), "nothing") << "alert";
  EXPECT_NE(send_extended<kHop>(bodies, numbers({0x1e, 4, 9, 9, 9, 9})), "nothing") << "skipped";
  EXPECT_EQ(send_extended<kHop>(bodies, numbers({0x5e, 4, 9, 9, 9, 9})), "nothing") << "dropped";
  const std::string told = send_extended<kHop>(bodies, numbers({0x9e, 4, 9, 9, 9, 9}));
  EXPECT_TRUE(told.starts_with("inside: fd00:201::1 > fd00:201::2")) << told;
  EXPECT_NE(send_extended<kHop>(bodies, numbers({0xde, 4, 9, 9, 9, 9})), "nothing") << "told";
  EXPECT_EQ(send_extended<kHop>(bodies, numbers({1, 4, 0, 0, 1, 0})), "nothing")
      << "padding that is not empty";
  EXPECT_EQ(send_extended<kHop>(bodies, numbers({1, 9, 0, 0, 0, 0})), "nothing")
      << "longer than its header";
}

TEST_F(OddPackets, DestinationOptionsAreReadWhereThePacketEnds) {
  TwoBodies bodies({.rules = chain("ip6", "input", "counter")});
  EXPECT_NE(send_extended<kDestination>(bodies, numbers({0x5e, 4, 9, 9, 9, 9})), "nothing");
  const char* own = "fd00:200::1";
  EXPECT_NE(send_extended<kDestination>(bodies, numbers({1, 4, 0, 0, 0, 0}), own), "nothing");
  EXPECT_EQ(send_extended<kDestination>(bodies, numbers({0x5e, 4, 9, 9, 9, 9}), own), "nothing");
  EXPECT_NE(send_extended<kDestination>(bodies, numbers({0x9e, 4, 9, 9, 9, 9}), own), "nothing");
  bodies.compare_state();
}

TEST_F(OddPackets, ARoutingHeaderWithSegmentsLeftIsRefusedWhereThePacketEnds) {
  TwoBodies bodies({});
  EXPECT_NE(send_extended<kRouting>(bodies, numbers({0, 1, 0, 0, 0, 0})), "nothing");
  const char* own = "fd00:200::1";
  EXPECT_NE(send_extended<kRouting>(bodies, numbers({0, 0, 0, 0, 0, 0}), own), "nothing");
  EXPECT_NE(send_extended<kRouting>(bodies, numbers({0, 1, 0, 0, 0, 0}), own), "nothing");
}

TEST_F(OddPackets, ACopyGoesToAnotherHost) {
  TwoBodies bodies({.rules = chain("ip", "forward",
                                   "udp dport 80 counter dup to 10.240.0.2\n"
                                   "udp dport 81 counter dup to 10.240.0.3 device \"br0\" drop")});
  EXPECT_EQ(bodies.send(kToOutside),
            "port1: 10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes\n" + kThrough);
  PacketSpec other = kToOutside;
  other.destination_port = 81;
  EXPECT_EQ(bodies.send(other), "port2: 10.201.0.2:1000 > 10.200.0.2:81 udp, 16 bytes");
  bodies.compare_state();
}

// It is a packet of the router's own: OUTPUT and POSTROUTING see it, connection tracking does not,
// and it is not copied again.
TEST_F(OddPackets, ACopyIsNobodysConnection) {
  TwoBodies bodies({.rules =
                        "table ip f {\n"
                        "chain a {\ntype filter hook prerouting priority 0\n"
                        "counter dup to 10.240.0.2\n}\n"
                        "chain b {\ntype filter hook output priority 0\n"
                        "counter dup to 10.240.0.3\nct state untracked counter\n}\n"
                        "chain d {\ntype filter hook postrouting priority 0\n"
                        "ct state untracked counter\nip ttl 63 counter\n}\n"
                        "chain e {\ntype nat hook postrouting priority 100\nmasquerade\n}\n}\n"});
  EXPECT_NE(bodies.send(kToOutside), "nothing");
  EXPECT_NE(bodies.send(udp(kInside, "10.201.0.2", "10.201.0.1")), "nothing");
  bodies.compare_state();
}

TEST_F(OddPackets, ACopyOfIpv6) {
  TwoBodies bodies(
      {.rules = chain("ip6", "prerouting", "udp dport 80 counter dup to fd00:240::2")});
  EXPECT_NE(bodies.send(udp(kInside, "fd00:201::2", "fd00:200::2")), "nothing");
  bodies.compare_state();
}

std::string at_inside(const std::string& rule) {
  return "table netdev f {\nchain c {\ntype filter hook ingress device \"inside\" priority 0\n" +
         rule + "\n}\n}\n";
}

TEST_F(OddPackets, ACopyOfAFrameGoesOutAsItIs) {
  TwoBodies bodies({.rules = at_inside("udp dport 80 counter dup to \"port1\"")});
  EXPECT_EQ(bodies.send(kToOutside),
            "port1: 10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes\n" + kThrough);
  bodies.compare_state();
}

TEST_F(OddPackets, AFrameIsSentToANeighborOfAnotherDevice) {
  TwoBodies bodies({.rules = at_inside("udp dport 80 fwd ip to 10.240.0.2 device \"br0\"")});
  EXPECT_EQ(bodies.send(kToOutside), "port1: 10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes");
  EXPECT_EQ(packet::parse_view(packet::parse_frame_view(bodies.last_frame())->network)->ttl, 63);
  PacketSpec dying = kToOutside;
  dying.ttl = 1;
  EXPECT_EQ(bodies.send(dying), "nothing");
  EXPECT_NE(bodies.send(udp(kInside, "fd00:201::2", "fd00:200::2")), "nothing") << "not of IPv4";
}

// The router is asked for a station in the sender's own link.
Bytes through_router(const PacketSpec& spec, const Zones& zones) {
  Bytes frame = frame_of(spec, zones);
  std::ranges::copy(MacAddress::from_bits(0x0200'0000'3000).bytes(), frame.begin());
  return frame;
}

TEST_F(OddPackets, RoutersOfIpv6TellWhoIsInTheSameLink) {
  TwoBodies bodies({});
  const PacketSpec spec = udp(kPort1, "fd00:240::2", "fd00:240::3");
  EXPECT_NE(bodies.send(kPort1, through_router(spec, bodies.zones())), "nothing");
  EXPECT_NE(bodies.send(kPort1, through_router(spec, bodies.zones())), "nothing");
}

TEST_F(OddPackets, OfGatewaysOfIpv6OnlyThoseAreToldThatHaveALinksAddress) {
  TwoBodies bodies({});
  EXPECT_NE(bodies.send(udp(kOutside, "fd00:200::2", "fd00:999::9")), "nothing");
}

TEST_F(OddPackets, HowOftenASenderIsToldThatThereIsNoRoute) {
  TwoBodies bodies({.change = [](state::Namespace& router) {
    router.routes.push_back(
        {.type = state::RouteType::Unreachable, .destination = prefix("10.77.0.0/16")});
  }});
  PacketSpec spec = udp(kInside, "10.201.0.2", "10.77.0.1");
  for (int i = 0; i < 8; ++i) bodies.send(spec);
  spec.source = ip("10.201.0.3");
  EXPECT_NE(bodies.send(spec), "nothing") << "another sender";
}

TEST_F(OddPackets, AndWithALimitOfErrors) {
  TwoBodies bodies(
      {.sysctls = {{"net.ipv4.icmp_ratelimit", "1000"}}, .change = [](state::Namespace& router) {
         router.routes.push_back(
             {.type = state::RouteType::Prohibit, .destination = prefix("10.77.0.0/16")});
       }});
  const PacketSpec refused = udp(kInside, "10.201.0.2", "10.77.0.1");
  PacketSpec dying = kToOutside;
  dying.ttl = 1;
  for (int i = 0; i < 4; ++i) {
    bodies.send(refused);
    bodies.send(dying);
  }
}

TEST_F(OddPackets, PacketsToAllHostsNeedASoundSourceAsWell) {
  TwoBodies bodies({.rules = chain("ip", "input", "counter")});
  for (const char* source : {"10.201.0.2", "10.201.0.1", "0.0.0.0", "127.0.0.1", "224.0.0.5"}) {
    EXPECT_EQ(bodies.send(udp(kInside, source, "224.0.0.1")), "nothing") << source;
  }
  bodies.compare_state();
}

Bytes arp_reply(const Zones& zones, std::uint64_t mac) {
  return packet::build(
      packet::ether({.src = MacAddress::from_bits(mac), .dst = zones.all[kInside].router_mac}) /
      packet::arp({.operation = packet::Arp::kReply,
                   .sender_mac = MacAddress::from_bits(mac),
                   .sender_ip = ip("10.201.0.9").v4(),
                   .target_mac = zones.all[kInside].router_mac,
                   .target_ip = ip("10.201.0.1").v4()}));
}

TEST_F(OddPackets, OfTwoAnswersOfArpTheFirstCounts) {
  TwoBodies bodies({});
  const PacketSpec spec = udp(kOutside, "10.200.0.2", "10.201.0.9");
  bodies.send(spec);
  EXPECT_NE(bodies.send(kInside, arp_reply(bodies.zones(), 0x0200'0000'0a01)), "nothing");
  bodies.send(kInside, arp_reply(bodies.zones(), 0x0200'0000'0a02));
  EXPECT_NE(bodies.send(spec), "nothing");
  EXPECT_EQ(packet::parse_frame_view(bodies.last_frame())->dst,
            MacAddress::from_bits(0x0200'0000'0a01));
}

TEST_F(OddPackets, AnAdvertisementOverridesOnlyIfItSaysSo) {
  TwoBodies bodies({});
  const PacketSpec spec = udp(kOutside, "fd00:200::2", "fd00:201::9");
  const auto advertise = [&](std::uint64_t mac, std::uint16_t flags) {
    const auto& zone = bodies.zones().all[kInside];
    return bodies.send(
        kInside,
        packet::build(
            packet::ether({.src = MacAddress::from_bits(mac), .dst = zone.router_mac}) /
            packet::ipv6(
                {.hop_limit = 255, .src = ip("fd00:201::9").v6(), .dst = ip("fd00:201::1").v6()}) /
            packet::icmpv6({.type = packet::Icmpv6::kNeighborAdvertisement, .id = flags}) /
            packet::nd_target({.target = ip("fd00:201::9").v6(),
                               .options = packet::nd_link_address(packet::kNdTargetLinkAddress,
                                                                  MacAddress::from_bits(mac))})));
  };
  bodies.send(spec);
  EXPECT_NE(advertise(0x0200'0000'0a01, packet::Icmpv6::kSolicited), "nothing");
  advertise(0x0200'0000'0a02, 0);
  EXPECT_NE(bodies.send(spec), "nothing");
  advertise(0x0200'0000'0a03, packet::Icmpv6::kOverride);
  EXPECT_NE(bodies.send(spec), "nothing");
}

const std::string kMasquerade =
    "table ip n {\nchain p {\ntype nat hook postrouting priority 100\n"
    "oifname \"outside\" masquerade\n}\n}\n";

TEST_F(OddPackets, FragmentsAreTranslatedBothWays) {
  TwoBodies bodies({.rules = kMasquerade});
  const auto send_in_two = [&](PacketSpec spec) {
    spec.payload = 1000;
    const Bytes packet = packet_of(spec);
    const auto part = [&](std::size_t from, std::size_t to) {
      return bodies.send(spec.zone,
                         frame_around(fragment_of(packet, from, to), spec.zone, bodies.zones()));
    };
    EXPECT_EQ(part(480, packet.size() - 20), "nothing");
    return part(0, 480);
  };
  EXPECT_NE(send_in_two(kToOutside), "nothing");
  PacketSpec answer = udp(kOutside, "10.200.0.2", "10.200.0.1");
  answer.source_port = 80;
  answer.destination_port = 1000;
  answer.id = 9;
  EXPECT_NE(send_in_two(answer), "nothing");
  bodies.compare_state();
}

// The same addresses and ports in two zones are two connections.
TEST_F(OddPackets, ZonesKeepConnectionsApart) {
  TwoBodies bodies({.rules = "table ip f {\n"
                             "chain a {\ntype filter hook prerouting priority -300\n"
                             "iifname \"inside\" ct zone set 1\n"
                             "iifname \"port1\" ct zone set 2\niifname \"br0\" ct zone set 2\n}\n"
                             "chain b {\ntype filter hook forward priority 0\n"
                             "ct zone 1 counter\nct zone 2 counter\nct state new counter\n}\n"
                             "chain d {\ntype nat hook postrouting priority 100\n"
                             "oifname \"outside\" masquerade\n}\n}\n"});
  EXPECT_NE(bodies.send(kToOutside), "nothing");
  PacketSpec twin = udp(kPort1, "10.201.0.2", "10.200.0.2");
  EXPECT_NE(bodies.send(twin), "nothing");
  bodies.compare_state();
}

TEST_F(OddPackets, RefusalsOfPolicyRules) {
  for (const auto action : {state::RuleAction::Blackhole, state::RuleAction::Unreachable,
                            state::RuleAction::Prohibit}) {
    TwoBodies bodies({.change = [&](state::Namespace& router) {
      router.rules.push_back(
          {.priority = 10, .from = prefix("10.201.0.2/32"), .action = action, .table = 0});
    }});
    bodies.send(kToOutside);
    bodies.send(udp(kInside, "10.201.0.3", "10.200.0.2"));
    bodies.send(udp(kInside, "10.201.0.2", "10.201.0.1"));
  }
}

TEST_F(OddPackets, AThrowGoesOnWithTheNextRule) {
  TwoBodies bodies({.change = [](state::Namespace& router) {
    router.rules.push_back({.priority = 10, .table = 100});
    router.routes.push_back(
        {.type = state::RouteType::Throw, .destination = prefix("9.9.9.0/24"), .table = 100});
    router.routes.push_back({.destination = prefix("9.0.0.0/8"),
                             .gateway = ip("10.240.0.2"),
                             .interface = "br0",
                             .table = 100});
  }});
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "9.9.9.9")),
            "outside: 10.201.0.2:1000 > 9.9.9.9:80 udp, 16 bytes");
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "9.8.8.8")),
            "port1: 10.201.0.2:1000 > 9.8.8.8:80 udp, 16 bytes");
}

// Of IPv4 the FORWARD hook does not see what is too big for a route; of IPv6 it does, unless it is
// too big for the link.
TEST_F(OddPackets, ARoutesMtuIsLookedAtAtDifferentPlaces) {
  TwoBodies bodies(
      {.rules = chain("inet", "forward", "counter"), .change = [](state::Namespace& router) {
         for (const char* to : {"9.9.9.0/24", "fd00:999::/64"}) {
           const bool v4 = std::string_view(to).contains('.');
           router.routes.push_back({.destination = prefix(to),
                                    .gateway = ip(v4 ? "10.200.0.2" : "fd00:200::2"),
                                    .interface = "outside",
                                    .mtu = 1300});
         }
       }});
  PacketSpec v6 = udp(kInside, "fd00:201::2", "fd00:999::9");
  v6.payload = 1300;
  EXPECT_NE(bodies.send(v6), "nothing");
  PacketSpec v4 = udp(kInside, "10.201.0.2", "9.9.9.9");
  v4.payload = 1300;
  EXPECT_NE(bodies.send(v4), "nothing");
  bodies.compare_state();
}

// RFC 792: whose time it is nobody knows; all else that ICMP asks is not answered.
TEST_F(OddPackets, WhatIcmpIsAskedBesidesEchoes) {
  TwoBodies bodies({});
  for (const int type : {15, 17, 10, 30, 42, 200}) {
    PacketSpec spec = echo(kInside, "10.201.0.2", "10.201.0.1");
    spec.type = static_cast<std::uint8_t>(type);
    EXPECT_EQ(bodies.send(spec), "nothing") << type;
  }
}

TEST_F(OddPackets, BroadcastsOfOtherNetworksEndAtTheRouter) {
  TwoBodies bodies({.rules = chain("ip", "input", "fib daddr type broadcast counter")});
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "10.200.0.255")), "nothing");
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "255.255.255.255")), "nothing");
  EXPECT_EQ(bodies.send(echo(kInside, "10.201.0.2", "10.201.0.255")), "nothing");
  bodies.compare_state();
}

TEST_F(OddPackets, LooseReversePathTakesAnyRouteButNoRefusal) {
  TwoBodies bodies(
      {.sysctls = {{"net.ipv4.conf.all.rp_filter", "2"}}, .change = [](state::Namespace& router) {
         router.routes.push_back(
             {.type = state::RouteType::Unreachable, .destination = prefix("10.77.0.0/16")});
         router.routes.push_back(
             {.type = state::RouteType::Blackhole, .destination = prefix("10.78.0.0/16")});
       }});
  EXPECT_NE(bodies.send(udp(kInside, "10.240.0.2", "10.200.0.2")), "nothing");
  EXPECT_EQ(bodies.send(udp(kInside, "10.77.0.2", "10.200.0.2")), "nothing");
  EXPECT_EQ(bodies.send(udp(kInside, "10.78.0.2", "10.200.0.2")), "nothing");
}

TEST_F(OddPackets, AUdpDatagramOfIpv6WithoutAChecksumIsNotTaken) {
  TwoBodies bodies({});
  Bytes frame = frame_of(udp(kInside, "fd00:201::2", "fd00:201::1"), bodies.zones());
  store_be16(frame.data() + 14 + 40 + 6, 0);
  EXPECT_EQ(bodies.send(kInside, frame), "nothing");
}

}  // namespace
}  // namespace topoproof::agreement::odd_packets_test
