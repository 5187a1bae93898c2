// SPDX-License-Identifier: GPL-2.0-or-later
//   blue 10.0.1.2 --eth1-- eth1 host eth2 --eth1-- client 10.0.2.3
// Each fate with its proof, and beside it what looks the same and is something else.
#include "evidence/judge.hh"

#include <cerrno>

#include <gtest/gtest.h>

#include "evidence/fake_witness.hh"

namespace topoproof::evidence {
namespace {

using flow::FateKind;

constexpr NodeId kBlue(0);
constexpr NodeId kHost(1);
constexpr NodeId kClient(2);
const IpAddress kBlueAddress = Ipv4Address(10, 0, 1, 2);
const IpAddress kHostAddress = Ipv4Address(10, 0, 1, 1);
const IpAddress kClientAddress = Ipv4Address(10, 0, 2, 3);

class JudgeTest : public testing::Test {
 protected:
  JudgeTest() {
    witness_.names = {"blue", "host", "client"};
    witness_.forwarding = {kHost};
    witness_.connect({kBlue, 1}, {kHost, 1});
    witness_.connect({kHost, 2}, {kClient, 1});
    witness_.routes[{kBlue, kClientAddress}] = {.kind = RouteAnswer::Kind::Unicast};
    witness_.routes[{kHost, kClientAddress}] = {.kind = RouteAnswer::Kind::Unicast, .interface = 2};
    witness_.routes[{kClient, kClientAddress}] = {.kind = RouteAnswer::Kind::Local};
    witness_.routes[{kClient, kBlueAddress}] = {.kind = RouteAnswer::Kind::Unicast};
    case_.flow = {
        .from = kBlue, .destination = kClientAddress, .service = {flow::Protocol::Udp, 53}};
    tuple_ = {kBlueAddress, kClientAddress, flow::Protocol::Udp, 20'000, 53};
    case_.attempt.sent = tuple_;
  }

  void use_tcp() {
    case_.flow.service = {flow::Protocol::Tcp, 80};
    tuple_.protocol = flow::Protocol::Tcp;
    tuple_.destination_port = 80;
    case_.attempt.sent = tuple_;
  }
  Sighting& see(NodeId node, std::uint32_t interface, Way way, Role role = Role::Request) {
    Sighting sighting{.time_ns = ++clock_,
                      .node = node,
                      .interface = interface,
                      .way = way,
                      .role = role,
                      .ttl = 64,
                      .tuple = tuple_};
    case_.sightings.push_back(sighting);
    return case_.sightings.back();
  }
  void see_to_host() {
    see(kBlue, 1, Way::Out);
    see(kHost, 1, Way::In);
  }
  void see_to_client() {
    see_to_host();
    see(kHost, 2, Way::Out);
    see(kClient, 1, Way::In);
  }
  void see_error(NodeId node, const IpAddress& from, std::uint8_t type, std::uint8_t code) {
    Sighting& error = see(node, 1, Way::Out, Role::Error);
    error.icmp_type = type;
    error.icmp_code = code;
    error.tuple = {from, kBlueAddress, flow::Protocol::Icmp, 0, 0};
  }
  void see_reset(NodeId node) { see(node, 1, Way::Out, Role::Reset).tuple = tuple_.inverse(); }
  flow::Fate fate() { return judge(case_, witness_).request.fate; }

  FakeWitness witness_;
  Case case_;
  flow::Tuple tuple_;
  std::int64_t clock_ = 0;
};

TEST_F(JudgeTest, DeliveredIsProvedByTheTargetsSocket) {
  see_to_client();
  case_.attempt.arrivals = {{kClient, tuple_}};
  case_.attempt.answered = true;
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Delivered);
  EXPECT_EQ(verdict.request.fate.at, kClient);
  EXPECT_EQ(verdict.reply->fate.kind, FateKind::Delivered);
  EXPECT_EQ(flow::path_of(verdict.request.trace), (std::vector{kBlue, kHost, kClient}));
}

TEST_F(JudgeTest, TheTargetsTapAloneProvesNoDelivery) {
  see_to_client();
  EXPECT_EQ(fate().kind, FateKind::Lost);
}

TEST_F(JudgeTest, DroppedInTheTargetsInputHookIsNamedByItsRule) {
  see_to_client();
  witness_.with_rules = {kClient};
  witness_.hits[kClient] = {.chain = "inet filter input", .text = "udp dport 53 drop"};
  EXPECT_EQ(fate().kind, FateKind::Dropped);
  EXPECT_EQ(fate().at, kClient);
  EXPECT_EQ(fate().proof, "inet filter input: udp dport 53 drop");
}

TEST_F(JudgeTest, RefusedComesFromTheHostThatThePacketWasFor) {
  see_to_client();
  see_error(kClient, kClientAddress, 3, 3);
  EXPECT_EQ(fate().kind, FateKind::Refused);
  EXPECT_EQ(to_string(*fate().answer), "icmp 3/3 from 10.0.2.3");
}

TEST_F(JudgeTest, RejectedHasTheSameAnswerButARuleThatWasHit) {
  see_to_client();
  see_error(kClient, kClientAddress, 3, 3);
  witness_.with_rules = {kClient};
  witness_.hits[kClient] = {
      .verdict = RuleHit::Verdict::Reject, .chain = "ip filter input", .text = "reject"};
  EXPECT_EQ(fate().kind, FateKind::Rejected);
}

TEST_F(JudgeTest, AResetInAnothersNameIsRejected) {
  use_tcp();
  see_to_host();
  see_reset(kHost);
  EXPECT_EQ(fate().kind, FateKind::Rejected);
  EXPECT_EQ(fate().at, kHost);
}

TEST_F(JudgeTest, AResetFromTheTargetIsRefused) {
  use_tcp();
  see_to_client();
  see_reset(kClient);
  EXPECT_EQ(fate().kind, FateKind::Refused);
}

TEST_F(JudgeTest, NoRouteOfTheSenderIsItsErrno) {
  case_.attempt.error = ENETUNREACH;
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
  EXPECT_EQ(fate().at, kBlue);
  EXPECT_EQ(fate().proof, "the send was refused: Network is unreachable");
}

TEST_F(JudgeTest, DroppedInTheSendersOutputHookIsItsErrno) {
  case_.attempt.error = EPERM;
  EXPECT_EQ(fate().kind, FateKind::Dropped);
}

TEST_F(JudgeTest, AnErrnoThatSaysNothingOfTheNetworkIsTrouble) {
  case_.attempt.error = EADDRNOTAVAIL;
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.trouble, "the flow could not be sent: Cannot assign requested address");
}

TEST_F(JudgeTest, NotForwardingIsToldFromNoRouteInTransit) {
  see_to_host();
  witness_.routes[{kHost, kClientAddress}] = {.error = ENETUNREACH};
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
  witness_.forwarding.clear();
  EXPECT_EQ(fate().kind, FateKind::NotForwarding);
}

// A port forward gave it another destination before its route was looked up.
TEST_F(JudgeTest, BehindDestinationNatTheTranslatedPacketHasTheRoute) {
  see_to_host();
  const IpAddress inner = Ipv4Address(10, 0, 3, 9);
  witness_.with_rules = {kHost};
  witness_.routes[{kHost, inner}] = {.error = EHOSTUNREACH};
  EXPECT_EQ(fate().kind, FateKind::Lost);
  EXPECT_EQ(judge(case_, witness_).vanished_at, kHost) << "its rules may tell";
  witness_.routed[kHost] = tuple_;
  witness_.routed[kHost].destination = inner;
  EXPECT_EQ(fate().kind, FateKind::NotForwarding);
}

TEST_F(JudgeTest, ForwardingThatIsOffAtOneInterfaceIsTheKernelsWord) {
  see_to_host();
  witness_.routes[{kHost, kClientAddress}] = {.error = EHOSTUNREACH};
  EXPECT_EQ(fate().kind, FateKind::NotForwarding);
}

// With forwarding off, a blackhole in the table was believed to have taken the packet: IPv4 does
// not ask what the table says, and IPv6 does not ask for forwarding where the table refuses.
TEST_F(JudgeTest, WhereForwardingIsOffRefusingRoutesAreAskedByIpv6Alone) {
  see_to_host();
  RouteAnswer& route = witness_.routes[{kHost, kClientAddress}];
  for (const auto kind : {RouteAnswer::Kind::Blackhole, RouteAnswer::Kind::Prohibit}) {
    route = {.kind = kind, .error = EHOSTUNREACH};
    EXPECT_EQ(fate().kind, FateKind::NotForwarding);
  }
  route = {.kind = RouteAnswer::Kind::Unreachable, .error = EHOSTUNREACH};
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
  witness_.forwarding.clear();
  EXPECT_EQ(fate().kind, FateKind::NotForwarding);
}

TEST_F(JudgeTest, Ipv6LooksForARouteBeforeItAsksWhetherItForwards) {
  tuple_.source = IpAddress::parse("fd00::2").value();
  tuple_.destination = IpAddress::parse("fd00:1::3").value();
  see_to_host();
  witness_.forwarding.clear();
  RouteAnswer& route = witness_.routes[{kHost, tuple_.destination}];
  route = {.kind = RouteAnswer::Kind::Blackhole, .error = EINVAL};
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
  route = {.kind = RouteAnswer::Kind::Unicast, .interface = 2};
  EXPECT_EQ(fate().kind, FateKind::NotForwarding);
}

TEST_F(JudgeTest, AFrameForAnotherStationIsLostWhereItCame) {
  see(kBlue, 1, Way::Out);
  see(kHost, 1, Way::In).for_this_host = false;
  EXPECT_EQ(fate().kind, FateKind::Lost);
  EXPECT_EQ(fate().at, kHost);
  EXPECT_EQ(fate().proof, "came to host, and its frame is for another station");
}

TEST_F(JudgeTest, AnIpv6LoopbackAddressComesFromNoWire) {
  tuple_.source = IpAddress::parse("::1").value();
  tuple_.destination = IpAddress::parse("fd00::3").value();
  see(kBlue, 2, Way::Out);
  see(kHost, 3, Way::In);
  EXPECT_EQ(fate().kind, FateKind::Martian);
  EXPECT_EQ(fate().at, kHost);
}

TEST_F(JudgeTest, ABlackholeRouteInTransitIsNoRoute) {
  see_to_host();
  witness_.routes[{kHost, kClientAddress}] = {
      .kind = RouteAnswer::Kind::Blackhole, .error = EINVAL, .text = "blackhole 10.0.2.0/24"};
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
  EXPECT_EQ(fate().proof, "the route says blackhole 10.0.2.0/24 (EINVAL)");
}

TEST_F(JudgeTest, MartianIsWhatValidationRefuses) {
  see_to_host();
  witness_.routes[{kHost, kClientAddress}] = {.error = EXDEV};
  EXPECT_EQ(fate().kind, FateKind::Martian);
}

TEST_F(JudgeTest, NoNeighborIsAFailedEntryAtTheLastHop) {
  see_to_host();
  witness_.neighbors[{kHost, kClientAddress}] = NeighborAnswer::Failed;
  EXPECT_EQ(fate().kind, FateKind::NoNeighbor);
  EXPECT_EQ(fate().proof, "host asked for 10.0.2.3 on eth2 and nobody answered");
}

TEST_F(JudgeTest, WhileANodeStillAsksItIsTooEarlyToSay) {
  see_to_host();
  witness_.neighbors[{kHost, kClientAddress}] = NeighborAnswer::Incomplete;
  EXPECT_TRUE(judge(case_, witness_).waiting);
  EXPECT_EQ(fate().kind, FateKind::Lost);
}

TEST_F(JudgeTest, HostUnreachableFromARejectRouteIsNoRoute) {
  see_to_host();
  see_error(kHost, kHostAddress, 3, 1);
  witness_.routes[{kHost, kClientAddress}] = {.kind = RouteAnswer::Kind::Unreachable};
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
}

TEST_F(JudgeTest, HostUnreachableFromAFailedNeighborIsNoNeighbor) {
  see_to_host();
  see_error(kHost, kHostAddress, 3, 1);
  witness_.neighbors[{kHost, kClientAddress}] = NeighborAnswer::Failed;
  EXPECT_EQ(fate().kind, FateKind::NoNeighbor);
}

TEST_F(JudgeTest, AProhibitRouteIsNoRouteAndAProhibitingRuleIsRejected) {
  see_to_host();
  see_error(kHost, kHostAddress, 3, 13);
  EXPECT_EQ(fate().kind, FateKind::Rejected);
  witness_.routes[{kHost, kClientAddress}] = {.kind = RouteAnswer::Kind::Prohibit};
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
}

TEST_F(JudgeTest, TtlExceededAndTooBigAreTheRoutersWord) {
  see_to_host();
  see_error(kHost, kHostAddress, 11, 0);
  EXPECT_EQ(fate().kind, FateKind::TtlExceeded);
  case_.sightings.back().icmp_type = 3;
  case_.sightings.back().icmp_code = 4;
  EXPECT_EQ(fate().kind, FateKind::TooBig);
}

// A rule of the host's took its error.
TEST_F(JudgeTest, TtlExceededNeedsNoWord) {
  see_to_host();
  EXPECT_EQ(fate().kind, FateKind::Lost);
  case_.sightings.back().ttl = 1;
  EXPECT_EQ(fate().kind, FateKind::TtlExceeded);
  EXPECT_EQ(fate().at, kHost);
}

TEST_F(JudgeTest, TooBigNeedsNoWord) {
  see_to_host();
  case_.sightings.back().length = 1400;
  witness_.routes[{kHost, kClientAddress}].mtu = 1400;
  EXPECT_EQ(fate().kind, FateKind::Lost);
  witness_.routes[{kHost, kClientAddress}].mtu = 1399;
  EXPECT_EQ(fate().kind, FateKind::TooBig);
  case_.sightings.back().may_be_cut = true;
  EXPECT_EQ(fate().kind, FateKind::Lost);
}

TEST_F(JudgeTest, AnErrnoThatForbidsABroadcastIsTrouble) {
  case_.attempt.error = EACCES;
  EXPECT_EQ(fate().kind, FateKind::NoRoute);
  witness_.routes[{kBlue, kClientAddress}] = {.kind = RouteAnswer::Kind::Broadcast};
  EXPECT_EQ(judge(case_, witness_).trouble, "the flow could not be sent: Permission denied");
}

TEST_F(JudgeTest, ARedirectEndsNothing) {
  see_to_host();
  see_error(kHost, kHostAddress, 5, 1);
  see(kHost, 2, Way::Out);
  see(kClient, 1, Way::In);
  case_.attempt.arrivals = {{kClient, tuple_}};
  EXPECT_EQ(fate().kind, FateKind::Delivered);
}

TEST_F(JudgeTest, TheReplyHasAFateOfItsOwn) {
  see_to_client();
  case_.attempt.arrivals = {{kClient, tuple_, ENETUNREACH}};
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Delivered);
  EXPECT_EQ(verdict.reply->fate.kind, FateKind::NoRoute);
  EXPECT_EQ(verdict.reply->fate.at, kClient);
}

