// SPDX-License-Identifier: GPL-2.0-or-later
// Names, places and routes as people write them in one line.
#include "topofile/short_forms.hh"

#include <gtest/gtest.h>

namespace topoproof::topofile {
namespace {

std::string route(const std::string& text) {
  Issues issues;
  const auto found = read_route(document::make_scalar(text), issues);
  return found ? state::describe(*found) : issues.at(0).text;
}

TEST(Route, IsWrittenAsForTheIpCommand) {
  EXPECT_EQ(route("default via 192.168.15.5"), "route default via 192.168.15.5");
  EXPECT_EQ(route("10.0.0.0/8 via 10.1.0.1 dev eth0 metric 50 src 10.1.0.2"),
            "route 10.0.0.0/8 via 10.1.0.1 dev eth0 src 10.1.0.2 metric 50");
  EXPECT_EQ(route("10.9.0.0/16 dev eth1"), "route 10.9.0.0/16 dev eth1");
  EXPECT_EQ(route("blackhole 10.9.0.0/16"), "route blackhole 10.9.0.0/16");
  EXPECT_EQ(route("unreachable 10.9.0.0/16 metric 5"), "route unreachable 10.9.0.0/16 metric 5");
  EXPECT_EQ(route("prohibit fd00:9::/32"), "route prohibit fd00:9::/32");
}

std::string policy_rule(const std::string& text) {
  Issues issues;
  const auto found = read_policy_rule(document::make_scalar(text), issues);
  return found ? state::describe(*found) : issues.at(0).text;
}

TEST(PolicyRule, IsWrittenAsForTheIpCommand) {
  EXPECT_EQ(policy_rule("from 10.0.0.0/8 lookup 100 priority 7"),
            "ipv4 rule 7: from 10.0.0.0/8 lookup 100");
  EXPECT_EQ(policy_rule("table main pref 5 to fd00::/8 fwmark 0x1/0xff"),
            "ipv6 rule 5: from all to fd00::/8 fwmark 0x1/0xff lookup main");
  EXPECT_EQ(policy_rule("not fwmark 51820 lookup 51820 pref 1"),
            "ipv4 rule 1: not from all fwmark 0xca6c lookup 51820");
  EXPECT_EQ(policy_rule("ipv6 lookup main suppress_prefixlength 0 pref 1"),
            "ipv6 rule 1: from all lookup main suppress_prefixlength 0");
  EXPECT_EQ(policy_rule("iif eth1 oif lo unreachable pref 2"),
            "ipv4 rule 2: from all iif eth1 oif lo unreachable");
}

TEST(PolicyRule, SaysWhatIsWrong) {
  EXPECT_EQ(policy_rule("from 10.0.0.0/8"),
            "a rule needs one of 'lookup TABLE', 'blackhole', 'unreachable' and 'prohibit'");
  EXPECT_EQ(policy_rule("from 10.0.0.0/8 to fd00::/8 lookup 7"),
            "fd00::/8 is not of the family of the rule, which is ipv4");
  EXPECT_EQ(policy_rule("lookup vpn"),
            "'vpn' is no routing table: main, local, default, or a number from 1 on");
  EXPECT_EQ(policy_rule("fwmark 0x100/0xff lookup 7"),
            "'0x100/0xff' is no mark like 0x1 or 0x1/0xff, within its mask");
}

TEST(PolicyRule, GetsThePriorityThatTheKernelWouldGiveIt) {
  std::vector<topology::Located<state::Rule>> rules(4);
  rules[1].value.priority = 100;
  rules[3].value.family = Family::Ipv6;
  give_priorities(rules);
  std::vector<std::uint32_t> priorities;
  for (const auto& rule : rules) priorities.push_back(rule.value.priority);
  EXPECT_EQ(priorities, (std::vector<std::uint32_t>{32765, 100, 99, 32765}));
}

TEST(Route, HasSeveralNextHops) {
  Issues issues;
  const auto found = read_route(
      document::make_scalar("10.0.0.0/8 nexthop via 10.1.0.1 nexthop via 10.2.0.1 weight 2"),
      issues);
  ASSERT_TRUE(found) << to_string(issues);
  ASSERT_EQ(found->next_hops.size(), 2U);
  EXPECT_EQ(state::describe(found->next_hops[0]), "via 10.1.0.1 weight 1");
  EXPECT_EQ(state::describe(found->next_hops[1]), "via 10.2.0.1 weight 2");
}

TEST(Route, DefaultIsOfTheFamilyOfItsGateway) {
  Issues issues;
  const auto found = read_route(document::make_scalar("default via fd00::1"), issues);
  ASSERT_TRUE(found) << to_string(issues);
  EXPECT_EQ(found->destination, make_default_prefix(Family::Ipv6));
  EXPECT_EQ(read_route(document::make_scalar("default dev eth0"), issues)->family(), Family::Ipv4);
}

TEST(Route, SaysWhatIsWrong) {
  EXPECT_EQ(route("10.0.0.0/8"), "a route needs 'via ADDRESS' or 'dev INTERFACE'");
  EXPECT_EQ(route("10.0.0.5/8 via 10.1.0.1"),
            "'10.0.0.5/8': host bits are set; the network is 10.0.0.0/8");
  EXPECT_EQ(route("default vai 10.0.0.1"), "unknown word 'vai'; did you mean 'via'?");
  EXPECT_EQ(route("default via"), "expected an address after 'via'");
  EXPECT_EQ(route("10.0.0.0/8 via fd00::1"),
            "fd00::1 is not of the family of 10.0.0.0/8, which is ipv4");
  EXPECT_EQ(route("blackhole 10.0.0.0/8 via 10.1.0.1"),
            "a route of type blackhole leads nowhere: no 'via', 'dev' or nexthop");
  EXPECT_EQ(route("10.0.0.0/8 via 10.1.0.1 nexthop via 10.1.0.2"),
            "a route has either 'via' and 'dev', or nexthops");
  EXPECT_EQ(route("10.0.0.0/8 nexthop weight 2"),
            "a nexthop needs 'via ADDRESS' or 'dev INTERFACE'");
}

TEST(Neighbor, IsWrittenAsForTheIpCommand) {
  Issues issues;
  const auto found = read_neighbor(
      document::make_scalar("192.168.15.1 lladdr 02:00:00:00:00:01 dev eth0"), issues);
  ASSERT_TRUE(found) << to_string(issues);
  EXPECT_EQ(state::describe(*found),
            "neighbor 192.168.15.1 on eth0 is 02:00:00:00:00:01 permanent");
  EXPECT_FALSE(read_neighbor(document::make_scalar("192.168.15.1 dev eth0"), issues));
  EXPECT_EQ(issues.at(0).text, "a neighbour needs 'lladdr MAC'");
}

TEST(NodeName, NeverLooksLikeAnAddress) {
  EXPECT_EQ(parse_node_name("web-1_b"), "web-1_b");
  EXPECT_EQ(parse_node_name("10.0.0.1").error().text,
            "node name '10.0.0.1': letters, digits, '-' and '_' are allowed, and '-' not as the "
            "first");
  EXPECT_EQ(parse_node_name("all").error().text,
            "node name 'all' is a word of the format; take another one");
  EXPECT_FALSE(parse_node_name(""));
  EXPECT_FALSE(parse_node_name("->"));
  EXPECT_FALSE(parse_node_name(std::string(64, 'a')));
}

TEST(Place, NamesANodeAnInterfaceOrAPort) {
  EXPECT_EQ(parse_place("red"), Place{"red"});
  EXPECT_EQ(parse_place("red:eth0"), (Place{"red", "", "eth0"}));
  EXPECT_EQ(parse_place("host:br0/p1"), (Place{"host", "br0", "p1"}));
  EXPECT_EQ(parse_place("red:").error().text, "interface name '' is empty");
  EXPECT_EQ(parse_place("red:a-very-long-interface").error().text,
            "interface name 'a-very-long-interface' has 21 bytes; Linux allows 15");
}

TEST(AddressPort, TakesAColonForIpv4AndASpaceForBoth) {
  const IpAddress v4 = *IpAddress::parse("192.168.15.2");
  const IpAddress v6 = *IpAddress::parse("fd00::2");
  EXPECT_EQ(parse_address_port("192.168.15.2"), AddressPort{v4});
  EXPECT_EQ(parse_address_port("192.168.15.2:80"), (AddressPort{v4, 80}));
  EXPECT_EQ(parse_address_port("192.168.15.2 udp/53"), (AddressPort{v4, 53, flow::Protocol::Udp}));
  EXPECT_EQ(parse_address_port("fd00::2"), AddressPort{v6});
  EXPECT_EQ(parse_address_port("fd00::2 tcp/80"), (AddressPort{v6, 80, flow::Protocol::Tcp}));
}

TEST(AddressPort, KnowsTheBracketsThatItDoesNotTake) {
  EXPECT_EQ(parse_address_port("[fd00::2]:80").error().text,
            "'[fd00::2]:80': write an IPv6 address with a port as 'fd00::2 tcp/80'");
  EXPECT_EQ(parse_address_port("192.168.15.2:http").error().text,
            "'192.168.15.2:http': the port must be from 1 to 65535");
  EXPECT_EQ(parse_address_port("fd00::2 icmp").error().text, "'fd00::2 icmp' has no port");
}

TEST(SysctlName, BelongsToTheNodeAndNotToTheMachine) {
  EXPECT_EQ(parse_sysctl_name("net.ipv4.conf.eth0.rp_filter"), "net.ipv4.conf.eth0.rp_filter");
  EXPECT_EQ(parse_sysctl_name("kernel.hostname").error().text,
            "sysctl 'kernel.hostname': only net.* belongs to a node, the rest is the machine's");
  EXPECT_EQ(parse_sysctl_name("net/../kernel/x").error().text,
            "'net/../kernel/x' is not the name of a sysctl");
}

}  // namespace
}  // namespace topoproof::topofile
