// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux does with packets on their way, fact by fact, and that the simulator does the same:
// where routes, validation, bridges, ARP and translations meet. The numbers are those of the list
// of facts that the simulator is made from.
#include <gtest/gtest.h>

#include "packet/checksum.hh"
#include "packet/view.hh"
#include "sys/kernel_test.hh"
#include "test_specs.hh"

namespace topoproof::agreement {
namespace {

using Network = TwoBodies::Network;

std::string destination_nat(const std::string& to) {
  return "table ip n {\nchain p {\ntype nat hook prerouting priority -100\nudp dport 80 dnat to " +
         to + "\n}\n}\n";
}
std::string filter(const std::string& hook, const std::string& rest) {
  return "table ip f {\nchain c {\ntype filter hook " + hook + " priority 0\n" + rest + "\n}\n}\n";
}

std::function<void(state::Namespace&)> with_route(const state::Route& route) {
  return [route](state::Namespace& router) { router.routes.push_back(route); };
}
state::Link& link_of(state::Namespace& router, std::string_view name) {
  return *std::ranges::find(router.links, name, &state::Link::name);
}

class NetworkFacts : public sys::KernelTest {};

TEST_F(NetworkFacts, F27NewRulesLeaveOldTranslationsAlone) {
  TwoBodies bodies({.rules = destination_nat("10.240.0.2")});
  EXPECT_EQ(bodies.send(kToOutside), "port1: 10.201.0.2:1000 > 10.240.0.2:80 udp, 16 bytes");
  bodies.load(destination_nat("10.240.0.3"));
  EXPECT_EQ(bodies.send(kToOutside), "port1: 10.201.0.2:1000 > 10.240.0.2:80 udp, 16 bytes");
  PacketSpec other = kToOutside;
  other.source_port = 1001;
  EXPECT_EQ(bodies.send(other), "port2: 10.201.0.2:1001 > 10.240.0.3:80 udp, 16 bytes");
  bodies.compare_state();
}

TEST_F(NetworkFacts, F32AMasqueradedFlowEndsWhereItsWayChanges) {
  TwoBodies bodies({.rules = "table ip n {\nchain p {\ntype nat hook postrouting priority 100\n"
                             "masquerade\n}\n}\n"});
  const PacketSpec far = udp(kInside, "10.201.0.2", "9.9.9.9");
  EXPECT_EQ(bodies.send(far), "outside: 10.200.0.1:1000 > 9.9.9.9:80 udp, 16 bytes");
  bodies.add_route(
      {.destination = prefix("9.9.9.9"), .gateway = ip("10.240.0.2"), .interface = "br0"});
  EXPECT_EQ(bodies.send(far), "nothing");
  EXPECT_EQ(bodies.send(far), "port1: 10.240.0.1:1000 > 9.9.9.9:80 udp, 16 bytes");
  bodies.compare_state();
}

TEST_F(NetworkFacts, F37DestinationNatToTheLoopbackIsAMartian) {
  TwoBodies bodies({.rules = destination_nat("127.0.0.1")});
  EXPECT_EQ(bodies.send(kToOutside), "nothing");
}

TEST_F(NetworkFacts, F37UnlessTheInterfaceRoutesIt) {
  TwoBodies bodies({.rules = destination_nat("127.0.0.1"),
                    .sysctls = {{"net.ipv4.conf.inside.route_localnet", "1"}}});
  EXPECT_EQ(bodies.send(kToOutside),
            "inside: 10.200.0.2 > 10.201.0.2 icmp port unreachable "
            "(10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes)");
}

TEST_F(NetworkFacts, F37AnotherOwnAddressIsDeliveredHere) {
  TwoBodies bodies({.rules = destination_nat("10.240.0.1") + filter("input", "counter drop")});
  EXPECT_EQ(bodies.send(kToOutside), "nothing");
  bodies.compare_state();
}

TEST_F(NetworkFacts, F39AHairpinWithoutSourceNatShowsTheClientItself) {
  TwoBodies bodies({.rules = destination_nat("10.201.0.2")});
  EXPECT_EQ(bodies.send(kToOutside), "inside: 10.201.0.2:1000 > 10.201.0.2:80 udp, 16 bytes");
}

TEST_F(NetworkFacts, F39WithMasqueradingTheAnswerComesBack) {
  TwoBodies bodies({.rules = destination_nat("10.201.0.2") +
                             "table ip m {\nchain p {\ntype nat hook postrouting priority 100\n"
                             "oifname \"inside\" ip saddr 10.201.0.0/24 masquerade\n}\n}\n"});
  EXPECT_EQ(bodies.send(kToOutside), "inside: 10.201.0.1:1000 > 10.201.0.2:80 udp, 16 bytes");
  PacketSpec answer = udp(kInside, "10.201.0.2", "10.201.0.1");
  answer.source_port = 80;
  answer.destination_port = 1000;
  EXPECT_EQ(bodies.send(answer), "inside: 10.200.0.2:80 > 10.201.0.2:1000 udp, 16 bytes");
}

TEST_F(NetworkFacts, F40AnOwnAddressAsSourceIsRefused) {
  TwoBodies bodies({});
  EXPECT_EQ(bodies.send(udp(kInside, "10.240.0.1", "10.200.0.2")), "nothing");
  EXPECT_NE(bodies.send(udp(kInside, "10.201.0.255", "10.200.0.2")), "nothing");
}

TEST_F(NetworkFacts, F40UnlessAcceptLocalSaysSo) {
  TwoBodies bodies({.sysctls = {{"net.ipv4.conf.inside.accept_local", "1"}}});
  EXPECT_EQ(bodies.send(udp(kInside, "10.240.0.1", "10.200.0.2")),
            "outside: 10.240.0.1:1000 > 10.200.0.2:80 udp, 16 bytes");
}

TEST_F(NetworkFacts, F40WithAnyRuleOfOnesOwnABroadcastSourceIsRefusedToo) {
  TwoBodies bodies({.change = [](state::Namespace& router) {
    router.rules.push_back({.priority = 1000, .from = prefix("99.0.0.0/8")});
  }});
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.255", "10.200.0.2")), "nothing");
  EXPECT_EQ(bodies.send(kToOutside), kThrough);
}

TEST_F(NetworkFacts, F41StrictReversePathRefusesWhatWouldGoElsewhere) {
  TwoBodies bodies({.sysctls = {{"net.ipv4.conf.all.rp_filter", "1"}}});
  EXPECT_EQ(bodies.send(udp(kInside, "10.200.0.9", "10.240.0.2")), "nothing");
  EXPECT_EQ(bodies.send(kToOutside), kThrough);
}

TEST_F(NetworkFacts, F42SourcesThatAreNeverTaken) {
  TwoBodies bodies({});
  for (const char* source : {"224.0.0.1", "255.255.255.255", "0.0.0.0", "127.0.0.1"}) {
    EXPECT_EQ(bodies.send(udp(kInside, source, "10.200.0.2")), "nothing") << source;
  }
}

TEST_F(NetworkFacts, F42SourcesThatAre) {
  TwoBodies bodies({.change = with_route({.type = state::RouteType::Blackhole,
                                          .destination = prefix("10.66.0.0/16")})});
  for (const char* source : {"240.0.0.1", "10.66.0.1", "10.201.0.0"}) {
    EXPECT_NE(bodies.send(udp(kInside, source, "10.200.0.2")), "nothing") << source;
  }
}

TEST_F(NetworkFacts, F42DestinationsThatAreNeverTaken) {
  TwoBodies bodies({});
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "127.0.0.1")), "nothing");
  EXPECT_EQ(bodies.send(udp(kInside, "10.201.0.2", "0.0.0.0")), "nothing");
}

