// SPDX-License-Identifier: GPL-2.0-or-later
// Matches and targets of x_tables.
#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include "machine/test_machine.hh"

namespace topoproof::machine {
namespace {

namespace fw = firewall;
using namespace xtables;               // NOLINT: matches in their own words
using namespace std::chrono_literals;  // NOLINT: literals only
using Tcp = packet::Tcp;

fw::Expression xt(const Match& match) {
  auto [name, revision, bytes] = encode(match);
  return fw::XtMatch{std::move(name), revision, std::move(bytes)};
}
fw::Expression xt_target(const Target& target) {
  auto [name, revision, bytes] = encode(target);
  return fw::XtTarget{std::move(name), revision, std::move(bytes)};
}

fw::Table ip_table(std::vector<fw::Rule> rules, fw::ChainType type = fw::ChainType::Filter,
                   fw::Hook hook = fw::Hook::Forward) {
  auto chain = fw::make_base_chain("c", type, hook, 0);
  chain.base->drops = type == fw::ChainType::Filter;
  chain.rules = std::move(rules);
  return table_of({chain}, fw::TableFamily::Ip);
}
Filter matching(const Match& match) { return Filter(ip_table({accepting({xt(match)})})); }
std::string decide(const Match& match, const skb::Skb& packet) {
  return matching(match).decide(packet);
}

TEST(XtMatches, PortsFlagsAndOptions) {
  const TcpMatch syn{.destination = {80, 90}, .flag_mask = 0x17, .flags = Tcp::kSyn};
  EXPECT_EQ(decide(syn, tcp(Tcp::kSyn)), "accept");
  EXPECT_EQ(decide(syn, tcp(Tcp::kSyn | Tcp::kAck)), "drop");
  EXPECT_EQ(decide(UdpMatch{.source = {1000, 1000}, .inverted = kInvertSourcePort}, udp()), "drop");
  const TcpMatch mss{.option = 2};
  EXPECT_EQ(decide(mss, tcp(Tcp::kSyn, parse_hex("02 04 05 b4").value())), "accept");
  EXPECT_EQ(decide(mss, tcp(Tcp::kSyn)), "drop");
  const MultiportMatch some{.side = MultiportSide::Destination, .ports = {{22, 22}, {80, 81}}};
  EXPECT_EQ(decide(some, udp()), "accept");
  EXPECT_EQ(decide(some, udp({.dport = 82})), "drop");
}

fw::Expression raw(std::string name, std::uint32_t revision, const char* bytes) {
  return fw::XtMatch{std::move(name), revision, parse_hex(bytes).value()};
}
std::string decide_raw(fw::Expression match, const skb::Skb& packet) {
  return Filter(ip_table({accepting({std::move(match)})})).decide(packet);
}

TEST(XtMatches, AQuotaIsUsedUpByWhatDoesNotFit) {
  // 70 bytes; a packet has 30.
  Filter f(ip_table(
      {accepting({raw("quota", 0, "00000000 00000000 46000000 00000000 00000000 00000000")})}));
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp()), "drop");
}

TEST(XtMatches, GroupsRealmsAndHelpers) {
  const char* of_group_7 = "01000000 07000000 ffffffff 00000000 00000000 00000000";
  Filter f(ip_table({accepting({raw("devgroup", 0, of_group_7)})}));
  EXPECT_EQ(f.decide(udp()), "drop");
  f.in.group = 7;
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(decide_raw(raw("realm", 0, "00000000 ffffffff 00000000 00000000"), udp()), "accept");
  EXPECT_EQ(decide_raw(raw("realm", 0, "05000000 ffffffff 00000000 00000000"), udp()), "drop");
}

TEST(XtMatches, CongestionBits) {
  constexpr std::uint8_t kEcho = 0x40;
  EXPECT_EQ(decide_raw(raw("ecn", 0, "01000000 00000000"), udp()), "accept");
  EXPECT_EQ(decide_raw(raw("ecn", 0, "01000100 00000000"), udp()), "drop");
  EXPECT_EQ(decide_raw(raw("ecn", 0, "10000000 00000000"), tcp(Tcp::kSyn | kEcho)), "accept");
  EXPECT_EQ(decide_raw(raw("ecn", 0, "10100000 00000000"), tcp(Tcp::kSyn | kEcho)), "drop");
}

