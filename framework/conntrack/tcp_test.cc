// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "conntrack/test_packets.hh"
#include "conntrack/tracker.hh"

namespace topoproof::conntrack {
namespace {

constexpr auto kFin = packet::Tcp::kFin;
constexpr auto kSyn = packet::Tcp::kSyn;
constexpr auto kRst = packet::Tcp::kRst;
constexpr auto kAck = packet::Tcp::kAck;

class TcpTracking : public testing::Test {
 protected:
  std::string forward(skb::Skb packet) {
    EXPECT_TRUE(tracker.track(packet, kPrerouting).accepts());
    const auto state = state_of(packet);
    EXPECT_TRUE(tracker.confirm(packet).accepts());
    return state;
  }
  std::string client(std::uint8_t flags, std::uint32_t seq = 1, std::uint32_t ack = 0) {
    return forward(tcp(ends, flags, seq, ack));
  }
  std::string server(std::uint8_t flags, std::uint32_t seq = 1, std::uint32_t ack = 0) {
    return forward(tcp(ends.reversed(), flags, seq, ack));
  }
  const Entry* entry() { return tracker.find(tuple_of(tcp(ends, kSyn))); }
  void shake_hands() {
    EXPECT_EQ(client(kSyn, 100), "new");
    EXPECT_EQ(server(kSyn | kAck, 500, 101), "reply");
    EXPECT_EQ(client(kAck, 101, 501), "established");
  }
  Time left() { return entry()->expires - clock.now; }

  Clock clock;
  Tracker tracker{clock};
  const Ends ends;
};

TEST_F(TcpTracking, AHandshakeMakesAnAssuredFlowOfFiveDays) {
  shake_hands();
  EXPECT_EQ(entry()->tcp.state, TcpState::Established);
  EXPECT_TRUE(entry()->has(kAssured));
  EXPECT_EQ(left(), 432000s);
}

TEST_F(TcpTracking, Fact19MidstreamIsNewUnlessStrict) {
  EXPECT_EQ(client(kAck, 100, 200), "new");
  EXPECT_EQ(left(), 300s);
  EXPECT_EQ(server(kAck, 200, 100), "reply");
  tracker.table().clear();
  tracker.settings().tcp_loose = false;
  EXPECT_EQ(client(kAck, 100, 200), "invalid");
}

TEST_F(TcpTracking, Fact19WhatCannotBeginAConnectionIsInvalid) {
  for (const bool loose : {true, false}) {
    tracker.settings().tcp_loose = loose;
    for (const int flags :
         {kRst + 0, kRst | kAck, kSyn | kAck, kFin + 0, kFin | kAck, 0, kSyn | kFin}) {
      EXPECT_EQ(client(static_cast<std::uint8_t>(flags)), "invalid") << flags;
    }
  }
  EXPECT_EQ(tracker.table().size(), 0U);
}

TEST_F(TcpTracking, Fact20ASynOnALivingConnectionIsIgnored) {
  shake_hands();
  EXPECT_EQ(client(kSyn, 9000), "established");
  EXPECT_EQ(entry()->tcp.state, TcpState::Established);
  // The server agrees with the router: a challenge ACK. The connection goes on.
  EXPECT_EQ(server(kAck, 501, 101), "reply");
  EXPECT_EQ(client(kAck, 101, 501), "established");
}

TEST_F(TcpTracking, Fact20AnAnsweredIgnoredSynOpensAnew) {
  shake_hands();
  client(kSyn, 9000);
  EXPECT_EQ(server(kSyn | kAck, 700, 9001), "reply");
  EXPECT_EQ(entry()->tcp.state, TcpState::SynReceived);
  EXPECT_EQ(client(kAck, 9001, 701), "established");
  EXPECT_EQ(entry()->tcp.state, TcpState::Established);
}

TEST_F(TcpTracking, Fact20ASynReopensAClosedConnection) {
  shake_hands();
  client(kFin | kAck, 101, 501);
  server(kFin | kAck, 501, 102);
  client(kAck, 102, 502);
  EXPECT_EQ(entry()->tcp.state, TcpState::TimeWait);
  const auto before = entry()->id;
  EXPECT_EQ(client(kSyn, 9000), "new");
  EXPECT_NE(entry()->id, before);
}

TEST_F(TcpTracking, ARefusedConnectionLeavesNothing) {
  client(kSyn, 100);
  EXPECT_EQ(server(kRst | kAck, 0, 101), "reply");
  EXPECT_EQ(entry(), nullptr);
}

TEST_F(TcpTracking, AResetOutOfTheBlueDoesNotCloseAConnection) {
  shake_hands();
  EXPECT_EQ(server(kRst, 300), "invalid");
  EXPECT_EQ(entry()->tcp.state, TcpState::Established);
  EXPECT_EQ(server(kRst, 501), "reply");
  EXPECT_EQ(entry()->tcp.state, TcpState::Close);
}

TEST_F(TcpTracking, DataBeyondTheWindowIsInvalidUnlessLiberal) {
  shake_hands();
  EXPECT_EQ(client(kAck, 101 + 400000, 501), "invalid");
  EXPECT_EQ(client(kAck, 101, 501 + 400000), "invalid");
  tracker.settings().tcp_be_liberal = true;
  EXPECT_EQ(client(kAck, 101 + 400000, 501), "established");
}

TEST_F(TcpTracking, ARepeatedSynDoesNotProlongItsFlow) {
  client(kSyn, 100);
  clock.now = 100s;
  EXPECT_EQ(client(kSyn, 100), "new");
  EXPECT_EQ(left(), 20s);
}

TEST_F(TcpTracking, ABadChecksumOrHeaderIsInvalid) {
  auto bad = tcp(ends, kSyn);
  bad.writable()[36] ^= std::byte{1};
  EXPECT_EQ(forward(bad), "invalid");
  auto short_header = tcp(ends, kSyn);
  short_header.writable()[32] = std::byte{0x40};
  EXPECT_EQ(forward(short_header), "invalid");
  auto cut = tcp(ends, kSyn);
  cut.change_layout().trim(30);
  EXPECT_EQ(forward(cut), "invalid");
}

TEST_F(TcpTracking, SimultaneousOpen) {
  EXPECT_EQ(client(kSyn, 100), "new");
  EXPECT_EQ(server(kSyn, 500), "reply");
  EXPECT_EQ(entry()->tcp.state, TcpState::SimultaneousOpen);
  EXPECT_EQ(client(kSyn | kAck, 100, 501), "established");
  EXPECT_EQ(server(kAck, 501, 101), "reply");
  EXPECT_EQ(entry()->tcp.state, TcpState::Established);
}

}  // namespace
}  // namespace topoproof::conntrack
