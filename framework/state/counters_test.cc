// SPDX-License-Identifier: GPL-2.0-or-later
#include "state/counters.hh"

#include <gtest/gtest.h>

#include "state/connection.hh"

namespace topoproof::state {
namespace {

TEST(Counters, ATableIsPairsOfLines) {
  const auto counters = parse_counter_table(
      "Ip: Forwarding InNoRoutes\n"
      "Ip: 1 7\n"
      "Tcp: MaxConn\n"
      "Tcp: -1\n");
  EXPECT_EQ(counters.value(),
            (Counters{{"Ip.Forwarding", 1}, {"Ip.InNoRoutes", 7}, {"Tcp.MaxConn", -1}}));
}

TEST(Counters, AListIsANameAndANumberALine) {
  EXPECT_EQ(parse_counter_list("Ip6InReceives    \t5\nIp6InNoRoutes    \t2\n").value(),
            (Counters{{"Ip6InReceives", 5}, {"Ip6InNoRoutes", 2}}));
}

TEST(Counters, AnythingElseIsAnIssue) {
  EXPECT_FALSE(parse_counter_table("Ip: A B\nIp: 1\n"));
  EXPECT_FALSE(parse_counter_table("Ip: A\nIp: 1 2\n"));
  EXPECT_FALSE(parse_counter_table("Ip: A\nTcp: 1\n"));
  EXPECT_FALSE(parse_counter_table("Ip: A\nIp: x\n"));
  EXPECT_EQ(parse_counter_table("Ip: A\n").error().text, "not a line of counters: 'Ip: A'");
  EXPECT_FALSE(parse_counter_list("Ip6InReceives\n"));
  EXPECT_FALSE(parse_counter_list("Ip6InReceives 5x\n"));
}

TEST(Counters, GrowthLeavesOutWhatStayed) {
  EXPECT_EQ(growth({{"a", 1}, {"b", 2}}, {{"a", 1}, {"b", 5}, {"c", 1}}),
            (Counters{{"b", 3}, {"c", 1}}));
}

TEST(Connection, SaysBothDirectionsAndWhatBecameOfThem) {
  const auto ip = [](const char* text) { return IpAddress::parse(text).value(); };
  const Connection connection{.original = {.source = ip("192.168.15.2"),
                                           .destination = ip("192.168.1.3"),
                                           .protocol = 6,
                                           .source_port = 1234,
                                           .destination_port = 80},
                              .reply = {.source = ip("192.168.1.3"),
                                        .destination = ip("192.168.1.2"),
                                        .protocol = 6,
                                        .source_port = 80,
                                        .destination_port = 1234},
                              .status = kSeenReply | kAssured | kSourceNat,
                              .tcp_state = TcpState::Established};
  EXPECT_EQ(describe(connection),
            "tcp 192.168.15.2:1234 -> 192.168.1.3:80 reply tcp 192.168.1.3:80 -> "
            "192.168.1.2:1234 established seen-reply assured source-nat");
  EXPECT_EQ(describe(Tuple{.source = ip("fd00::1"),
                           .destination = ip("fd00::2"),
                           .protocol = 58,
                           .icmp_id = 9,
                           .icmp_type = 128}),
            "icmpv6 fd00::1 -> fd00::2 type 128 code 0 id 9");
}

}  // namespace
}  // namespace topoproof::state
