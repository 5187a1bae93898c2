// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux does, fact by fact, and that conntrack and machine do the same: each packet goes
// through a router in the kernel and one of ours.
#include <gtest/gtest.h>

#include "conntrack/test_packets.hh"
#include "packet/checksum.hh"
#include "sys/kernel_test.hh"
#include "two_routers.hh"

namespace topoproof::machine {
namespace {

using conntrack::echo;
using conntrack::Ends;
using conntrack::icmp_error;
using conntrack::tcp;
using conntrack::udp;

constexpr auto kSyn = packet::Tcp::kSyn;
constexpr auto kAck = packet::Tcp::kAck;
constexpr auto kRst = packet::Tcp::kRst;
constexpr auto kFin = packet::Tcp::kFin;

const Ends kFlow{"10.0.0.1", "10.0.1.2", 1000, 80};

class Facts : public sys::KernelTest {
 protected:
  // Rules inside of `table inet t`, with what nft needs to be in lines of its own.
  void rules(const std::string& body) {
    routers = std::make_unique<TwoRouters>("table inet t {\n" + body + "\n}\n");
  }
  void forward_chain(const std::string& body, const char* policy = "accept") {
    rules(std::string("chain f {\n type filter hook forward priority 0; policy ") + policy + ";\n" +
          body + "\n}\n");
  }
  std::string send(const skb::Skb& packet, Side from = Side::Left) {
    return routers->send(packet, from);
  }
  std::string reply(const skb::Skb& packet) { return routers->send(packet, Side::Right); }
  void TearDown() override {
    if (routers) routers->compare_state();
  }
  std::unique_ptr<TwoRouters> routers;
};

const std::string kThrough = "udp 10.0.0.1 1000 -> 10.0.1.2 80";

TEST_F(Facts, Fact01AcceptEndsOneChainAndDropIsFinal) {
  rules(
      "chain a {\n type filter hook forward priority 0;\n counter accept\n}\n"
      "chain b {\n type filter hook forward priority 10;\n counter drop\n}\n"
      "chain c {\n type filter hook forward priority 20;\n counter accept\n}");
  EXPECT_EQ(send(udp(kFlow)), "dropped");
  EXPECT_EQ(routers->counted(0, 0), 1U);
  EXPECT_EQ(routers->counted(0, 1), 1U);
  EXPECT_EQ(routers->counted(0, 2), 0U);
}

TEST_F(Facts, Fact02OfEqualPriorityTheLaterRegisteredRunsFirst) {
  rules(
      "chain a {\n type filter hook forward priority 0;\n counter accept\n}\n"
      "chain b {\n type filter hook forward priority 0;\n counter drop\n}");
  EXPECT_EQ(send(udp(kFlow)), "dropped");
  EXPECT_EQ(routers->counted(0, 0), 0U);
  EXPECT_EQ(routers->counted(0, 1), 1U);
}

TEST_F(Facts, Fact04TheCoreTranslatesAtItsOwnPriority) {
  rules(
      "chain n {\n type nat hook prerouting priority 50;\n udp dport 80 counter dnat ip to "
      "10.0.1.3\n}\n"
      "chain f {\n type filter hook prerouting priority -90;\n ip daddr 10.0.1.3 counter\n}");
  EXPECT_EQ(send(udp(kFlow)), "udp 10.0.0.1 1000 -> 10.0.1.3 80");
  EXPECT_EQ(routers->counted(0, 1), 1U);
}

TEST_F(Facts, Fact06GotoLeavesNoReturn) {
  rules(
      "chain b {\n counter\n}\n"
      "chain a {\n goto b\n counter accept\n}\n"
      "chain g {\n counter\n}\n"
      "chain f {\n type filter hook forward priority 0; policy accept;\n"
      " udp dport 80 jump a\n udp dport 80 counter drop\n udp dport 81 goto g\n counter drop\n}");
  EXPECT_EQ(send(udp(kFlow)), "dropped");
  EXPECT_NE(send(udp({"10.0.0.1", "10.0.1.2", 1000, 81})), "dropped");
}

TEST_F(Facts, Fact07ReturnInABaseChainIsItsPolicy) {
  forward_chain("counter return\ncounter accept", "drop");
  EXPECT_EQ(send(udp(kFlow)), "dropped");
}

TEST_F(Facts, Fact08WhatABrokenRuleDidStays) {
  forward_chain("meta mark set 7 counter udp dport 9 accept\nmeta mark 7 counter accept", "drop");
  EXPECT_EQ(send(udp(kFlow)), kThrough);
}

TEST_F(Facts, Fact09NegationIsNotTheComplement) {
  forward_chain(
      "udp dport != 80 counter\nct mark != 5 counter\ntcp option maxseg size != 7 counter");
  EXPECT_EQ(send(udp(kFlow)), kThrough);
  send(tcp({"10.0.0.1", "10.0.1.2", 1000, 81}, kRst));
}

TEST_F(Facts, Fact10AVerdictMapHitEndsTheRuleAndAMissDoesNot) {
  forward_chain("udp dport vmap { 80 : accept, 81 : drop } counter\nudp dport 82 counter accept",
                "drop");
  EXPECT_EQ(send(udp(kFlow)), kThrough);
  EXPECT_EQ(send(udp({"10.0.0.1", "10.0.1.2", 1000, 81})), "dropped");
  EXPECT_NE(send(udp({"10.0.0.1", "10.0.1.2", 1000, 82})), "dropped");
}

TEST_F(Facts, Fact11FlagsAloneAreBitsAndInASetExact) {
  forward_chain("tcp flags syn counter\ntcp flags { syn, ack } counter\ntcp flags == syn counter");
  send(tcp(kFlow, kSyn));
  send(tcp(kFlow, kSyn | kAck));
  EXPECT_EQ(routers->counted(0), 2U);
  EXPECT_EQ(routers->counted(1), 1U);
}

TEST_F(Facts, Fact12ConcatenationsAreRangesOfEachField) {
  forward_chain(
      "ip saddr . udp dport { 10.0.0.1-10.0.0.3 . 80-90, 10.0.0.0/28 . 200 } counter accept",
      "drop");
  EXPECT_EQ(send(udp(kFlow)), kThrough);
  EXPECT_EQ(send(udp({"10.0.0.4", "10.0.1.2", 1000, 85})), "dropped");
  EXPECT_EQ(send(udp({"10.0.0.3", "10.0.1.2", 1000, 91})), "dropped");
  EXPECT_NE(send(udp({"10.0.0.9", "10.0.1.2", 1000, 200})), "dropped");
}

// The second half of a datagram, whose first bytes could be ports.
skb::Skb later_fragment() {
  auto packet = udp(kFlow, "0123456789");
  auto bytes = packet.writable();
  store_be16(&bytes[6], 3);
  store_be16(&bytes[10], 0);
  store_be16(&bytes[10], packet::internet_checksum(BytesView(bytes).first(20)));
  packet.change_layout();
  return packet;
}

TEST_F(Facts, Fact13ShortLoadsReadLaterFragments) {
  forward_chain(
      "udp dport 80 counter\nudp sport . udp dport { 1000 . 80 } counter\n"
      "@th,0,64 != 0 counter\n@th,8,16 != 1 counter");
  send(later_fragment());
  EXPECT_EQ(routers->counted(0), 1U);
  EXPECT_EQ(routers->counted(1), 1U);
  EXPECT_EQ(routers->counted(2), 0U);
}

TEST_F(Facts, Fact14WithTrackingRulesSeeWholePacketsOnly) {
  forward_chain("ct state new counter\nip frag-off & 0x1fff != 0 counter\nudp length 18 counter");
  const auto whole = udp(kFlow, "0123456789");
  const auto part = [&](std::size_t begin, std::size_t end, std::uint16_t field) {
    Bytes out(whole.bytes().begin(), whole.bytes().begin() + 20);
    const auto payload = whole.bytes().subspan(20 + begin, end - begin);
    out.insert(out.end(), payload.begin(), payload.end());
    store_be16(&out[2], static_cast<std::uint16_t>(out.size()));
    store_be16(&out[6], field);
    store_be16(&out[10], 0);
    store_be16(&out[10], packet::internet_checksum(BytesView(out).first(20)));
    return skb::Skb(out, skb::kEtherIpv4);
  };
  EXPECT_EQ(send(part(0, 16, 0x2000)), "held");
  EXPECT_EQ(send(part(16, 18, 2)), kThrough);
  EXPECT_EQ(routers->counted(0), 1U);
  EXPECT_EQ(routers->counted(1), 0U);
  EXPECT_EQ(routers->counted(2), 1U);
}

TEST_F(Facts, Fact15WithoutAnyRuleThatNeedsItNothingIsTracked) {
  forward_chain("counter");
  send(udp(kFlow));
  EXPECT_EQ(routers->virtual_router().tracker().table().size(), 0U);
}

TEST_F(Facts, Fact18InvalidIsNotTranslated) {
  rules("chain n {\n type nat hook postrouting priority 100;\n oifname r1 counter masquerade\n}");
  EXPECT_EQ(send(tcp(kFlow, kRst)), "tcp 10.0.0.1 1000 -> 10.0.1.2 80");
  EXPECT_EQ(send(tcp(kFlow, kSyn)), "tcp 10.0.1.254 1000 -> 10.0.1.2 80");
}

TEST_F(Facts, Fact19MidstreamIsNewAndWhatCannotBeginIsInvalid) {
  forward_chain("ct state new counter\nct state invalid counter");
  std::uint16_t port = 2000;
  for (const int flags : {kAck + 0, kRst + 0, kRst | kAck, kSyn | kAck, kFin + 0, kFin | kAck, 0,
                          kSyn | kFin, kSyn | packet::Tcp::kUrg, kAck | packet::Tcp::kPsh}) {
    send(tcp({"10.0.0.1", "10.0.1.2", ++port, 80}, static_cast<std::uint8_t>(flags), 100, 200));
  }
  EXPECT_EQ(routers->counted(0), 3U);
  EXPECT_EQ(routers->counted(1), 7U);
}

TEST_F(Facts, Fact19StrictRefusesMidstream) {
  forward_chain("ct state new counter\nct state invalid counter");
  routers->sysctl("net.netfilter.nf_conntrack_tcp_loose", "0");
  routers->virtual_router().tracker().settings().tcp_loose = false;
  send(tcp(kFlow, kAck, 100, 200));
  EXPECT_EQ(routers->counted(1), 1U);
}

// A connection, then what is asked.
void shake_hands(TwoRouters& routers) {
  routers.send(tcp(kFlow, kSyn, 100));
  routers.send(tcp(kFlow.reversed(), kSyn | kAck, 500, 101), Side::Right);
  routers.send(tcp(kFlow, kAck, 101, 501));
}

TEST_F(Facts, Fact20ASynOnALivingConnectionIsIgnoredAndThenBelieved) {
  forward_chain("ct state established counter\nct state new counter\nct state invalid counter");
  shake_hands(*routers);
  send(tcp(kFlow, kSyn, 9000));
  routers->compare_state();
  reply(tcp(kFlow.reversed(), kSyn | kAck, 700, 9001));
  routers->compare_state();
  send(tcp(kFlow, kAck, 9001, 701));
}

TEST_F(Facts, Fact20ASynReopensWhatIsClosed) {
  forward_chain("ct state established counter\nct state new counter\nct state invalid counter");
  shake_hands(*routers);
  send(tcp(kFlow, kFin | kAck, 101, 501));
  routers->compare_state();
  reply(tcp(kFlow.reversed(), kFin | kAck, 501, 102));
  routers->compare_state();
  send(tcp(kFlow, kAck, 102, 502));
  routers->compare_state();
  send(tcp(kFlow, kSyn, 9000));
  EXPECT_EQ(routers->counted(1), 2U);
}

TEST_F(Facts, Fact20ResetsAndWindows) {
  forward_chain("ct state established counter\nct state new counter\nct state invalid counter");
  shake_hands(*routers);
  reply(tcp(kFlow.reversed(), kRst, 300));
  reply(tcp(kFlow.reversed(), kAck, 501 + 400000, 101));
  send(tcp(kFlow, kAck, 101, 501 + 400000));
  send(tcp(kFlow, kSyn | kAck, 101, 501));
  routers->compare_state();
  reply(tcp(kFlow.reversed(), kRst, 501));
  routers->compare_state();
  send(tcp(kFlow, kAck, 101, 501));
}

TEST_F(Facts, Fact21ABadChecksumIsInvalid) {
  forward_chain("ct state invalid counter\nct state new counter");
  auto bad = udp(kFlow);
  bad.writable()[26] ^= std::byte{1};
  send(bad);
  auto bad_tcp = tcp(kFlow, kSyn);
  bad_tcp.writable()[36] ^= std::byte{1};
  send(bad_tcp);
  auto bad_echo = echo(kFlow, 8, 7);
  bad_echo.writable()[22] ^= std::byte{1};
  send(bad_echo);
  EXPECT_EQ(routers->counted(0), 3U);
  auto none = udp(kFlow);
  store_be16(&none.writable()[26], 0);
  send(none);
  EXPECT_EQ(routers->counted(1), 1U);
}

TEST_F(Facts, Fact22EstablishedNeedsAnAnswer) {
  forward_chain("ct state new counter\nct state established counter");
  send(udp(kFlow));
  send(udp(kFlow));
  reply(udp(kFlow.reversed()));
  send(udp(kFlow));
  EXPECT_EQ(routers->counted(0), 2U);
  EXPECT_EQ(routers->counted(1), 2U);
}

TEST_F(Facts, Fact23ErrorsAreRelatedToWhatTheyQuote) {
  forward_chain("ct state related counter\nct state invalid counter\nct state new counter");
  const auto request = udp(kFlow);
  send(request);
  reply(icmp_error("10.0.1.9", "10.0.0.1", request));
  reply(icmp_error("10.0.1.9", "10.0.0.7", request));
  reply(icmp_error("10.0.1.9", "10.0.0.1", udp({"10.0.0.1", "10.0.1.2", 5, 5})));
  EXPECT_EQ(routers->counted(0), 1U);
  EXPECT_EQ(routers->counted(1), 2U);
}

TEST_F(Facts, Fact24ADroppedFirstPacketLeavesNoEntry) {
  forward_chain("ct state new counter udp dport 80 drop\nct state new counter");
  EXPECT_EQ(send(udp(kFlow)), "dropped");
  reply(udp(kFlow.reversed()));
  EXPECT_EQ(routers->counted(1), 1U);
}

TEST_F(Facts, Fact26NotrackIsUntrackedAndNotTranslated) {
  rules(
      "chain r {\n type filter hook prerouting priority -300;\n udp dport 80 counter notrack\n}\n"
      "chain l {\n type filter hook prerouting priority -150;\n udp dport 81 counter notrack\n"
      " ct state untracked counter\n ct state new counter\n}\n"
      "chain n {\n type nat hook postrouting priority 100;\n counter masquerade\n}");
  EXPECT_EQ(send(udp(kFlow)), kThrough);
  EXPECT_EQ(send(udp({"10.0.0.1", "10.0.1.2", 1000, 81})), "udp 10.0.1.254 1000 -> 10.0.1.2 81");
}

TEST_F(Facts, Fact28NatChainsSeeFirstPacketsOnly) {
  rules(
      "chain n {\n type nat hook postrouting priority 100;\n counter snat ip to 10.0.1.77\n}\n"
      "chain p {\n type nat hook prerouting priority -100;\n counter\n}");
  EXPECT_EQ(send(udp(kFlow)), "udp 10.0.1.77 1000 -> 10.0.1.2 80");
  EXPECT_EQ(send(udp(kFlow)), "udp 10.0.1.77 1000 -> 10.0.1.2 80");
  EXPECT_EQ(reply(udp({"10.0.1.2", "10.0.1.77", 80, 1000})), "udp 10.0.1.2 80 -> 10.0.0.1 1000");
  EXPECT_EQ(routers->counted(0), 1U);
}

TEST_F(Facts, Fact29ANullBindingMovesAPortThatWouldClash) {
  rules(
      "chain p {\n type nat hook prerouting priority -100;\n udp dport 53 counter dnat ip to "
      "10.0.1.3:80\n}");
  send(udp({"10.0.0.1", "10.0.1.2", 1000, 53}));
  const auto moved = send(udp({"10.0.0.1", "10.0.1.3", 1000, 80}));
  EXPECT_NE(moved, "udp 10.0.0.1 1000 -> 10.0.1.3 80");
}

TEST_F(Facts, Fact30PortsAreKeptWhereFreeAndStayInTheirClass) {
  rules("chain n {\n type nat hook postrouting priority 100;\n counter snat ip to 10.0.1.77\n}");
  EXPECT_EQ(send(udp({"10.0.0.1", "10.0.1.2", 700, 80})), "udp 10.0.1.77 700 -> 10.0.1.2 80");
  EXPECT_NE(send(udp({"10.0.0.3", "10.0.1.2", 700, 80})), "udp 10.0.1.77 700 -> 10.0.1.2 80");
  EXPECT_EQ(send(udp({"10.0.0.3", "10.0.1.3", 701, 80})), "udp 10.0.1.77 701 -> 10.0.1.3 80");
  EXPECT_EQ(send(echo({"10.0.0.1", "10.0.1.2"}, 8, 7)), "icmp 10.0.1.77 -> 10.0.1.2 8/0 id 7");
}

TEST_F(Facts, Fact33RedirectIsToTheFirstAddressOfTheInterface) {
  rules(
      "chain p {\n type nat hook prerouting priority -100;\n udp dport 80 counter redirect to "
      ":8080\n}\n"
      "chain i {\n type filter hook input priority 0;\n ip daddr 10.0.0.254 udp dport 8080 counter "
      "drop\n}");
  EXPECT_EQ(send(udp(kFlow)), "dropped");
  EXPECT_EQ(routers->counted(0, 1), 1U);
}

TEST_F(Facts, Fact34AddressesOfARangeAreChosenByTheKernelsHash) {
  rules(
      "chain n {\n type nat hook postrouting priority 100;\n udp dport 80 counter snat ip to "
      "10.0.1.100-10.0.1.177\n counter snat ip to 10.0.1.100-10.0.1.177 persistent\n}");
  for (const auto* from : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.8"}) {
    for (const auto* to : {"10.0.1.2", "10.0.1.3", "10.0.1.5"}) {
      send(udp({from, to, 1000, 80}));
      send(udp({from, to, 1001, 81}));
    }
  }
}

TEST_F(Facts, Fact35RepliesAreUnDnattedOnlyAtPostrouting) {
  rules(
      "chain p {\n type nat hook prerouting priority -100;\n udp dport 80 counter dnat ip to "
      "10.0.1.3\n}\n"
      "chain a {\n type filter hook postrouting priority 50;\n ip saddr 10.0.1.3 counter\n}\n"
      "chain b {\n type filter hook postrouting priority 150;\n ip saddr 10.0.1.2 counter\n}");
  send(udp(kFlow));
  EXPECT_EQ(reply(udp({"10.0.1.3", "10.0.0.1", 80, 1000})), "udp 10.0.1.2 80 -> 10.0.0.1 1000");
  EXPECT_EQ(routers->counted(0, 1), 1U);
  EXPECT_EQ(routers->counted(0, 2), 1U);
}

TEST_F(Facts, Fact36ErrorsAreTranslatedInsideAndOutside) {
  rules(
      "chain p {\n type nat hook prerouting priority -100;\n udp dport 80 counter dnat ip to "
      "10.0.1.3:8080\n}\n"
      "chain n {\n type nat hook postrouting priority 100;\n oifname r1 counter masquerade\n}");
  send(udp(kFlow));
  const auto translated = udp({"10.0.1.254", "10.0.1.3", 1000, 8080});
  // Byte for byte: the outer source is the public address, the quote is as its receiver sent it.
  reply(icmp_error("10.0.1.9", "10.0.1.254", translated, 11, 0));
  reply(icmp_error("10.0.1.3", "10.0.1.254", translated));
}

TEST_F(Facts, LimitsQuotasAndNumbersAreSharedAndUsedUpWhereReached) {
  forward_chain(
      "udp dport 80 limit rate 1/hour burst 2 packets counter\n"
      "udp dport 80 limit rate over 1/hour burst 2 packets counter\n"
      "udp dport 80 quota 60 bytes counter\nudp dport 80 quota over 60 bytes counter\n"
      "udp dport 80 meta mark set numgen inc mod 2\nmeta mark 1 counter");
  for (int i = 0; i < 5; ++i)
    send(udp({"10.0.0.1", "10.0.1.2", static_cast<std::uint16_t>(i + 1), 80}));
  send(udp({"10.0.0.1", "10.0.1.2", 1, 81}));
}

TEST_F(Facts, DynamicSetsFillAndRefuse) {
  rules(
      "set s {\n type ipv4_addr; size 2; flags dynamic;\n}\n"
      "chain f {\n type filter hook forward priority 0;\n"
      " ip saddr @s counter\n add @s { ip saddr } counter\n"
      " update @s { ip saddr limit rate over 1/hour burst 1 packets } counter\n}");
  for (const auto* from : {"10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"}) {
    send(udp({from, "10.0.1.2", 1, 80}));
  }
}

TEST_F(Facts, ConnectionsAreCounted) {
  forward_chain("ct state new ct count over 2 counter drop\nct count 1 counter");
  for (std::uint16_t i = 1; i < 5; ++i) send(udp({"10.0.0.1", "10.0.1.2", i, 80}));
}

TEST_F(Facts, ChangesOfThePacketMendItsChecksums) {
  forward_chain(
      "ip dscp set cs1 ip ttl set 9 counter\nudp dport set 81 counter\n"
      "ip saddr set 10.0.0.9 counter\ntcp option maxseg size set 1000 counter");
  send(udp(kFlow, "abc"));
  send(conntrack::ip_packet(
      packet::ipv4({.src = Ipv4Address(10, 0, 0, 1), .dst = Ipv4Address(10, 0, 1, 2)}) /
      packet::tcp({.options = parse_hex("02 04 05 b4").value()})));
}

TEST_F(Facts, FlowsHaveMarksAndZones) {
  rules(
      "chain r {\n type filter hook prerouting priority -300;\n udp dport 81 ct zone set 5\n}\n"
      "chain f {\n type filter hook forward priority 0;\n ct mark set meta mark counter\n"
      " ct state new ct mark set 7 counter\n ct mark 7 counter\n ct zone 5 counter\n"
      " ct status snat counter\n ct direction reply counter\n ct original ip saddr 10.0.0.1 "
      "counter\n"
      " udp dport 80 ct original proto-dst 80 counter\n ct bytes > 40 counter\n ct packets 1 "
      "counter\n}");
  send(udp(kFlow));
  send(udp({"10.0.0.1", "10.0.1.2", 1000, 81}));
  reply(udp(kFlow.reversed()));
}

}  // namespace
}  // namespace topoproof::machine