TEST_F(JudgeTest, ATcpRequestIsDeliveredThoughItsAnswerHasNoRoute) {
  use_tcp();
  see_to_client();
  witness_.routes[{kClient, kBlueAddress}] = {.error = ENETUNREACH};
  witness_.listeners = {{kClient, case_.flow.service}};
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Delivered);
  EXPECT_EQ(verdict.reply->fate.kind, FateKind::NoRoute);
}

TEST_F(JudgeTest, ATcpRequestIsDeliveredThoughItsAnswerHasNoNeighbor) {
  use_tcp();
  see_to_client();
  witness_.neighbors[{kClient, kBlueAddress}] = NeighborAnswer::Failed;
  witness_.listeners = {{kClient, case_.flow.service}};
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Delivered);
  EXPECT_EQ(verdict.reply->fate.kind, FateKind::NoNeighbor);
}

// The witness knows one hit for all packets: `exact` says that it is the answer's.
TEST_F(JudgeTest, ATcpRequestIsDeliveredThoughARuleTookItsAnswer) {
  use_tcp();
  see_to_client();
  witness_.listeners = {{kClient, case_.flow.service}};
  witness_.with_rules = {kClient};
  witness_.hits[kClient] = {.chain = "inet f output", .text = "tcp sport 80 drop"};
  EXPECT_EQ(fate().kind, FateKind::Dropped);
  witness_.hits[kClient].exact = true;
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Delivered);
  EXPECT_EQ(verdict.reply->fate.kind, FateKind::Dropped);
}