TEST_F(NetworkFacts, F43AnyOwnAddressIsAnsweredOnAnyInterface) {
  TwoBodies bodies({});
  EXPECT_EQ(bodies.send(echo(kInside, "10.201.0.2", "10.240.0.1")),
            "inside: 10.240.0.1 > 10.201.0.2 icmp echo reply id 1000 seq 1, 16 bytes");
}

class RefusedRoutes : public NetworkFacts {
 protected:
  static std::string send(state::RouteType type, const PacketSpec& spec) {
    TwoBodies bodies({.change = with_route({.type = type, .destination = prefix("10.77.0.0/16")})});
    return bodies.send(spec);
  }
  const PacketSpec packet_ = udp(kInside, "10.201.0.2", "10.77.0.1");
};

TEST_F(RefusedRoutes, F44UnreachableSaysSo) {
  EXPECT_EQ(send(state::RouteType::Unreachable, packet_),
            "inside: 10.201.0.1 > 10.201.0.2 icmp host unreachable "
            "(10.201.0.2:1000 > 10.77.0.1:80 udp, 16 bytes)");
}
TEST_F(RefusedRoutes, F44ProhibitSaysSo) {
  EXPECT_NE(send(state::RouteType::Prohibit, packet_), "nothing");
}
TEST_F(RefusedRoutes, F44BlackholeIsSilent) {
  EXPECT_EQ(send(state::RouteType::Blackhole, packet_), "nothing");
}
TEST_F(RefusedRoutes, F44NoErrorAboutAnError) {
  PacketSpec error = packet_;
  error.protocol = 1;
  error.type = packet::Icmp::kUnreachable;
  EXPECT_EQ(send(state::RouteType::Unreachable, error), "nothing");
}
TEST_F(RefusedRoutes, F44WithoutForwardingNobodyIsTold) {
  TwoBodies bodies({.sysctls = {{"net.ipv4.ip_forward", "0"}},
                    .change = with_route({.type = state::RouteType::Unreachable,
                                          .destination = prefix("10.77.0.0/16")})});
  EXPECT_EQ(bodies.send(packet_), "nothing");
  EXPECT_EQ(bodies.send(kToOutside), "nothing");
}