TEST(XtTargets, OptionsAreStrippedAndTheChecksumStaysGood) {
  Bytes kinds(32);
  kinds[0] = std::byte{1U << 2U};  // the MSS
  auto packet = tcp(Tcp::kSyn, parse_hex("02 04 05 b4 01 01 01 00").value());
  Filter f(ip_table({rule({fw::XtTarget{"TCPOPTSTRIP", 0, kinds}}), accepting({})}));
  EXPECT_EQ(f.decide_in_place(packet), "accept");
  const BytesView options = packet.transport().subspan(20);
  EXPECT_EQ(to_hex(options), to_hex(parse_hex("01 01 01 01 01 01 01 00").value()));
  EXPECT_EQ(decide(TcpMatch{.option = 2}, packet), "drop");
}

TEST(XtMatches, APacketTooShortIsDroppedNotPassedOn) {
  auto cut = tcp(Tcp::kSyn);
  cut.change_layout().trim(30);
  Filter f(ip_table({accepting({xt(TcpMatch{})}), accepting({})}));
  EXPECT_EQ(f.decide(cut), "drop");
  EXPECT_FALSE(f.last.why.empty());
}

TEST(XtMatches, Fact13LaterFragmentsHaveNoPorts) {
  auto later = udp();
  store_be16(&later.writable()[6], 2);
  later.change_layout();
  EXPECT_EQ(decide(UdpMatch{}, later), "drop");
}

TEST(XtMatches, ConntrackWithoutAFlowKnowsItsStateOnly) {
  const ConntrackMatch invalid{.asked = kAskState, .states = kStateInvalid};
  EXPECT_EQ(decide(invalid, udp()), "accept");
  const ConntrackMatch not_mine{.asked = kAskOriginalSource, .inverted = kAskOriginalSource};
  EXPECT_EQ(decide(not_mine, udp()), "drop");
}

TEST(XtMatches, ConntrackOfAFlow) {
  const auto tracked = [](Filter& f) {
    auto packet = udp();
    EXPECT_TRUE(f.tracker.track(packet, {}).accepts());
    return packet;
  };
  auto state = matching(ConntrackMatch{.asked = kAskState, .states = kStateNew});
  EXPECT_EQ(state.decide(tracked(state)), "accept");
  auto port = matching(
      ConntrackMatch{.asked = kAskOriginalDestinationPort, .original_destination_ports = {80, 80}});
  EXPECT_EQ(port.decide(tracked(port)), "accept");
  auto replies = matching(ConntrackMatch{.asked = kAskDirection, .inverted = kAskDirection});
  EXPECT_EQ(replies.decide(tracked(replies)), "drop");
}

TEST(XtMatches, ALimitRefillsInVirtualTime) {
  auto f = matching(LimitMatch{.period = 10000, .burst = 2});
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
  f.clock.now = 1s;
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
}

TEST(XtMatches, HashlimitCountsEachSource) {
  auto f = matching(HashLimitMatch{.name = "h",
                                   .period = 1'000'000,
                                   .burst = 1,
                                   .mode = kHashBySource,
                                   .buckets = 8,
                                   .entries = 8,
                                   .expire_ms = 1000});
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.3"})), "accept");
}

TEST(XtMatches, RecentRemembersWhoCame) {
  const RecentMatch set{.action = kRecentSet, .list = "l", .mask = Ipv4Address(0xffffffff)};
  const RecentMatch check{.seconds = 60,
                          .hits = 2,
                          .action = kRecentUpdate,
                          .list = "l",
                          .mask = Ipv4Address(0xffffffff)};
  Filter f(ip_table({accepting({xt(check)}), rule({xt(set)})}));
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp({.from = "10.0.0.3"})), "drop");
  f.clock.now = 100s;
  EXPECT_EQ(f.decide(udp()), "drop");
}

// As iptables writes --every 2 --packet 0, and --every 3 --packet 1.
TEST(XtMatches, EveryNthPacketFromTheOneThatIsAskedFor) {
  auto f =
      matching(StatisticMatch{.mode = StatisticMode::Nth, .every = 1, .packet = 0, .count = 1});
  EXPECT_EQ(f.decide(udp()), "accept");
  EXPECT_EQ(f.decide(udp()), "drop");
  EXPECT_EQ(f.decide(udp()), "accept");
  auto g =
      matching(StatisticMatch{.mode = StatisticMode::Nth, .every = 2, .packet = 1, .count = 1});
  EXPECT_EQ(g.decide(udp()), "drop");
  EXPECT_EQ(g.decide(udp()), "accept");
  EXPECT_EQ(g.decide(udp()), "drop");
  EXPECT_EQ(g.decide(udp()), "drop");
  EXPECT_EQ(g.decide(udp()), "accept");
}

