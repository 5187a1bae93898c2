// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/nat.hh"

#include <functional>

#include <gtest/gtest.h>

#include "conntrack/jhash.hh"
#include "conntrack/test_packets.hh"

namespace topoproof::conntrack {
namespace {

// One nat chain, as a function.
class Chain : public NatChains {
 public:
  std::size_t count() const override { return 1; }
  Outcome run(std::size_t /*chain*/, skb::Skb& packet) override {
    ++runs;
    return rule ? rule(packet) : accepted();
  }
  std::function<Outcome(skb::Skb&)> rule;
  int runs = 0;
};

NatRange to(const std::string& address, std::uint16_t port = 0) {
  const auto raw = raw_address(IpAddress::parse(address).value());
  return {.flags = kMapAddresses | (port == 0 ? 0 : kMapPorts),
          .low = raw,
          .high = raw,
          .low_port = port,
          .high_port = port};
}

class Translation : public testing::Test {
 protected:
  void dnat(const NatRange& range) {
    in.rule = [this, range](auto& packet) { return nat.bind(packet, range, Manip::Destination); };
  }
  void snat(const NatRange& range) {
    out.rule = [this, range](auto& packet) { return nat.bind(packet, range, Manip::Source); };
  }
  skb::Skb forward(skb::Skb packet) {
    EXPECT_TRUE(tracker.track(packet, kPrerouting).accepts());
    last = nat.translate(packet, kPrerouting, in);
    if (last.accepts()) last = nat.translate(packet, kPostrouting, out);
    if (last.accepts()) last = tracker.confirm(packet);
    return packet;
  }
  std::string through(skb::Skb packet) {
    const auto done = forward(std::move(packet));
    EXPECT_TRUE(has_good_checksums(done)) << text_of(done);
    return text_of(done);
  }