TEST_F(NetworkFacts, F45TtlAndMtuAreLookedAtBeforeTheRules) {
  TwoBodies bodies({.rules = filter("forward", "counter drop"),
                    .change = [](auto& router) { link_of(router, "outside").mtu = 1280; }});
  PacketSpec dying = kToOutside;
  dying.ttl = 1;
  EXPECT_EQ(bodies.send(dying),
            "inside: 10.201.0.1 > 10.201.0.2 icmp time exceeded "
            "(10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes)");
  Bytes large =
      packet::build(packet::ipv4({.dont_fragment = true,
                                  .src = Ipv4Address(10, 201, 0, 2),
                                  .dst = Ipv4Address(10, 200, 0, 2)}) /
                    packet::udp({.sport = 1000, .dport = 80}) / packet::payload(Bytes(1300)));
  const std::string told = bodies.send(kInside, frame_around(large, kInside, bodies.zones()));
  EXPECT_TRUE(told.starts_with("inside: 10.201.0.1 > 10.201.0.2 icmp fragmentation needed"))
      << told;
  bodies.compare_state();
}

TEST_F(NetworkFacts, F46BackByTheSameInterfaceIsForwardedAndRedirected) {
  TwoBodies bodies({.sysctls = {{"net.ipv4.conf.all.send_redirects", "1"},
                                {"net.ipv4.conf.default.send_redirects", "1"}}});
  const PacketSpec spec = udp(kOutside, "10.200.0.2", "9.9.9.9");
  EXPECT_EQ(bodies.send(spec),
            "outside: 10.200.0.1 > 10.200.0.2 icmp redirect to 10.200.0.2 "
            "(10.200.0.2:1000 > 9.9.9.9:80 udp, 16 bytes)\n"
            "outside: 10.200.0.2:1000 > 9.9.9.9:80 udp, 16 bytes");
  EXPECT_EQ(bodies.send(spec), "outside: 10.200.0.2:1000 > 9.9.9.9:80 udp, 16 bytes")
      << "the second redirect is due no sooner than 40 ms later";
}