// struct xt_policy_info; of packets that no policy transformed only "none" holds.
TEST(XtMatches, APolicyHoldsIfItAsksForNone) {
  Bytes info(312);
  Filter ipsec(ip_table({accepting({fw::XtMatch{"policy", 0, info}})}));
  EXPECT_EQ(ipsec.decide(udp()), "drop");
  info[304] = std::byte{4};
  Filter none(ip_table({accepting({fw::XtMatch{"policy", 0, info}})}));
  EXPECT_EQ(none.decide(udp()), "accept");
}

// struct xt_sctp_info, in host order: ports of the destination first.
TEST(XtMatches, PortsOfSctp) {
  Bytes info(296);
  const std::array<std::uint16_t, 2> ports{80, 90};
  std::memcpy(info.data(), ports.data(), sizeof ports);
  info[284] = std::byte{2};
  Filter f(ip_table({accepting({fw::XtMatch{"sctp", 0, info}})}));
  Bytes sctp(12);
  store_be16(sctp.data() + 2, 85);
  const auto packet = [&] {
    return skb::Skb(packet::build(packet::ipv4({.protocol = 132,
                                                .src = Ipv4Address(10, 0, 0, 1),
                                                .dst = Ipv4Address(10, 0, 0, 2)}) /
                                  packet::payload(sctp)),
                    skb::kEtherIpv4);
  };
  EXPECT_EQ(f.decide(packet()), "accept");
  store_be16(sctp.data() + 2, 91);
  EXPECT_EQ(f.decide(packet()), "drop");
}

TEST(XtMatches, WhatHasNoTypeIsUnknown) {
  Filter f(ip_table({accepting({fw::XtMatch{"bpf", 1, Bytes(8)}})}));
  EXPECT_EQ(f.decide(udp()), "unknown(the match bpf of x_tables, revision 1)");
}

TEST(XtTargets, MarksTtlAndTrafficClass) {
  auto packet = udp();
  Filter f(
      ip_table({accepting({xt_target(MarkTarget{.value = 5, .mask = 0xff}),
                           xt_target(HopLimitTarget{.change = HopChange::Decrease, .value = 4}),
                           xt_target(DscpTarget{.value = 8})})}));
  EXPECT_EQ(f.decide_in_place(packet), "accept");
  EXPECT_EQ(packet.mark, 5U);
  EXPECT_EQ(packet.ttl(), 60);
  EXPECT_EQ(packet.bytes()[1], std::byte{0x20});
}

TEST(XtTargets, NatBindsTheFlow) {
  Filter f(ip_table({rule({xt_target(NatTarget{.kind = NatTargetKind::Dnat,
                                               .flags = kNatHasAddresses | kNatHasPorts,
                                               .first_address = Ipv4Address(10, 0, 0, 9),
                                               .last_address = Ipv4Address(10, 0, 0, 9),
                                               .first_port = 8080,
                                               .last_port = 8080})})},
                    fw::ChainType::Nat, fw::Hook::Prerouting));
  auto packet = udp();
  ASSERT_TRUE(f.tracker.track(packet, {}).accepts());
  EXPECT_EQ(f.decide_in_place(packet), "accept");
  EXPECT_EQ(to_string(conntrack::entry_of(packet)->reply()), "udp 10.0.0.9 8080 -> 10.0.0.1 1000");
}

TEST(XtTargets, NotrackAndReject) {
  auto packet = udp();
  Filter untracked(ip_table({accepting({xt_target(CtTarget{.flags = kCtNotrack})})}));
  untracked.decide_in_place(packet);
  EXPECT_EQ(packet.ct_info, skb::CtInfo::Untracked);
  Filter refusing(ip_table({rule({xt_target(RejectTarget{.with = 3})})}));
  EXPECT_EQ(refusing.decide(udp()), "drop");
  EXPECT_EQ(refusing.last.answer, (RejectAnswer{false, 3, 3}));
}

}  // namespace
}  // namespace topoproof::machine
