// SPDX-License-Identifier: GPL-2.0-or-later
// Messages byte by byte. Above each stands the command with which iproute2 sends the same; it
// leaves out the flag NLA_F_NESTED (80 in the high byte of a nest's type) and the final zero of
// link kinds, and asks for an acknowledgement of each message.
#include <gtest/gtest.h>

#include "netlink/address.hh"
#include "netlink/batch.hh"
#include "netlink/link.hh"
#include "netlink/neighbor.hh"
#include "netlink/route.hh"
#include "netlink/rule.hh"

namespace topoproof::netlink::golden_test {
namespace {

using namespace std::chrono_literals;

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }
Prefix prefix(const char* text) { return Prefix::parse(text).value(); }

InterfaceNames names() {
  InterfaceNames names;
  names.add("eth0", 4);
  names.add("br0", 6);
  return names;
}

template <class T>
std::string bytes_of(const T& value, const Request& request) {
  Batch batch;
  encode(value, names(), batch.add(0, request));
  return to_hex(batch.bytes());
}

std::string golden(const char* text) { return to_hex(parse_hex(text).value()); }

// ip link add br1 index 9 address 02:00:00:00:00:09 type bridge forward_delay 0 ageing_time 2000
TEST(Golden, CreateBridge) {
  EXPECT_EQ(
      bytes_of(state::Link{.name = "br1",
                           .kind = state::LinkKind::Bridge,
                           .index = 9,
                           .mac = MacAddress::from_bits(0x020000000009),
                           .bridge = state::BridgeOptions{.ageing_time = 20s, .forward_delay = 0s}},
               kCreateLink),
      golden(R"(
    58 00 00 00  10 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWLINK, REQUEST CREATE EXCL
    00 00 00 00  09 00 00 00  00 00 00 00  00 00 00 00   # ifinfomsg: index 9
    0a 00  01 00  02 00 00 00 00 09  00 00               # IFLA_ADDRESS
    08 00  03 00  62 72 31 00                            # IFLA_IFNAME "br1"
    24 00  12 80                                         # IFLA_LINKINFO
      0b 00  01 00  62 72 69 64 67 65 00  00             #   IFLA_INFO_KIND "bridge"
      14 00  02 80                                       #   IFLA_INFO_DATA
        08 00  01 00  00 00 00 00                        #     IFLA_BR_FORWARD_DELAY 0
        08 00  04 00  d0 07 00 00                        #     IFLA_BR_AGEING_TIME 20 s
  )"));
}

// ip link add eth1 index 5 address 02:00:00:00:00:05 numtxqueues 1 master br0 up
//    type veth peer name eth2 index 7 mtu 9000 netns FD numtxqueues 1
TEST(Golden, CreateVethPair) {
  EXPECT_EQ(bytes_of(VethPair{.near = {.name = "eth1",
                                       .index = 5,
                                       .mac = MacAddress::from_bits(0x020000000005),
                                       .up = true,
                                       .master = "br0"},
                              .far = {.name = "eth2", .index = 7, .mtu = 9000},
                              .far_netns = 3},
                     kCreateLink),
            golden(R"(
    94 00 00 00  10 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWLINK, REQUEST CREATE EXCL
    00 00 00 00  05 00 00 00  01 00 00 00  01 00 00 00   # ifinfomsg: index 5, IFF_UP of IFF_UP
    0a 00  01 00  02 00 00 00 00 05  00 00               # IFLA_ADDRESS
    09 00  03 00  65 74 68 31 00  00 00 00               # IFLA_IFNAME "eth1"
    08 00  0a 00  06 00 00 00                            # IFLA_MASTER br0
    08 00  1f 00  01 00 00 00                            # IFLA_NUM_TX_QUEUES 1
    4c 00  12 80                                         # IFLA_LINKINFO
      09 00  01 00  76 65 74 68 00  00 00 00             #   IFLA_INFO_KIND "veth"
      3c 00  02 80                                       #   IFLA_INFO_DATA
        38 00  01 80                                     #     VETH_INFO_PEER
          00 00 00 00  07 00 00 00                       #       ifinfomsg: index 7
          00 00 00 00  00 00 00 00                       #       its flags: not up
          09 00  03 00  65 74 68 32 00  00 00 00         #       IFLA_IFNAME "eth2"
          08 00  04 00  28 23 00 00                      #       IFLA_MTU 9000
          08 00  1c 00  03 00 00 00                      #       IFLA_NET_NS_FD 3
          08 00  1f 00  01 00 00 00                      #       IFLA_NUM_TX_QUEUES 1
  )"));
}

// ip link set eth0 master br0 up
TEST(Golden, ChangeLink) {
  EXPECT_EQ(bytes_of(LinkChange{.name = "eth0", .up = true, .master = "br0"}, kChangeLink),
            golden(R"(
    28 00 00 00  10 00  01 00  00 00 00 00  00 00 00 00  # RTM_NEWLINK, REQUEST
    00 00 00 00  04 00 00 00  01 00 00 00  01 00 00 00   # ifinfomsg: index 4, IFF_UP of IFF_UP
    08 00  0a 00  06 00 00 00                            # IFLA_MASTER br0
  )"));
}

// ip addr add 10.0.0.1/24 dev eth0
TEST(Golden, AddAddress) {
  EXPECT_EQ(bytes_of(state::Address{.interface = "eth0",
                                    .address = InterfaceAddress::parse("10.0.0.1/24").value()},
                     kAddAddress),
            golden(R"(
    28 00 00 00  14 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWADDR, REQUEST CREATE EXCL
    02 18 00 00  04 00 00 00                             # ifaddrmsg: AF_INET, /24, index 4
    08 00  02 00  0a 00 00 01                            # IFA_LOCAL
    08 00  01 00  0a 00 00 01                            # IFA_ADDRESS
  )"));
}

// ip route add 10.2.0.0/16 via 10.0.0.2 dev eth0 metric 7 src 10.0.0.1
TEST(Golden, AddRoute) {
  EXPECT_EQ(bytes_of(state::Route{.destination = prefix("10.2.0.0/16"),
                                  .gateway = ip("10.0.0.2"),
                                  .interface = "eth0",
                                  .source = ip("10.0.0.1"),
                                  .metric = 7},
                     kAddRoute),
            golden(R"(
    44 00 00 00  18 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWROUTE, REQUEST CREATE EXCL
    02 10 00 00  fe 03 00 01  00 00 00 00                # rtmsg: AF_INET, /16, main, boot, unicast
    08 00  01 00  0a 02 00 00                            # RTA_DST
    08 00  05 00  0a 00 00 02                            # RTA_GATEWAY
    08 00  06 00  07 00 00 00                            # RTA_PRIORITY
    08 00  07 00  0a 00 00 01                            # RTA_PREFSRC
    08 00  04 00  04 00 00 00                            # RTA_OIF
  )"));
}

// ip route add 10.4.0.0/16 nexthop via 10.0.0.2 dev eth0 nexthop via 10.0.0.3 dev eth0 weight 3
TEST(Golden, AddMultipathRoute) {
  EXPECT_EQ(bytes_of(
                state::Route{
                    .destination = prefix("10.4.0.0/16"),
                    .next_hops = {{.gateway = ip("10.0.0.2"), .interface = "eth0"},
                                  {.gateway = ip("10.0.0.3"), .interface = "eth0", .weight = 3}}},
                kAddRoute),
            golden(R"(
    48 00 00 00  18 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWROUTE, REQUEST CREATE EXCL
    02 10 00 00  fe 03 00 01  00 00 00 00                # rtmsg: AF_INET, /16, main, boot, unicast
    08 00  01 00  0a 04 00 00                            # RTA_DST
    24 00  09 00                                         # RTA_MULTIPATH
      10 00  00 00  04 00 00 00                          #   rtnexthop: 16 bytes, weight 1, index 4
      08 00  05 00  0a 00 00 02                          #   RTA_GATEWAY
      10 00  00 02  04 00 00 00                          #   rtnexthop: 16 bytes, weight 3, index 4
      08 00  05 00  0a 00 00 03                          #   RTA_GATEWAY
  )"));
}

// ip route add blackhole 10.9.0.0/16
TEST(Golden, AddBlackhole) {
  EXPECT_EQ(bytes_of(state::Route{.type = state::RouteType::Blackhole,
                                  .destination = prefix("10.9.0.0/16")},
                     kAddRoute),
            golden(R"(
    24 00 00 00  18 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWROUTE, REQUEST CREATE EXCL
    02 10 00 00  fe 03 00 06  00 00 00 00                # rtmsg: AF_INET, /16, main, boot, blackhole
    08 00  01 00  0a 09 00 00                            # RTA_DST
  )"));
}

// ip rule add from 10.0.0.0/8 fwmark 1/0xff lookup 7 priority 100
TEST(Golden, AddRule) {
  Batch batch;
  encode(state::Rule{.priority = 100,
                     .from = prefix("10.0.0.0/8"),
                     .mark = state::FirewallMark{.value = 1, .mask = 0xff},
                     .table = 7},
         batch.add(0, kAddRule));
  EXPECT_EQ(to_hex(batch.bytes()), golden(R"(
    3c 00 00 00  20 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWRULE, REQUEST CREATE EXCL
    02 00 08 00  07 00 00 01  00 00 00 00                # fib_rule_hdr: AF_INET, from /8, table 7
    08 00  02 00  0a 00 00 00                            # FRA_SRC
    08 00  0a 00  01 00 00 00                            # FRA_FWMARK
    08 00  10 00  ff 00 00 00                            # FRA_FWMASK
    08 00  06 00  64 00 00 00                            # FRA_PRIORITY
  )"));
}

// ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
TEST(Golden, AddNeighbor) {
  EXPECT_EQ(bytes_of(state::Neighbor{.interface = "eth0",
                                     .address = ip("10.0.0.2"),
                                     .mac = MacAddress::from_bits(0x020000000002)},
                     kAddNeighbor),
            golden(R"(
    30 00 00 00  1c 00  01 06  00 00 00 00  00 00 00 00  # RTM_NEWNEIGH, REQUEST CREATE EXCL
    02 00 00 00  04 00 00 00  80 00 00 00                # ndmsg: AF_INET, index 4, NUD_PERMANENT
    08 00  01 00  0a 00 00 02                            # NDA_DST
    0a 00  02 00  02 00 00 00 00 02  00 00               # NDA_LLADDR
  )"));
}

}  // namespace
}  // namespace topoproof::netlink::golden_test