// Its data went there and back, and its end as far as the host.
class ConnectionTest : public JudgeTest {
 protected:
  ConnectionTest() {
    use_tcp();
    see_to_client();
    case_.attempt.connected = true;
    witness_.with_rules = {kHost};
    witness_.hits[kHost] = {.chain = "inet filter forward", .text = "drop", .exact = true};
  }
  void see_part(Part part, Role role, std::uint32_t number) {
    const bool forth = role == Role::Request;
    const NodeId from = forth ? kBlue : kClient;
    const std::uint32_t at_host = forth ? 1U : 2U;
    for (Sighting* s : {&see(from, 1, Way::Out, role), &see(kHost, at_host, Way::In, role)}) {
      s->part = part;
      s->packet = number;
      if (!forth) s->tuple = tuple_.inverse();
    }
  }
};

TEST_F(ConnectionTest, WhoseRequestIsDroppedIsNotDelivered) {
  see_part(Part::Data, Role::Request, 1);
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Lost)
      << "no SYN+ACK was seen, nor a socket's word";
}

TEST_F(ConnectionTest, IsDroppedWhereItsRequestIs) {
  see(kClient, 1, Way::Out, Role::Reply).tuple = tuple_.inverse();
  see_part(Part::Data, Role::Request, 1);
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate,
            (flow::Fate{FateKind::Dropped, kHost, {}, "inet filter forward: drop", "data"}));
  EXPECT_EQ(verdict.reply, std::nullopt);
  EXPECT_FALSE(needs_fence(verdict));
}

