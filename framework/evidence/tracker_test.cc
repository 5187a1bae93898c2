// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/tracker.hh"

#include <array>

#include <gtest/gtest.h>

#include "packet/stack.hh"

namespace topoproof::evidence::tracker_test {
namespace {

using packet::Stack;
using probe::TokenKind;

constexpr std::uint32_t kRun = 7;
constexpr NodeId kRed(0);
constexpr NodeId kBlue(1);
constexpr Ipv4Address kRedAddress(10, 0, 0, 1);
constexpr Ipv4Address kBlueAddress(10, 0, 0, 2);

Bytes token(probe::FlowNumber flow, TokenKind kind = TokenKind::Request, std::uint32_t run = kRun) {
  const auto bytes = probe::encode({run, flow, kind});
  return {bytes.begin(), bytes.end()};
}

Stack there() { return packet::ipv4({.src = kRedAddress, .dst = kBlueAddress}); }
Stack back() { return packet::ipv4({.src = kBlueAddress, .dst = kRedAddress}); }

class TrackerTest : public testing::Test {
 protected:
  void see(NodeId node, capture::PacketType type, const Stack& packet,
           std::uint32_t interface = 2) {
    const Bytes bytes = packet::build(packet);
    tracker_.add(node, {.timestamp = capture::Timestamp(std::chrono::nanoseconds(++clock_)),
                        .interface_index = interface,
                        .type = type,
                        .bytes = bytes,
                        .length = bytes.size()});
  }
  void see_out(const Stack& packet) { see(kRed, capture::PacketType::Outgoing, packet); }
  void see_in(const Stack& packet) { see(kBlue, capture::PacketType::Host, packet); }
  void learn(probe::FlowNumber number, std::uint32_t first_sequence = 1000) {
    const TcpStart start{number, first_sequence, 20'000};
    tracker_.learn_tcp(std::span(&start, 1));
  }
  std::vector<Role> roles(probe::FlowNumber number) const {
    std::vector<Role> out;
    for (const Sighting& s : tracker_.sightings(number)) out.push_back(s.role);
    return out;
  }

  Tracker tracker_{kRun};
  std::int64_t clock_ = 0;
};

TEST_F(TrackerTest, ATokenIsKnownAgainAfterTranslation) {
  see_out(there() / packet::udp({.sport = 20'000, .dport = 53}) / packet::payload(token(3)));
  see_in(packet::ipv4({.src = Ipv4Address(192, 0, 2, 1), .dst = kBlueAddress}) /
         packet::udp({.sport = 1024, .dport = 53}) / packet::payload(token(3)));
  const Sightings seen = tracker_.sightings(3);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(to_string(seen[0].tuple), "10.0.0.1:20000 -> 10.0.0.2:53 udp");
  EXPECT_EQ(to_string(seen[1].tuple), "192.0.2.1:1024 -> 10.0.0.2:53 udp");
  EXPECT_EQ(seen[0].way, Way::Out);
  EXPECT_EQ(seen[1].way, Way::In);
}

TEST_F(TrackerTest, AFrameOfOneStampStaysInTheOrderOfTheInterfacesThatItPassed) {
  const Stack packet = there() / packet::udp() / packet::payload(token(1));
  for (const std::uint32_t interface : {9U, 2U, 5U}) {
    see(kBlue, capture::PacketType::Host, packet, interface);
    --clock_;
  }
  std::vector<std::uint32_t> passed;
  for (const Sighting& s : tracker_.sightings(1)) passed.push_back(s.interface);
  EXPECT_EQ(passed, (std::vector{9U, 2U, 5U}));
}

TEST_F(TrackerTest, AnEchoReplyAndAReplyTokenAreReplies) {
  see_in(back() / packet::icmp({.type = packet::Icmp::kEchoReply}) / packet::payload(token(1)));
  see_in(back() / packet::udp() / packet::payload(token(2, TokenKind::Reply)));
  EXPECT_EQ(roles(1), std::vector{Role::Reply});
  EXPECT_EQ(roles(2), std::vector{Role::Reply});
}

TEST_F(TrackerTest, AnotherRunsTokenIsNotOurs) {
  see_out(there() / packet::udp() / packet::payload(token(1, TokenKind::Request, kRun + 1)));
  EXPECT_TRUE(tracker_.sightings(1).empty());
}

TEST_F(TrackerTest, AFenceIsNoRequest) {
  see_out(there() / packet::udp() / packet::payload(token(1, TokenKind::Fence)));
  EXPECT_EQ(roles(1), std::vector{Role::Fence});
}

TEST_F(TrackerTest, AHandshakeIsKnownByItsSequenceNumberOnceThatIsTold) {
  using packet::Tcp;
  see_out(there() / packet::tcp({.sport = 20'000, .dport = 80, .seq = 1000}));
  see_in(packet::ipv4({.src = Ipv4Address(192, 0, 2, 1), .dst = kBlueAddress}) /
         packet::tcp({.sport = 1024, .dport = 80, .seq = 1000}));
  see_in(
      back() /
      packet::tcp(
          {.sport = 80, .dport = 20'000, .seq = 5, .ack = 1001, .flags = Tcp::kSyn | Tcp::kAck}));
  EXPECT_TRUE(tracker_.sightings(4).empty());
  learn(4);
  EXPECT_EQ(roles(4), (std::vector{Role::Request, Role::Request, Role::Reply}));
}

TEST_F(TrackerTest, AResetThatAnswersIsAnAnswer) {
  using packet::Tcp;
  see_out(there() / packet::tcp({.sport = 20'000, .dport = 81, .seq = 1000}));
  learn(4);
  see_in(back() /
         packet::tcp({.sport = 81, .dport = 20'000, .ack = 1001, .flags = Tcp::kRst | Tcp::kAck}));
  EXPECT_EQ(roles(4), (std::vector{Role::Request, Role::Reset}));
  EXPECT_TRUE(tracker_.saw_answer(4));
}

// What comes behind the handshake, up to the end of both sides: 16 bytes there and 16 back.
TEST_F(TrackerTest, TheWholeConnectionIsKnownByItsSequenceNumbers) {
  using packet::Tcp;
  const auto segment = [](const Stack& ip, std::uint32_t seq, std::uint32_t ack,
                          std::uint8_t flags) {
    const bool forth = ip == there();
    return ip / packet::tcp({.sport = static_cast<std::uint16_t>(forth ? 20'000 : 80),
                             .dport = static_cast<std::uint16_t>(forth ? 80 : 20'000),
                             .seq = seq,
                             .ack = ack,
                             .flags = flags});
  };
  see_out(segment(there(), 0xffff'fff8, 0, Tcp::kSyn));  // its numbers go round
  learn(4, 0xffff'fff8);
  see_in(segment(back(), 500, 0xffff'fff9, Tcp::kSyn | Tcp::kAck));
  see_out(segment(there(), 0xffff'fff9, 501, Tcp::kAck));
  see_in(segment(back(), 501, 9, Tcp::kAck));
  see_out(segment(there(), 9, 517, Tcp::kFin | Tcp::kAck));
  see_in(segment(back(), 517, 10, Tcp::kFin | Tcp::kAck));
  see_out(segment(there(), 10, 518, Tcp::kAck));
  EXPECT_EQ(roles(4), (std::vector{Role::Request, Role::Reply, Role::Request, Role::Reply,
                                   Role::Request, Role::Reply, Role::Request}));
  std::vector<Part> parts;
  for (const Sighting& s : tracker_.sightings(4)) parts.push_back(s.part);
  EXPECT_EQ(parts,
            (std::vector{Part::Handshake, Part::Handshake, Part::Acknowledgement,
                         Part::Acknowledgement, Part::End, Part::End, Part::Acknowledgement}));
}

// A rule's reset of what acknowledges something acknowledges nothing itself.
TEST_F(TrackerTest, AResetIsKnownByTheNumberThatTheAnswerBeganWith) {
  using packet::Tcp;
  see_out(there() / packet::tcp({.sport = 20'000, .dport = 80, .seq = 1000}));
  see_in(
      back() /
      packet::tcp(
          {.sport = 80, .dport = 20'000, .seq = 5, .ack = 1001, .flags = Tcp::kSyn | Tcp::kAck}));
  see_in(back() / packet::tcp({.sport = 80, .dport = 20'000, .seq = 6, .flags = Tcp::kRst}));
  learn(4);
  EXPECT_EQ(roles(4), (std::vector{Role::Request, Role::Reply, Role::Reset}));
}

// The sender's own node translated it: nothing left it from the port that its socket has.
TEST_F(TrackerTest, AHandshakeIsKnownThoughItsSenderTranslatedItsPort) {
  see_out(there() / packet::tcp({.sport = 40'000, .dport = 80, .seq = 1000}));
  see_in(there() / packet::tcp({.sport = 40'000, .dport = 80, .seq = 1000}));
  learn(4);
  EXPECT_EQ(roles(4), (std::vector{Role::Request, Role::Request}));
}

// Both use the first port of their nodes, and each comes by the other's sender.
TEST_F(TrackerTest, ConnectionsOfOnePortAreToldApart) {
  const Stack forth = there() / packet::tcp({.sport = 20'000, .dport = 80, .seq = 1000});
  const Stack against = back() / packet::tcp({.sport = 20'000, .dport = 80, .seq = 9000});
  see(kBlue, capture::PacketType::Host, forth);
  see(kRed, capture::PacketType::Host, against);
  see_out(forth);
  see(kBlue, capture::PacketType::Outgoing, against);
  const std::array starts{TcpStart{4, 1000, 20'000}, TcpStart{5, 9000, 20'000}};
  tracker_.learn_tcp(starts);
  ASSERT_EQ(roles(4).size(), 2U);
  ASSERT_EQ(roles(5).size(), 2U);
  EXPECT_EQ(tracker_.sightings(4).front().packet, 1000U);
  EXPECT_EQ(tracker_.sightings(5).front().packet, 9000U);
}

TEST_F(TrackerTest, ConnectionsWhoseNumbersMeetAreToldApartByTheirPorts) {
  see_out(there() / packet::tcp({.sport = 20'000, .dport = 80, .seq = 1000}));
  see_out(there() / packet::tcp({.sport = 20'001, .dport = 80, .seq = 1010}));
  const std::array starts{TcpStart{4, 1000, 20'000}, TcpStart{5, 1010, 20'001}};
  tracker_.learn_tcp(starts);
  see_out(there() / packet::tcp({.sport = 20'000,
                                 .dport = 80,
                                 .seq = 1017,
                                 .flags = packet::Tcp::kFin | packet::Tcp::kAck}));
  EXPECT_EQ(roles(4).size(), 2U);
  EXPECT_EQ(roles(5).size(), 1U);
}

TEST_F(TrackerTest, AnIcmpErrorBelongsToWhatItQuotes) {
  const Bytes quoted = packet::build(there() / packet::udp({.sport = 20'000, .dport = 53}) /
                                     packet::payload(token(9)));
  see_in(back() / packet::icmp({.type = packet::Icmp::kUnreachable, .code = packet::Icmp::kPort}) /
         packet::payload(quoted));
  const Sightings seen = tracker_.sightings(9);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].role, Role::Error);
  EXPECT_EQ(seen[0].icmp_type, 3);
  EXPECT_EQ(seen[0].icmp_code, 3);
  EXPECT_FALSE(seen[0].quotes_reply);
}

TEST_F(TrackerTest, ForgottenFlowsStayForgotten) {
  see_out(there() / packet::udp() / packet::payload(token(1)));
  see_out(there() / packet::udp() / packet::payload(token(2)));
  tracker_.forget_before(2);
  see_out(there() / packet::udp() / packet::payload(token(1)));
  EXPECT_TRUE(tracker_.sightings(1).empty());
  EXPECT_EQ(tracker_.sightings(2).size(), 1U);
}

TEST_F(TrackerTest, ARawFrameIsKnownByItsContent) {
  const Stack raw = there() / packet::udp({.sport = 1, .dport = 2}) / packet::payload("hello");
  tracker_.learn_raw(6, packet::build(packet::ether() / raw), false);
  see_out(raw);
  see_in(packet::ipv4({.ttl = 63, .src = kRedAddress, .dst = Ipv4Address(10, 0, 0, 9)}) /
         packet::udp({.sport = 1, .dport = 99}) / packet::payload("hello"));
  EXPECT_EQ(roles(6), (std::vector{Role::Request, Role::Request}));
}

TEST_F(TrackerTest, TheFenceOfARawFrameIsItselfOnceMore) {
  const Stack raw = there() / packet::udp({.sport = 1, .dport = 2}) / packet::payload("hello");
  const Bytes frame = packet::build(packet::ether() / raw);
  tracker_.learn_raw(6, frame, false);
  see_out(raw);
  tracker_.learn_raw(6, frame, true);
  see_out(raw);
  EXPECT_EQ(roles(6), (std::vector{Role::Request, Role::Fence}));
}

TEST_F(TrackerTest, ARawResetIsTheRequestItself) {
  using packet::Tcp;
  const Stack raw = there() / packet::tcp({.sport = 9, .dport = 80, .seq = 7, .flags = Tcp::kRst});
  tracker_.learn_raw(6, packet::build(packet::ether() / raw), false);
  see_out(raw);
  EXPECT_EQ(roles(6), std::vector{Role::Request});
}

TEST_F(TrackerTest, AResetThatAnswersARawSegmentIsKnownByWhatThatAcknowledged) {
  using packet::Tcp;
  const Stack raw =
      there() / packet::tcp({.sport = 9, .dport = 80, .seq = 7, .ack = 55, .flags = Tcp::kAck});
  tracker_.learn_raw(6, packet::build(packet::ether() / raw), false);
  see_out(raw);
  see_in(back() / packet::tcp({.sport = 80, .dport = 9, .seq = 55, .flags = Tcp::kRst}));
  EXPECT_EQ(roles(6), (std::vector{Role::Request, Role::Reset}));
  EXPECT_FALSE(tracker_.sightings(6).back().quotes_reply);
}

TEST_F(TrackerTest, ARawErrorIsTheRequestItself) {
  const Bytes quoted = packet::build(back() / packet::udp({.sport = 53, .dport = 20'000}));
  const Stack raw =
      there() / packet::icmp({.type = packet::Icmp::kUnreachable}) / packet::payload(quoted);
  tracker_.learn_raw(6, packet::build(packet::ether() / raw), false);
  see_out(raw);
  EXPECT_EQ(roles(6), std::vector{Role::Request});
}

TEST_F(TrackerTest, TheOtherFragmentsOfAPacketGoByItsIdentification) {
  const auto fragment = [](std::uint16_t offset, bool more, std::uint16_t id) {
    return packet::ipv4({.id = id,
                         .more_fragments = more,
                         .fragment_offset = offset,
                         .protocol = packet::Udp::kProtocol,
                         .src = kRedAddress,
                         .dst = kBlueAddress});
  };
  const Bytes whole =
      packet::build(packet::udp({.sport = 20'000, .dport = 53}) / packet::payload(token(3)));
  see_out(fragment(0, true, 8) / packet::payload(whole));
  see_out(fragment(3, false, 8) / packet::payload("0123456789"));
  see_out(fragment(3, false, 9) / packet::payload("0123456789"));
  EXPECT_EQ(roles(3), (std::vector{Role::Request, Role::Fragment}));
}

TEST_F(TrackerTest, TheAnswerToARawEchoRequestIsItsReply) {
  const auto echo = [](std::uint8_t type) {
    return packet::icmp({.type = type, .id = 3, .sequence = 1}) / packet::payload("hello");
  };
  const Stack raw = there() / echo(packet::Icmp::kEchoRequest);
  tracker_.learn_raw(6, packet::build(packet::ether() / raw), false);
  see_out(raw);
  see_out(back() / echo(packet::Icmp::kEchoReply));
  EXPECT_EQ(roles(6), (std::vector{Role::Request, Role::Reply}));
}

}  // namespace
}  // namespace topoproof::evidence::tracker_test
