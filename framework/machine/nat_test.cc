// SPDX-License-Identifier: GPL-2.0-or-later
// Rules that translate.
#include <gtest/gtest.h>

#include "machine/test_machine.hh"

namespace topoproof::machine {
namespace {

using namespace firewall;  // NOLINT: rules in their own words

Table nat_table(firewall::Hook hook, std::vector<Rule> rules) {
  auto chain = make_base_chain("c", ChainType::Nat, hook, 0);
  chain.rules = std::move(rules);
  return table_of({chain}, firewall::TableFamily::Inet);
}

skb::Skb tracked(Filter& f, skb::Skb packet) {
  const auto family = packet.is_ipv6() ? Family::Ipv6 : Family::Ipv4;
  EXPECT_TRUE(f.tracker.track(packet, {.family = family}).accepts());
  return packet;
}
std::string reply_of(const skb::Skb& packet) {
  return to_string(conntrack::entry_of(packet)->reply());
}

TEST(NatRules, DestinationWithAddressAndPort) {
  Filter f(nat_table(firewall::Hook::Prerouting,
                     {make_rule(firewall::TableFamily::Inet,
                                {udp_dport(80), dnat_to(Ipv4Address(10, 0, 0, 9), 8080)})}));
  auto packet = tracked(f, udp());
  EXPECT_EQ(f.decide_in_place(packet), "accept");
  EXPECT_EQ(reply_of(packet), "udp 10.0.0.9 8080 -> 10.0.0.1 1000");
}

TEST(NatRules, InInetAPacketOfTheOtherFamilyPassesBy) {
  Filter f(
      nat_table(firewall::Hook::Prerouting,
                {rule({Immediate{reg(1), IpAddress(Ipv4Address(10, 0, 0, 9)).bytes()},
                       Nat{.kind = NatKind::Destination, .family = Family::Ipv4, .address = reg(1)},
                       Counter{}})}));
  auto packet = tracked(f, udp({"fd00::1", "fd00::2"}));
  EXPECT_EQ(f.decide_in_place(packet), "accept");
  EXPECT_EQ(f.counted(0), 1U);
  EXPECT_FALSE(conntrack::entry_of(packet)->has(conntrack::kDestinationNat));
}

TEST(NatRules, MasqueradeTakesTheAddressOfTheWayOut) {
  Filter f(nat_table(firewall::Hook::Postrouting,
                     {make_rule(firewall::TableFamily::Inet, {masquerade()})}));
  auto packet = tracked(f, udp());
  EXPECT_EQ(f.decide_in_place(packet), "accept");
  EXPECT_EQ(reply_of(packet), "udp 10.0.0.2 80 -> 192.0.2.1 1000");
  f.environment.own_address = {};
  auto next = tracked(f, udp({.sport = 5}));
  EXPECT_EQ(f.decide_in_place(next), "drop");
}

TEST(NatRules, RedirectDiffersAtTheOutputHook) {
  const auto rules = {make_rule(firewall::TableFamily::Inet, {udp_dport(80), redirect_to(8080)})};
  Filter in(nat_table(firewall::Hook::Prerouting, rules));
  auto packet = tracked(in, udp());
  in.decide_in_place(packet);
  EXPECT_EQ(reply_of(packet), "udp 192.0.2.1 8080 -> 10.0.0.1 1000");
  Filter out(nat_table(firewall::Hook::Output, rules));
  auto local = tracked(out, udp());
  out.decide_in_place(local);
  EXPECT_EQ(reply_of(local), "udp 127.0.0.1 8080 -> 10.0.0.1 1000");
}

}  // namespace
}  // namespace topoproof::machine