TEST_F(NetworkFacts, F47AMarkChoosesTheRouteBeforeItAndNotBehind) {
  const auto by_mark = [](state::Namespace& router) {
    router.rules.push_back({.priority = 100, .mark = state::FirewallMark{1}, .table = 100});
    router.routes.push_back({.destination = prefix("0.0.0.0/0"),
                             .gateway = ip("10.240.0.2"),
                             .interface = "br0",
                             .table = 100});
  };
  const auto marks = [](const char* hook) {
    return std::string("table ip f {\nchain c {\ntype filter hook ") + hook +
           " priority -150\nmeta mark set 1\n}\n}\n";
  };
  TwoBodies bodies({.rules = marks("prerouting"), .change = by_mark});
  EXPECT_EQ(bodies.send(kToOutside), "port1: 10.201.0.2:1000 > 10.200.0.2:80 udp, 16 bytes");
  bodies.load(marks("forward"));
  EXPECT_EQ(bodies.send(kToOutside), kThrough);
}

std::string ask(const std::vector<state::Sysctl>& sysctls, const char* sender, const char* target) {
  TwoBodies bodies({.sysctls = sysctls});
  return bodies.send(kInside, arp_request(sender, target));
}

TEST_F(NetworkFacts, F51ArpIsAnsweredForAnyOwnAddress) {
  EXPECT_NE(ask({}, "10.201.0.2", "10.201.0.1"), "nothing");
  EXPECT_NE(ask({}, "10.201.0.2", "10.200.0.1"), "nothing");
  EXPECT_EQ(ask({}, "10.201.0.2", "10.201.0.9"), "nothing");
}
TEST_F(NetworkFacts, F51WithArpIgnoreForTheInterfacesOwnOrNever) {
  const std::vector<state::Sysctl> own{{"net.ipv4.conf.all.arp_ignore", "1"}};
  EXPECT_NE(ask(own, "10.201.0.2", "10.201.0.1"), "nothing");
  EXPECT_EQ(ask(own, "10.201.0.2", "10.200.0.1"), "nothing");
  EXPECT_EQ(ask({{"net.ipv4.conf.all.arp_ignore", "8"}}, "10.201.0.2", "10.201.0.1"), "nothing");
}
TEST_F(NetworkFacts, F51WhoClaimsAnOwnAddressIsNotAnswered) {
  EXPECT_EQ(ask({}, "10.200.0.1", "10.201.0.1"), "nothing");
}
TEST_F(NetworkFacts, F52ProxyArpAnswersForWhatIsRoutedElsewhere) {
  // Without a delay: else the kernel waits up to 0.8 s with its answer.
  const std::vector<state::Sysctl> proxy{{"net.ipv4.conf.inside.proxy_arp", "1"},
                                         {"net.ipv4.neigh.inside.proxy_delay", "0"}};
  EXPECT_NE(ask(proxy, "10.201.0.2", "10.200.0.2"), "nothing");
  EXPECT_EQ(ask(proxy, "10.201.0.2", "10.201.0.9"), "nothing");
  EXPECT_EQ(ask({}, "10.201.0.2", "10.200.0.2"), "nothing");
}
TEST_F(NetworkFacts, F52ArpFilterAnswersWhereTheWayBackIs) {
  const std::vector<state::Sysctl> filters{{"net.ipv4.conf.all.arp_filter", "1"}};
  EXPECT_NE(ask(filters, "10.201.0.2", "10.201.0.1"), "nothing");
  EXPECT_EQ(ask(filters, "10.200.0.9", "10.201.0.1"), "nothing");
}

const std::vector<state::Sysctl> kCallIptables{{"net.bridge.bridge-nf-call-iptables", "1"}};