  Clock clock;
  Tracker tracker{clock};
  Nat nat{tracker};
  Chain in;
  Chain out;
  Outcome last;
  const Ends ends;
};

TEST_F(Translation, Fact28OnlyTheFirstPacketAsksTheChains) {
  snat(to("192.0.2.1"));
  EXPECT_EQ(through(udp(ends)), "udp 192.0.2.1 1000 -> 10.0.0.2 80");
  EXPECT_EQ(through(udp(ends)), "udp 192.0.2.1 1000 -> 10.0.0.2 80");
  EXPECT_EQ(through(udp({"10.0.0.2", "192.0.2.1", 80, 1000})), "udp 10.0.0.2 80 -> 10.0.0.1 1000");
  EXPECT_EQ(out.runs, 1);
  EXPECT_EQ(in.runs, 1);
}

TEST_F(Translation, DestinationWithPortAndBack) {
  dnat(to("10.0.0.9", 8080));
  EXPECT_EQ(through(tcp(ends, packet::Tcp::kSyn)), "tcp 10.0.0.1 1000 -> 10.0.0.9 8080");
  EXPECT_EQ(through(tcp({"10.0.0.9", "10.0.0.1", 8080, 1000}, packet::Tcp::kSyn | packet::Tcp::kAck,
                        1, 2)),
            "tcp 10.0.0.2 80 -> 10.0.0.1 1000");
}

TEST_F(Translation, PortOnlyKeepsTheAddress) {
  dnat({.flags = kMapPorts, .low_port = 81, .high_port = 81});
  EXPECT_EQ(through(udp(ends)), "udp 10.0.0.1 1000 -> 10.0.0.2 81");
}

TEST_F(Translation, AUdpPacketWithoutChecksumKeepsHavingNone) {
  snat(to("192.0.2.1"));
  auto packet = udp(ends);
  store_be16(&packet.writable()[26], 0);
  const auto done = forward(packet);
  EXPECT_EQ(load_be16(&done.bytes()[26]), 0U);
}

TEST_F(Translation, Fact29ANullBindingMovesAPortThatWouldClash) {
  dnat(to("10.0.0.9"));
  through(udp({"10.0.0.1", "10.0.0.2", 1000, 80}));
  in.rule = nullptr;
  // Another flow that the server's answers could not tell from the first.
  const auto moved = through(udp({"10.0.0.1", "10.0.0.9", 1000, 80}));
  EXPECT_NE(moved, "udp 10.0.0.1 1000 -> 10.0.0.9 80");
  EXPECT_TRUE(moved.starts_with("udp 10.0.0.1 ")) << moved;
  EXPECT_TRUE(moved.ends_with(" -> 10.0.0.9 80")) << moved;
}

TEST_F(Translation, Fact30AClashingPortStaysInItsClass) {
  snat(to("192.0.2.1"));
  struct Case {
    std::uint16_t port;
    RandomChoice expected;
  };
  for (const auto& [port, expected] :
       {Case{100, {1, 511}}, Case{700, {600, 1023}}, Case{4000, {1024, 65535}}}) {
    through(udp({"10.0.0.1", "10.0.0.2", port, 80}));
    const auto done = forward(udp({"10.0.0.3", "10.0.0.2", port, 80}));
    EXPECT_EQ(entry_of(done)->choice, expected);
    const auto chosen = tuple_of(done).source_port;
    EXPECT_TRUE(chosen != port && chosen >= expected.first && chosen <= expected.last) << chosen;
  }
  EXPECT_FALSE(entry_of(forward(udp({"10.0.0.1", "10.0.0.2", 5, 80})))->choice.has_value());
}

TEST_F(Translation, APortThatWasDrawnIsNamedForEveryPacketOfItsFlow) {
  snat(to("192.0.2.1"));
  through(udp({"10.0.0.1", "10.0.0.2", 4000, 80}));
  const auto chosen = tuple_of(forward(udp({"10.0.0.3", "10.0.0.2", 4000, 80}))).source_port;
  nat.forget_draws();
  EXPECT_EQ(tuple_of(forward(udp({"10.0.0.3", "10.0.0.2", 4000, 80}))).source_port, chosen);
  ASSERT_EQ(nat.drawn().size(), 1U);
  EXPECT_EQ(nat.drawn().front().port, chosen);
}

// nf_nat_l4proto_unique_tuple begins anywhere for a source only.
TEST_F(Translation, ADestinationsPortsBeginWithTheFirst) {
  auto range = to("10.0.0.9", 8080);
  range.high_port = 8090;
  dnat(range);
  EXPECT_EQ(through(udp(ends)), "udp 10.0.0.1 1000 -> 10.0.0.9 8080");
  EXPECT_TRUE(nat.drawn().empty());
}

TEST_F(Translation, Fact30AnEchoIdIsChosenLikeAPort) {
  snat(to("192.0.2.1"));
  EXPECT_EQ(through(echo(ends, 8, 7)), "icmp 192.0.2.1 -> 10.0.0.2 8/0 id 7");
  const auto done = forward(echo({"10.0.0.3", "10.0.0.2"}, 8, 7));
  EXPECT_NE(tuple_of(done).source_port, 7U);
  EXPECT_TRUE(has_good_checksums(done));
}

TEST_F(Translation, Fact31MasqueradeWithoutAnAddressDrops) {
  out.rule = [this](auto& packet) { return nat.masquerade(packet, {}, 2, {}); };
  forward(udp(ends));
  EXPECT_EQ(last.verdict, Verdict::Drop);
}

TEST_F(Translation, Fact32AMasqueradedFlowThatLeavesElsewhereEnds) {
  out.rule = [this](auto& packet) {
    return nat.masquerade(packet, {}, 2, IpAddress(Ipv4Address(192, 0, 2, 1)));
  };
  EXPECT_EQ(through(udp(ends)), "udp 192.0.2.1 1000 -> 10.0.0.2 80");
  auto packet = udp(ends);
  ASSERT_TRUE(tracker.track(packet, kPrerouting).accepts());
  auto elsewhere = kPostrouting;
  elsewhere.out = 3;
  EXPECT_EQ(nat.translate(packet, elsewhere, out).verdict, Verdict::Drop);
  EXPECT_EQ(tracker.table().size(), 0U);
}

TEST_F(Translation, Fact32AnAddressGoneEndsItsFlows) {
  out.rule = [this](auto& packet) {
    return nat.masquerade(packet, {}, 2, IpAddress(Ipv4Address(192, 0, 2, 1)));
  };
  through(udp(ends));
  nat.forget_masqueraded(2, IpAddress(Ipv4Address(192, 0, 2, 2)));
  EXPECT_EQ(tracker.table().size(), 1U);
  nat.forget_masqueraded(2);
  EXPECT_EQ(tracker.table().size(), 0U);
}

TEST_F(Translation, Fact33RedirectGoesToTheInterfaceAndAtOutputToLoopback) {
  in.rule = [this](auto& packet) {
    return nat.redirect(packet, {}, kPrerouting, IpAddress(Ipv4Address(10, 0, 0, 254)));
  };
  EXPECT_EQ(through(udp(ends)), "udp 10.0.0.1 1000 -> 10.0.0.254 80");
  auto local = udp({"10.0.0.5", "10.0.0.2", 1, 2});
  in.rule = [this](auto& packet) { return nat.redirect(packet, {}, kOutput, {}); };
  ASSERT_TRUE(tracker.track(local, kOutput).accepts());
  ASSERT_TRUE(nat.translate(local, kOutput, in).accepts());
  EXPECT_EQ(text_of(local), "udp 10.0.0.5 1 -> 127.0.0.1 2");
  EXPECT_TRUE(Nat::needs_new_route(local));
}

TEST_F(Translation, Fact35RepliesAreUnDnattedOnlyAtPostrouting) {
  dnat(to("10.0.0.9"));
  through(udp(ends));
  auto answer = udp({"10.0.0.9", "10.0.0.1", 80, 1000});
  ASSERT_TRUE(tracker.track(answer, kPrerouting).accepts());
  ASSERT_TRUE(nat.translate(answer, kPrerouting, in).accepts());
  EXPECT_EQ(text_of(answer), "udp 10.0.0.9 80 -> 10.0.0.1 1000");
  ASSERT_TRUE(nat.translate(answer, kPostrouting, out).accepts());
  EXPECT_EQ(text_of(answer), "udp 10.0.0.2 80 -> 10.0.0.1 1000");
}

TEST_F(Translation, Fact36AnErrorCarriesTheQuoteAsItsReceiverSentIt) {
  snat(to("192.0.2.1"));
  const auto sent = forward(udp(ends));
  auto quoted = sent;
  const auto done = forward(icmp_error("10.0.0.66", "192.0.2.1", quoted));
  EXPECT_TRUE(last.accepts());
  EXPECT_EQ(to_string(done.source()), "10.0.0.66");
  EXPECT_EQ(to_string(done.destination()), "10.0.0.1");
  EXPECT_TRUE(has_good_checksums(done));
  const skb::Skb inner(done.bytes().subspan(28), skb::kEtherIpv4);
  EXPECT_EQ(text_of(inner), "udp 10.0.0.1 1000 -> 10.0.0.2 80");
}

TEST_F(Translation, Fact36WithDnatTheMiddleRouterIsHidden) {
  dnat(to("10.0.0.9"));
  const auto sent = forward(udp(ends));
  const auto done = forward(icmp_error("10.0.0.66", "10.0.0.1", sent, 11, 0));
  EXPECT_EQ(to_string(done.source()), "10.0.0.2");
  EXPECT_TRUE(has_good_checksums(done));
}

TEST_F(Translation, ABadErrorChecksumIsInvalidAndARedirectOfATranslatedFlowIsDropped) {
  snat(to("192.0.2.1"));
  const auto sent = forward(udp(ends));
  forward(icmp_error("10.0.0.66", "192.0.2.1", sent, 5, 1));
  EXPECT_EQ(last.verdict, Verdict::Drop);
}

TEST_F(Translation, Fact18InvalidPacketsAreNotTranslated) {
  snat(to("192.0.2.1"));
  EXPECT_EQ(through(tcp(ends, packet::Tcp::kRst)), "tcp 10.0.0.1 1000 -> 10.0.0.2 80");
}

TEST_F(Translation, Fact39HairpinWithBothTranslations) {
  dnat(to("10.0.0.1", 8080));
  snat(to("10.0.0.254"));
  EXPECT_EQ(through(udp(ends)), "udp 10.0.0.254 1000 -> 10.0.0.1 8080");
  EXPECT_EQ(through(udp({"10.0.0.1", "10.0.0.254", 8080, 1000})),
            "udp 10.0.0.2 80 -> 10.0.0.1 1000");
}

TEST_F(Translation, AClientKeepsItsAddressTowardsOtherServers) {
  snat({.flags = kMapAddresses,
        .low = raw_address(IpAddress(Ipv4Address(192, 0, 2, 1))),
        .high = raw_address(IpAddress(Ipv4Address(192, 0, 2, 250)))});
  const auto first = tuple_of(forward(udp(ends)));
  for (std::uint8_t i = 3; i < 20; ++i) {
    const auto next =
        tuple_of(forward(udp({"10.0.0.1", to_string(Ipv4Address(10, 0, 0, i)), 1000, 80})));
    EXPECT_EQ(next.source, first.source);
  }
}

TEST_F(Translation, NetmapKeepsTheHostPart) {
  const NatRange network{.flags = kNetmap,
                         .low = raw_address(IpAddress(Ipv4Address(192, 0, 2, 0))),
                         .high = raw_address(IpAddress(Ipv4Address(192, 0, 2, 255)))};
  const auto mapped = netmap_range(network, raw_address(IpAddress(Ipv4Address(10, 0, 0, 77))));
  EXPECT_EQ(to_string(ip_address(mapped.low, Family::Ipv4)), "192.0.2.77");
}

TEST_F(Translation, Ipv6IsTranslatedWithItsChecksum) {
  const auto raw = raw_address(IpAddress::parse("2001:db8::1").value());
  snat({.flags = kMapAddresses, .low = raw, .high = raw});
  auto packet = udp({"fd00::1", "fd00::2", 1, 2});
  HookPoint at = kPrerouting;
  at.family = Family::Ipv6;
  ASSERT_TRUE(tracker.track(packet, at).accepts());
  at.hook = firewall::Hook::Postrouting;
  ASSERT_TRUE(nat.translate(packet, at, out).accepts());
  EXPECT_EQ(text_of(packet), "udp 2001:db8::1 1 -> fd00::2 2");
  EXPECT_TRUE(has_good_checksums(packet));
}

TEST(JenkinsHash, IsTheOneThatTheKernelUses) {
  // lookup3.c's own examples of hashlittle().
  EXPECT_EQ(jhash_bytes({}, 0), 0xdeadbeefU);
  EXPECT_EQ(jhash_bytes(as_view("Four score and seven years ago"), 0), 0x17770551U);
  EXPECT_EQ(jhash_bytes(as_view("Four score and seven years ago"), 1), 0xcd628161U);
}

}  // namespace
}  // namespace topoproof::conntrack