TEST_F(ConnectionTest, HasTheFateOfItsReply) {
  case_.attempt.arrivals = {{kClient, tuple_}};
  see_part(Part::Data, Role::Reply, 2);
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Delivered);
  EXPECT_EQ(verdict.reply->fate.kind, FateKind::Dropped);
  EXPECT_EQ(verdict.reply->fate.packet, "data");
}

// Issue 2: a flow of TCP is a handshake, data both ways, and a close.
TEST_F(ConnectionTest, ThatIsNotClosedHasTheFateOfTheFinThatDied) {
  case_.attempt.arrivals = {{kClient, tuple_}};
  case_.attempt.answered = true;
  see_part(Part::End, Role::Request, 3);
  EXPECT_EQ(fate().kind, FateKind::Dropped);
  EXPECT_EQ(fate().packet, "FIN");
  case_.attempt.ended_at_target = true;
  see_part(Part::End, Role::Reply, 4);
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Delivered);
  EXPECT_EQ(verdict.reply->fate.kind, FateKind::Dropped);
  EXPECT_EQ(verdict.reply->fate.packet, "FIN");
  case_.attempt.closed = true;
  EXPECT_EQ(judge(case_, witness_).reply->fate.kind, FateKind::Delivered);
}

TEST_F(ConnectionTest, OfAProgramEndsAsThatLikes) {
  see(kClient, 1, Way::Out, Role::Reply).tuple = tuple_.inverse();
  witness_.programs = {{kClient, case_.flow.service}};
  EXPECT_EQ(judge(case_, witness_).reply->fate.kind, FateKind::Delivered);
}