TEST_F(NetworkFacts, F53BridgedPacketsMeetTheRulesOnlyIfToldTo) {
  const std::string drops = filter("forward", "iifname \"br0\" oifname \"br0\" counter drop");
  TwoBodies without({.rules = drops});
  EXPECT_EQ(without.send(kAcrossBridge), kBridged);
  TwoBodies with({.rules = drops, .sysctls = kCallIptables});
  EXPECT_EQ(with.send(kAcrossBridge), "nothing");
  with.compare_state();
}

TEST_F(NetworkFacts, F53BridgedPacketsKeepTheirTtlAndNeedNoForwarding) {
  auto sysctls = kCallIptables;
  sysctls.push_back({"net.ipv4.ip_forward", "0"});
  TwoBodies bodies({.rules =
                        "table ip f {\n"
                        "chain a {\ntype filter hook prerouting priority 0\nip ttl 64 counter\n}\n"
                        "chain b {\ntype filter hook forward priority 0\nct state new counter\n}\n"
                        "chain d {\ntype filter hook postrouting priority 0\n"
                        "oifname \"br0\" ip ttl 64 counter\n}\n}\n",
                    .sysctls = sysctls});
  EXPECT_EQ(bodies.send(kAcrossBridge), kBridged);
  bodies.compare_state();
}

TEST_F(NetworkFacts, F53WhatWasAtPreroutingInTheBridgeIsNotThereAgain) {
  TwoBodies bodies({.rules = "table ip f {\n"
                             "chain a {\ntype filter hook prerouting priority 0\ncounter\n}\n"
                             "chain b {\ntype filter hook input priority 0\ncounter\n}\n"
                             "chain d {\ntype filter hook postrouting priority 0\ncounter\n}\n}\n",
                    .sysctls = kCallIptables});
  EXPECT_EQ(bodies.send(udp(kPort1, "10.240.0.2", "10.200.0.2")),
            "outside: 10.240.0.2:1000 > 10.200.0.2:80 udp, 16 bytes");
  EXPECT_NE(bodies.send(udp(kPort1, "10.240.0.2", "10.240.0.1")), "nothing");
  bodies.compare_state();
}

TEST_F(NetworkFacts, F54ABridgedPacketIsTranslatedToAnotherStation) {
  TwoBodies bodies({.rules = destination_nat("10.240.0.3"), .sysctls = kCallIptables});
  EXPECT_EQ(bodies.send(udp(kPort1, "10.240.0.2", "10.240.0.1")), kBridged);
  const auto frame = packet::parse_frame_view(bodies.last_frame()).value();
  EXPECT_EQ(frame.src, bodies.zones().all[kPort1].far_mac);
  EXPECT_EQ(frame.dst, bodies.zones().all[kPort2].far_mac);
  EXPECT_EQ(packet::parse_view(frame.network)->ttl, 64);
  bodies.compare_state();
}

TEST_F(NetworkFacts, F54OrLeavesTheBridge) {
  TwoBodies bodies({.rules = destination_nat("10.200.0.2"), .sysctls = kCallIptables});
  EXPECT_EQ(bodies.send(kAcrossBridge), "outside: 10.240.0.2:1000 > 10.200.0.2:80 udp, 16 bytes");
  bodies.compare_state();
}

TEST_F(NetworkFacts, F54WithoutForwardingNothingIsTranslatedAcross) {
  auto sysctls = kCallIptables;
  sysctls.push_back({"net.ipv4.ip_forward", "0"});
  TwoBodies bodies({.rules = destination_nat("10.240.0.3"), .sysctls = sysctls});
  bodies.send(udp(kPort1, "10.240.0.2", "10.240.0.1"));
  bodies.compare_state();
}

