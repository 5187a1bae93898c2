// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <gtest/gtest.h>

#include "netlink/conntrack.hh"
#include "netlink/conntrack_monitor.hh"
#include "netlink/kernel_namespace.hh"
#include "sys/kernel_test.hh"

namespace topoproof::netlink {
namespace {

using ConntrackTest = sys::KernelTest;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

// 10.0.0.1:PORT -> 10.0.0.2:80, answered to 192.168.0.1: source NAT.
state::Connection translated(std::uint8_t protocol, std::uint16_t port) {
  return {.original = {.source = ip("10.0.0.1"),
                       .destination = ip("10.0.0.2"),
                       .protocol = protocol,
                       .source_port = port,
                       .destination_port = 80},
          .reply = {.source = ip("10.0.0.2"),
                    .destination = ip("192.168.0.1"),
                    .protocol = protocol,
                    .source_port = 80,
                    .destination_port = port},
          .status = state::kSeenReply | state::kAssured | state::kConfirmed,
          .mark = 7,
          .timeout = 1000};
}

class Tracked {
 public:
  KernelNamespace ns;
  Socket netfilter = ns.open(Protocol::Netfilter);

  void send(const Request& request, const state::Connection& connection) {
    Batch batch;
    encode(connection, batch.add(0, request));
    netfilter.commit(batch, [&](std::size_t) { return describe(connection); });
  }
  // Without the seconds that pass.
  std::vector<state::Connection> list() {
    auto found = observe_connections(netfilter);
    for (auto& connection : found) connection.timeout = 1000;
    std::ranges::sort(found);
    return found;
  }
};

TEST_F(ConntrackTest, ConnectionsAreListedWithBothTuples) {
  Tracked tracked;
  state::Connection tcp = translated(kTcp, 1000);
  tcp.tcp_state = state::TcpState::Established;
  const state::Connection udp = translated(kUdp, 1000);
  const state::Connection icmp6{.original = {.source = ip("fd00::1"),
                                             .destination = ip("fd00::2"),
                                             .protocol = 58,
                                             .icmp_id = 9,
                                             .icmp_type = 128},
                                .reply = {.source = ip("fd00::2"),
                                          .destination = ip("fd00::1"),
                                          .protocol = 58,
                                          .icmp_id = 9,
                                          .icmp_type = 129},
                                .status = state::kConfirmed,
                                .timeout = 1000};
  for (const auto& connection : {tcp, udp, icmp6}) tracked.send(kCreateConnection, connection);
  EXPECT_EQ(tracked.list(), (std::vector{tcp, udp, icmp6}));
}

TEST_F(ConntrackTest, OneIsFoundByEitherOfItsTuples) {
  Tracked tracked;
  const state::Connection connection = translated(kUdp, 1000);
  tracked.send(kCreateConnection, connection);
  for (const state::Tuple& tuple : {connection.original, connection.reply}) {
    auto found = find_connection(tracked.netfilter, tuple);
    ASSERT_TRUE(found) << describe(tuple);
    found->timeout = connection.timeout;
    EXPECT_EQ(found, connection);
  }
  EXPECT_EQ(find_connection(tracked.netfilter, translated(kUdp, 1001).original), std::nullopt);
}

TEST_F(ConntrackTest, OneIsDeletedOrAllAreFlushed) {
  Tracked tracked;
  for (std::uint16_t port = 1; port <= 3; ++port) {
    tracked.send(kCreateConnection, translated(kUdp, port));
  }
  tracked.send(kRemoveConnection, translated(kUdp, 2));
  EXPECT_EQ(tracked.list(), (std::vector{translated(kUdp, 1), translated(kUdp, 3)}));
  flush_connections(tracked.netfilter);
  EXPECT_TRUE(tracked.list().empty());
  flush_connections(tracked.netfilter);
}

TEST_F(ConntrackTest, DeletingWhatIsNotThereIsRefused) {
  Tracked tracked;
  try {
    tracked.send(kRemoveConnection, translated(kUdp, 2));
    FAIL();
  } catch (const NetlinkError& error) {
    EXPECT_STREQ(error.what(),
                 "udp 10.0.0.1:2 -> 10.0.0.2:80 reply udp 10.0.0.2:80 -> 192.168.0.1:2 seen-reply "
                 "assured mark 0x7: No such file or directory");
  }
}

TEST_F(ConntrackTest, WhatBecomesOfConnectionsIsToldAsItHappens) {
  Tracked tracked;
  auto monitor = sys::call_in(tracked.ns.ns, [] { return std::make_unique<ConnectionMonitor>(); });
  auto connection = translated(kUdp, 1000);
  connection.zone = 3;
  tracked.send(kCreateConnection, connection);
  auto created = monitor->receive();
  ASSERT_EQ(created.size(), 1U);
  EXPECT_EQ(created[0].change, ConnectionChange::Created);
  created[0].connection.timeout = connection.timeout;
  EXPECT_EQ(created[0].connection, connection) << describe(created[0]);

  tracked.send(kRemoveConnection, connection);
  const auto destroyed = monitor->receive();
  ASSERT_EQ(destroyed.size(), 1U);
  EXPECT_EQ(destroyed[0].change, ConnectionChange::Destroyed);
  EXPECT_EQ(destroyed[0].connection.original, connection.original) << describe(destroyed[0]);
  EXPECT_EQ(destroyed[0].connection.zone, 3);
  EXPECT_TRUE(monitor->receive().empty());
}

}  // namespace
}  // namespace topoproof::netlink