TEST_F(JudgeTest, WithRulesAtTheTargetThatIsNotProved) {
  use_tcp();
  see_to_client();
  witness_.routes[{kClient, kBlueAddress}] = {.error = ENETUNREACH};
  witness_.listeners = {{kClient, case_.flow.service}};
  witness_.with_rules = {kClient};
  const Verdict verdict = judge(case_, witness_);
  EXPECT_EQ(verdict.request.fate.kind, FateKind::Lost);
  EXPECT_EQ(verdict.vanished_at, kClient);
}

TEST_F(JudgeTest, IsolatedPortsDropBetweenEachOther) {
  see(kBlue, 1, Way::Out);
  see(kHost, 1, Way::In).for_this_host = false;
  witness_.ports = {{kHost, 1}};
  witness_.isolated = true;
  EXPECT_EQ(fate().kind, FateKind::Dropped);
  EXPECT_EQ(fate().at, kHost);
}

TEST_F(JudgeTest, ABridgeHasNoRoutesToBlame) {
  see(kBlue, 1, Way::Out);
  see(kHost, 1, Way::In).for_this_host = false;
  witness_.ports = {{kHost, 1}};
  EXPECT_EQ(fate().kind, FateKind::Lost);
  EXPECT_EQ(fate().proof, "came to the bridge of host by eth1, and to no station that took it");
}

TEST_F(JudgeTest, SilenceNeedsAFenceThatWentAsFar) {
  see_to_host();
  witness_.forwarding.clear();
  const Verdict verdict = judge(case_, witness_);
  EXPECT_TRUE(needs_fence(verdict));
  EXPECT_FALSE(fence_passed(case_, verdict));
  see(kBlue, 1, Way::Out, Role::Fence);
  EXPECT_FALSE(fence_passed(case_, verdict));
  see(kHost, 1, Way::In, Role::Fence);
  EXPECT_TRUE(fence_passed(case_, verdict));
}

TEST_F(JudgeTest, AnswersAndLocalRefusalsNeedNoFence) {
  case_.attempt.error = ENETUNREACH;
  EXPECT_FALSE(needs_fence(judge(case_, witness_)));
  case_.attempt.error = 0;
  see_to_client();
  see_error(kClient, kClientAddress, 3, 3);
  EXPECT_FALSE(needs_fence(judge(case_, witness_)));
}

}  // namespace
}  // namespace topoproof::evidence