TEST_F(NetworkFacts, F50ABridgedSegmentIsResetInItsServersName) {
  TwoBodies bodies(
      {.rules = filter("forward", "counter reject with tcp reset"), .sysctls = kCallIptables});
  PacketSpec syn = kAcrossBridge;
  syn.protocol = packet::Tcp::kProtocol;
  EXPECT_NE(bodies.send(syn), "nothing");
  EXPECT_EQ(packet::parse_frame_view(bodies.last_frame())->src, bodies.zones().all[kPort2].far_mac);
  bodies.load(filter("forward", "counter reject"));
  EXPECT_NE(bodies.send(syn), "nothing");
  bodies.compare_state();
}

Bytes frame_to(const PacketSpec& spec, const Zones& zones, std::uint64_t mac) {
  Bytes frame = frame_of(spec, zones);
  std::ranges::copy(MacAddress::from_bits(mac).bytes(), frame.begin());
  return frame;
}

TEST_F(NetworkFacts, F55OfTheLinksOwnGroupsOnlyTheFirstIsBridged) {
  TwoBodies bodies({});
  EXPECT_EQ(bodies.send(kPort1, frame_to(kAcrossBridge, bodies.zones(), 0x0180'c200'0000)),
            kBridged);
  for (const std::uint64_t mac : {0x0180'c200'0001U, 0x0180'c200'0002U, 0x0180'c200'000eU}) {
    EXPECT_EQ(bodies.send(kPort1, frame_to(kAcrossBridge, bodies.zones(), mac)), "nothing");
  }
}

TEST_F(NetworkFacts, F55AStationMovesAtOnceAndUnknownOnesAreFloodedTo) {
  TwoBodies bodies({});
  const Bytes unknown = frame_to(kAcrossBridge, bodies.zones(), 0x0200'0000'0077);
  EXPECT_EQ(bodies.send(kPort1, unknown), kBridged);
  bodies.send(kPort2, frame_of(udp(kPort2, "10.240.0.3", "10.240.0.2"), bodies.zones()));
  Bytes moved = frame_of(kAcrossBridge, bodies.zones());
  std::ranges::copy(bodies.zones().all[kPort2].far_mac.bytes(), moved.begin() + 6);
  bodies.send(kPort1, moved);
  EXPECT_EQ(bodies.send(kPort1, frame_of(kAcrossBridge, bodies.zones())), "nothing");
}

TEST_F(NetworkFacts, F55IsolatedPortsReachOnlyOthers) {
  TwoBodies bodies({.change = [](state::Namespace& router) {
    for (const char* port : {"port1", "port2"}) {
      link_of(router, port).port = state::PortOptions{.isolated = true};
    }
  }});
  EXPECT_EQ(bodies.send(kAcrossBridge), "nothing");
  EXPECT_NE(bodies.send(echo(kPort1, "10.240.0.2", "10.240.0.1")), "nothing");
}

TEST_F(NetworkFacts, F56AFrameForAnotherStationIsNotOurs) {
  TwoBodies bodies({});
  EXPECT_EQ(bodies.send(kInside, frame_to(kToOutside, bodies.zones(), 0x0200'0000'0077)),
            "nothing");
}

TEST_F(NetworkFacts, F57RoutersOfIpv6DoNotCut) {
  TwoBodies bodies({.change = [](auto& router) { link_of(router, "outside").mtu = 1280; }});
  PacketSpec large = udp(kInside, "fd00:201::2", "fd00:200::2");
  large.payload = 1300;
  const std::string told = bodies.send(large);
  EXPECT_TRUE(told.starts_with("inside: fd00:201::1 > fd00:201::2 icmpv6 packet too big")) << told;
}

// IPv6 fragments: 8 bytes of units, with more to come or not.
Bytes piece6(BytesView packet, std::size_t from, std::size_t to) {
  const auto spec = packet::parse_view(packet).value();
  const bool more = 40 + to < packet.size();
  return packet::build(
      packet::ipv6({.hop_limit = 64, .src = spec.src.v6(), .dst = spec.dst.v6()}) /
      packet::ipv6_fragment({.next_header = spec.protocol,
                             .fragment_offset = static_cast<std::uint16_t>(from / 8),
                             .more_fragments = more,
                             .id = 99}) /
      packet::payload(Bytes(packet.begin() + 40 + static_cast<std::ptrdiff_t>(from),
                            packet.begin() + 40 + static_cast<std::ptrdiff_t>(to))));
}

