// SPDX-License-Identifier: GPL-2.0-or-later
// The line above each packet is what tcpdump 4.99 says of it; its -vv finds all checksums right but
// those that are wrong on purpose.
#include "packet/golden_packets.hh"

namespace topoproof::packet {
namespace {

MacAddress mac(std::uint64_t last) { return MacAddress::from_bits(0x0200'0000'0000 + last); }
Ipv4Address ip4(std::string_view text) { return Ipv4Address::parse(text).value(); }
Ipv6Address ip6(std::string_view text) { return Ipv6Address::parse(text).value(); }
Bytes hex(std::string_view text) { return parse_hex(text).value(); }

Stack frame() { return ether({.src = mac(1), .dst = mac(2)}); }
Stack v4() {
  return ipv4(
      {.id = 1, .dont_fragment = true, .src = ip4("192.168.15.2"), .dst = ip4("192.168.1.3")});
}
Stack v6() { return ipv6({.src = ip6("2001:db8:15::2"), .dst = ip6("2001:db8:1::3")}); }
Stack syn() {  // mss 1460, sackOK, timestamps, window scale 7
  return tcp({.seq = 1000, .options = hex("020405b4 0402 080a0000000100000000 01 030307")});
}
Bytes first_bytes(std::size_t count, Bytes bytes) {
  bytes.resize(count);
  return bytes;
}

}  // namespace

const std::vector<GoldenPacket>& golden_packets() {
  static const std::vector<GoldenPacket> packets{
      // ARP, Request who-has 192.168.15.5 tell 192.168.15.2, length 46
      {.name = "ArpRequest",
       .hex = R"(# ether 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff
ff ff ff ff ff ff 02 00 00 00 00 01 08 06
# arp who-has 192.168.15.5 tell 192.168.15.2
00 01 08 00 06 04 00 01 02 00 00 00 00 01 c0 a8
0f 02 00 00 00 00 00 00 c0 a8 0f 05
# padding 18 bytes
00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
00 00)",
       .stack = ether({.src = mac(1)}) /
                arp({.sender_ip = ip4("192.168.15.2"), .target_ip = ip4("192.168.15.5")}) /
                padding(Bytes(18))},
      // ARP, Reply 192.168.15.5 is-at 02:00:00:00:00:01, length 28
      {.name = "ArpReply",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 06
# arp 192.168.15.5 is-at 02:00:00:00:00:01
00 01 08 00 06 04 00 02 02 00 00 00 00 01 c0 a8
0f 05 02 00 00 00 00 02 c0 a8 0f 02)",
       .stack = frame() / arp({.operation = Arp::kReply,
                               .sender_mac = mac(1),
                               .sender_ip = ip4("192.168.15.5"),
                               .target_mac = mac(2),
                               .target_ip = ip4("192.168.15.2")})},
      // IP 192.168.15.2 > 192.168.1.3: ICMP echo request, id 7, seq 1, length 17
      {.name = "EchoRequest",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 00
# ipv4 192.168.15.2 > 192.168.1.3 ttl 64 id 1 DF
45 00 00 25 00 01 40 00 40 01 a9 81 c0 a8 0f 02
c0 a8 01 03
# icmp echo request id 7 seq 1
08 00 cd 36 00 07 00 01
# payload 9 bytes
74 6f 70 6f 70 72 6f 6f 66)",
       .stack = frame() / v4() / icmp({.id = 7, .sequence = 1}) / payload("topoproof")},
      // IP 192.168.15.2.40000 > 192.168.1.3.53: domain [length 9 < 12] (invalid)
      {.name = "TaggedUdp",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 81 00
# vlan 10 priority 5
a0 0a 08 00
# ipv4 192.168.15.2 > 192.168.1.3 ttl 64 id 1 DF
45 00 00 25 00 01 40 00 40 11 a9 71 c0 a8 0f 02
c0 a8 01 03
# udp 40000 > 53
9c 40 00 35 00 11 a7 3f
# payload 9 bytes
74 6f 70 6f 70 72 6f 6f 66)",
       .stack = frame() / vlan({.priority = 5, .id = 10}) / v4() / udp({.dport = 53}) /
                payload("topoproof")},
      // IP 192.168.15.2.40000 > 192.168.1.3.80: Flags [S], seq 1000, win 64240, options [mss
      // 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0
      {.name = "TcpSyn",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 00
# ipv4 192.168.15.2 > 192.168.1.3 ttl 64 id 1 DF
45 00 00 3c 00 01 40 00 40 06 a9 65 c0 a8 0f 02
c0 a8 01 03
# tcp 40000 > 80 [S] seq 1000 win 64240
9c 40 00 50 00 00 03 e8 00 00 00 00 a0 02 fa f0
1b 40 00 00 02 04 05 b4 04 02 08 0a 00 00 00 01
00 00 00 00 01 03 03 07)",
       .stack = frame() / v4() / syn()},
      // IP 192.168.15.2.80 > 192.168.1.3.40000: Flags [P.], seq 5:8, ack 1001, win 64240, length 3:
      // HTTP
      {.name = "TcpData",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 00
# ipv4 192.168.15.2 > 192.168.1.3 ttl 64 id 1 DF
45 00 00 2b 00 01 40 00 40 06 a9 76 c0 a8 0f 02
c0 a8 01 03
# tcp 80 > 40000 [P.] seq 5 ack 1001 win 64240
00 50 9c 40 00 00 00 05 00 00 03 e9 50 18 fa f0
af 9f 00 00
# payload 3 bytes
6f 64 64)",
       .stack = frame() / v4() /
                tcp({.sport = 80,
                     .dport = 40000,
                     .seq = 5,
                     .ack = 1001,
                     .flags = Tcp::kPsh | Tcp::kAck}) /
                payload("odd")},
      // IP 192.168.1.3 > 192.168.15.2: ICMP 192.168.1.3 udp port 81 unreachable, length 37
      {.name = "PortUnreachable",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 00
# ipv4 192.168.1.3 > 192.168.15.2 ttl 64
45 00 00 39 00 00 00 00 40 01 e9 6e c0 a8 01 03
c0 a8 0f 02
# icmp port unreachable
03 03 8e 6d 00 00 00 00
# payload 29 bytes
45 00 00 1d 00 01 40 00 40 11 a9 79 c0 a8 0f 02
c0 a8 01 03 9c 40 00 51 00 09 59 f4 78)",
       .stack = frame() / ipv4({.src = ip4("192.168.1.3"), .dst = ip4("192.168.15.2")}) /
                icmp({.type = Icmp::kUnreachable, .code = Icmp::kPort}) /
                payload(build(v4() / udp({.dport = 81}) / payload("x")))},
      // IP 192.168.15.5 > 192.168.15.2: ICMP 192.168.1.3 unreachable - need to frag (mtu 1400),
      // length 36
      {.name = "FragmentationNeeded",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 00
# ipv4 192.168.15.5 > 192.168.15.2 ttl 64
45 00 00 38 00 00 00 00 40 01 db 6d c0 a8 0f 05
c0 a8 0f 02
# icmp fragmentation needed mtu 1400
03 04 57 0b 00 00 05 78
# payload 28 bytes
45 00 00 3c 00 01 40 00 40 06 a9 65 c0 a8 0f 02
c0 a8 01 03 9c 40 00 50 00 00 03 e8)",
       .stack = frame() / ipv4({.src = ip4("192.168.15.5"), .dst = ip4("192.168.15.2")}) /
                icmp(Icmp::fragmentation_needed(1400)) /
                payload(first_bytes(28, build(v4() / syn())))},
      // IP 192.168.15.2 > 192.168.1.3: ip-proto-17
      {.name = "LaterFragmentWithOptions",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 00
# ipv4 192.168.15.2 > 192.168.1.3 ttl 64 id 77 fragment 1480+ protocol=0x11
46 00 00 20 00 4d 20 b9 40 11 33 6d c0 a8 0f 02
c0 a8 01 03 94 04 00 00
# payload 8 bytes
00 00 00 00 00 00 00 00)",
       .stack = frame() /
                ipv4({.id = 77,
                      .more_fragments = true,
                      .fragment_offset = 185,
                      .protocol = Udp::kProtocol,
                      .src = ip4("192.168.15.2"),
                      .dst = ip4("192.168.1.3"),
                      .options = hex("94 04 00 00")}) /
                payload(Bytes(8))},
      // IP6 2001:db8:15::2 > 2001:db8:1::3: ICMP6, echo request, id 7, seq 1, length 17
      {.name = "EchoRequestV6",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 86 dd
# ipv6 2001:db8:15::2 > 2001:db8:1::3 hop limit 64
60 00 00 00 00 11 3a 40 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 02 20 01 0d b8 00 01 00 00
00 00 00 00 00 00 00 03
# icmpv6 echo request id 7 seq 1
80 00 f9 5d 00 07 00 01
# payload 9 bytes
74 6f 70 6f 70 72 6f 6f 66)",
       .stack = frame() / v6() / icmpv6({.id = 7, .sequence = 1}) / payload("topoproof")},
      // IP6 2001:db8:15::5 > 2001:db8:15::2: ICMP6, packet too big, mtu 1280, length 65
      {.name = "TooBigV6",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 86 dd
# ipv6 2001:db8:15::5 > 2001:db8:15::2 hop limit 64
60 00 00 00 00 41 3a 40 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 05 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 02
# icmpv6 packet too big mtu 1280
02 00 2b b2 00 00 05 00
# payload 57 bytes
60 00 00 00 00 11 11 40 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 02 20 01 0d b8 00 01 00 00
00 00 00 00 00 00 00 03 9c 40 00 35 00 11 dd 08
74 6f 70 6f 70 72 6f 6f 66)",
       .stack = frame() / ipv6({.src = ip6("2001:db8:15::5"), .dst = ip6("2001:db8:15::2")}) /
                icmpv6(Icmpv6::too_big(1280)) /
                payload(build(v6() / udp({.dport = 53}) / payload("topoproof")))},
      // IP6 2001:db8:15::2 > ff02::1:ff00:5: ICMP6, neighbor solicitation, who has 2001:db8:15::5,
      // length 32
      {.name = "NeighborSolicitation",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 86 dd
# ipv6 2001:db8:15::2 > ff02::1:ff00:5 hop limit 255
60 00 00 00 00 20 3a ff 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 02 ff 02 00 00 00 00 00 00
00 00 00 01 ff 00 00 05
# icmpv6 neighbor solicitation
87 00 1b f6 00 00 00 00
# target 2001:db8:15::5
20 01 0d b8 00 15 00 00 00 00 00 00 00 00 00 05
01 01 02 00 00 00 00 01)",
       .stack =
           frame() /
           ipv6({.hop_limit = 255, .src = ip6("2001:db8:15::2"), .dst = ip6("ff02::1:ff00:5")}) /
           icmpv6({.type = Icmpv6::kNeighborSolicitation}) /
           nd_target({ip6("2001:db8:15::5"), nd_link_address(kNdSourceLinkAddress, mac(1))})},
      // IP6 2001:db8:15::5 > 2001:db8:15::2: ICMP6, neighbor advertisement, tgt is 2001:db8:15::5,
      // length 32
      {.name = "NeighborAdvertisement",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 86 dd
# ipv6 2001:db8:15::5 > 2001:db8:15::2 hop limit 255
60 00 00 00 00 20 3a ff 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 05 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 02
# icmpv6 neighbor advertisement
88 00 8a 2c 60 00 00 00
# target 2001:db8:15::5
20 01 0d b8 00 15 00 00 00 00 00 00 00 00 00 05
02 01 02 00 00 00 00 01)",
       .stack =
           frame() /
           ipv6({.hop_limit = 255, .src = ip6("2001:db8:15::5"), .dst = ip6("2001:db8:15::2")}) /
           icmpv6({.type = Icmpv6::kNeighborAdvertisement,
                   .id = Icmpv6::kSolicited | Icmpv6::kOverride}) /
           nd_target({ip6("2001:db8:15::5"), nd_link_address(kNdTargetLinkAddress, mac(1))})},
      // IP6 fe80::1 > ff02::1: ICMP6, router advertisement, length 24
      {.name = "RouterAdvertisement",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 86 dd
# ipv6 fe80::1 > ff02::1 hop limit 255
60 00 00 00 00 18 3a ff fe 80 00 00 00 00 00 00
00 00 00 00 00 00 00 01 ff 02 00 00 00 00 00 00
00 00 00 00 00 00 00 01
# icmpv6 router advertisement
86 00 32 1d 40 00 07 08
# reachable 0ms retransmission 0ms
00 00 00 00 00 00 00 00 01 01 02 00 00 00 00 01)",
       .stack = frame() / ipv6({.hop_limit = 255, .src = ip6("fe80::1"), .dst = ip6("ff02::1")}) /
                icmpv6({.type = Icmpv6::kRouterAdvertisement, .id = 64 << 8, .sequence = 1800}) /
                nd_router({.options = nd_link_address(kNdSourceLinkAddress, mac(1))})},
      // IP6 2001:db8:15::2 > 2001:db8:1::3: HBH RT6 (len=0, type=0 [Deprecated], segleft=0) DSTOPT
      // frag (0|17) 40000 > 53: domain [length 9 < 12] (invalid)
      {.name = "ExtensionsV6",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 86 dd
# ipv6 2001:db8:15::2 > 2001:db8:1::3 hop limit 64
60 00 00 00 00 31 00 40 20 01 0d b8 00 15 00 00
00 00 00 00 00 00 00 02 20 01 0d b8 00 01 00 00
00 00 00 00 00 00 00 03
# hop-by-hop [01 04 00 00 00 00]
2b 00 01 04 00 00 00 00
# routing [00 00 00 00 00 00]
3c 00 00 00 00 00 00 00
# destination-options [01 04 00 00 00 00]
2c 00 01 04 00 00 00 00
# fragment 0+ id 9
11 00 00 01 00 00 00 09
# udp 40000 > 53 length=0x3e8 checksum=0xbeef
9c 40 00 35 03 e8 be ef
# payload 9 bytes
74 6f 70 6f 70 72 6f 6f 66)",
       .stack = frame() / v6() / hop_by_hop() / routing({.data = hex("00 00 00 00 00 00")}) /
                destination_options() / ipv6_fragment({.more_fragments = true, .id = 9}) /
                udp({.dport = 53, .length = 1000, .checksum = 0xbeef}) / payload("topoproof")},
      // IP 192.168.15.2.40000 > 192.168.1.3.53: domain [length 1 < 12] (invalid)
      {.name = "WrongChecksum",
       .hex = R"(# ether 02:00:00:00:00:01 > 02:00:00:00:00:02
02 00 00 00 00 02 02 00 00 00 00 01 08 00
# ipv4 192.168.15.2 > 192.168.1.3 ttl 64 id 1 DF
45 00 00 1d 00 01 40 00 40 11 a9 79 c0 a8 0f 02
c0 a8 01 03
# udp 40000 > 53 checksum=0xdead
9c 40 00 35 00 09 de ad
# payload 1 bytes
78)",
       .stack = frame() / v4() / udp({.dport = 53, .checksum = 0xdead}) / payload("x")},
  };
  return packets;
}

const GoldenPacket& golden_packet(std::string_view name) {
  return *std::ranges::find(golden_packets(), name, &GoldenPacket::name);
}

Bytes golden_bytes(std::string_view name) { return parse_hex(golden_packet(name).hex).value(); }

}  // namespace topoproof::packet