TEST_F(NetworkFacts, F14FragmentsOfIpv6AreSeenWholeAndCutAgain) {
  TwoBodies bodies({.rules = "table ip6 f {\nchain c {\ntype filter hook forward priority 0\n"
                             "ct state new counter\nexthdr frag exists counter drop\n}\n}\n"});
  PacketSpec large = udp(kInside, "fd00:201::2", "fd00:200::2");
  large.payload = 1400;
  const Bytes packet = packet_of(large);
  const auto part = [&](std::size_t from, std::size_t to) {
    return bodies.send(kInside, frame_around(piece6(packet, from, to), kInside, bodies.zones()));
  };
  EXPECT_EQ(part(0, 400), "nothing");
  EXPECT_EQ(part(800, packet.size() - 40), "nothing");
  EXPECT_NE(part(400, 800), "nothing");
  bodies.compare_state();
}

TEST_F(NetworkFacts, F14WithoutTrackingFragmentsOfIpv6PassOneByOne) {
  TwoBodies bodies({});
  PacketSpec large = udp(kInside, "fd00:201::2", "fd00:200::2");
  large.payload = 1000;
  const Bytes packet = packet_of(large);
  EXPECT_NE(bodies.send(kInside, frame_around(piece6(packet, 0, 400), kInside, bodies.zones())),
            "nothing");
}

// What real rulesets taught: each was a divergence.

TEST_F(NetworkFacts, ANatChainAloneTracksNothing) {
  TwoBodies bodies({.rules = "table ip n {\nchain p {\ntype nat hook postrouting priority 100\n"
                             "counter\n}\n}\n"});
  EXPECT_EQ(bodies.send(kToOutside), kThrough);
  bodies.compare_state();
}

TEST_F(NetworkFacts, AnObjectOfTrackingAloneTracks) {
  TwoBodies bodies({.rules = "table ip t {\nct timeout slow {\nprotocol udp\nl3proto ip\n"
                             "policy = { unreplied : 99 }\n}\n}\n"});
  EXPECT_EQ(bodies.send(kToOutside), kThrough);
  bodies.compare_state();
}

TEST_F(NetworkFacts, AnErrorBelongsToTheFlowThatItIsAbout) {
  TwoBodies bodies({.rules = filter("forward", "ct state new counter reject") +
                             "table ip o {\nchain c {\ntype filter hook output priority 0\n"
                             "ct state related counter\nct state invalid counter\n}\n}\n"});
  EXPECT_NE(bodies.send(kToOutside), "nothing");
  bodies.compare_state();
}

TEST_F(NetworkFacts, ARejectIsSilentAboutWhatMayBeBroken) {
  TwoBodies bodies({.rules = filter("forward", "reject")});
  Bytes frame = frame_of(kToOutside, bodies.zones());
  frame.back() ^= std::byte{1};
  EXPECT_EQ(bodies.send(kInside, frame), "nothing");
  PacketSpec other = kToOutside;
  other.protocol = 5;  // its sum is taken to be of the whole, as that of ICMP
  EXPECT_EQ(bodies.send(other), "nothing");
}

TEST_F(NetworkFacts, ErrorsOfIpv6ComeFromTheInterfaceOfTheirPacket) {
  TwoBodies bodies({.rules = "table ip6 f {\nchain c {\ntype filter hook forward priority 0\n"
                             "reject\n}\n}\n"});
  EXPECT_EQ(bodies.send(udp(kInside, "2001:db8::1", "fd00:200::2")),
            "outside: fd00:201::1 > 2001:db8::1 icmpv6 port unreachable "
            "([2001:db8::1]:1000 > [fd00:200::2]:80 udp, 16 bytes)");
}

TEST_F(NetworkFacts, ALinkLocalSourceOfIpv6DoesNotLeaveItsLink) {
  TwoBodies bodies({.change = [](state::Namespace& router) {
    router.neighbors.push_back({.interface = "inside",
                                .address = ip("fe80::77"),
                                .mac = MacAddress::from_bits(0x0200'0000'2002)});
  }});
  EXPECT_EQ(bodies.send(udp(kInside, "::", "fd00:200::2")), "nothing");
  const std::string told = bodies.send(udp(kInside, "fe80::77", "fd00:200::2"));
  EXPECT_TRUE(told.starts_with("inside: ")) << told;
}

// fe80:: is an address of every router of the link.
TEST_F(NetworkFacts, NoErrorOfIpv6IsSentToAnAddressOfSeveral) {
  TwoBodies bodies({.rules = "table ip6 f {\nchain c {\ntype filter hook output priority 0\n"
                             "counter\n}\n}\n"});
  EXPECT_EQ(bodies.send(udp(kInside, "fe80::", "fd00:200::2")), "nothing");
  bodies.compare_state();
}

TEST_F(NetworkFacts, GroupsOfIpv6OfReservedScopeAreRefusedBeforeTheRules) {
  TwoBodies bodies({.rules = "table ip6 f {\nchain c {\ntype filter hook prerouting priority 0\n"
                             "counter\n}\n}\n"});
  for (const char* group : {"ff00::1", "ff01::1", "ff02::1"}) {
    EXPECT_EQ(bodies.send(udp(kInside, "fd00:201::2", group)), "nothing");
  }
  bodies.compare_state();
}

TEST_F(NetworkFacts, AnEchoReplyKeepsTheCodeAndTheTypeOfService) {
  TwoBodies bodies({});
  PacketSpec spec = echo(kInside, "10.201.0.2", "10.201.0.1");
  spec.code = 3;
  EXPECT_NE(bodies.send(spec), "nothing");
}

TEST_F(NetworkFacts, IgmpIsTakenInSilenceAndWhatNobodySpeaksIsNot) {
  TwoBodies bodies({});
  PacketSpec spec = udp(kInside, "10.201.0.2", "10.201.0.1");
  spec.protocol = 2;
  EXPECT_EQ(bodies.send(spec), "nothing");
  spec.protocol = 5;
  EXPECT_NE(bodies.send(spec), "nothing");
  spec = udp(kInside, "fd00:201::2", "fd00:201::1");
  spec.protocol = 5;
  EXPECT_NE(bodies.send(spec), "nothing");
}

TEST_F(NetworkFacts, TproxyWantsWholePackets) {
  TwoBodies bodies({.rules = "table ip f {\nchain c {\ntype filter hook prerouting priority 0\n"
                             "tcp dport 99 tproxy to :50080\nip frag-off & 0x1fff != 0 counter\n"
                             "}\n}\n"});
  PacketSpec large = kToOutside;
  large.payload = 1200;
  const Bytes packet = packet_of(large);
  const auto part = [&](std::size_t from, std::size_t to, unsigned more) {
    Bytes bytes(packet.begin(), packet.begin() + 20);
    bytes.insert(bytes.end(), packet.begin() + 20 + static_cast<std::ptrdiff_t>(from),
                 packet.begin() + 20 + static_cast<std::ptrdiff_t>(to));
    store_be16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size()));
    store_be16(bytes.data() + 6, static_cast<std::uint16_t>(from / 8 | more));
    store_be16(bytes.data() + 10, 0);
    store_be16(bytes.data() + 10, packet::internet_checksum(BytesView(bytes).first(20)));
    return bodies.send(kInside, frame_around(bytes, kInside, bodies.zones()));
  };
  EXPECT_EQ(part(0, 400, 0x2000), "nothing");
  EXPECT_NE(part(400, packet.size() - 20, 0), "nothing");
  bodies.compare_state();
}

}  // namespace
}  // namespace topoproof::agreement
