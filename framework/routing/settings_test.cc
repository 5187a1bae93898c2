// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing/settings.hh"

#include <gtest/gtest.h>

namespace topoproof::routing {
namespace {

using Sysctls = std::vector<state::Sysctl>;

InterfaceSettings eth0(const Sysctls& sysctls) { return SettingsReader(sysctls).interface("eth0"); }

TEST(Settings, AreTheKernelsOwnWhereNothingIsSaid) {
  EXPECT_EQ(eth0({}), InterfaceSettings{});
  EXPECT_EQ(SettingsReader(Sysctls{}).node(), NodeSettings{});
}

TEST(Settings, AnInterfaceIsBornWithTheDefaults) {
  EXPECT_TRUE(eth0({{"net.ipv4.conf.default.proxy_arp", "1"}}).proxy_arp);
  const Sysctls defaults{{"net.ipv4.conf.default.forwarding", "1"}};
  EXPECT_TRUE(SettingsReader(defaults).interface("eth0").forwarding);
  EXPECT_FALSE(SettingsReader(defaults).interface("lo").forwarding);
}

TEST(Settings, ReversePathFilterIsTheLargerOfAllAndOwn) {
  EXPECT_EQ(eth0({{"net.ipv4.conf.all.rp_filter", "1"}}).rp_filter, 1);
  EXPECT_EQ(
      eth0({{"net.ipv4.conf.all.rp_filter", "1"}, {"net.ipv4.conf.eth0.rp_filter", "2"}}).rp_filter,
      2);
  EXPECT_EQ(
      eth0({{"net.ipv4.conf.all.rp_filter", "0"}, {"net.ipv4.conf.eth1.rp_filter", "1"}}).rp_filter,
      0);
}

TEST(Settings, RedirectsAreSentIfEitherSaysSo) {
  EXPECT_TRUE(eth0({{"net.ipv4.conf.all.send_redirects", "0"}}).send_redirects);
  EXPECT_FALSE(eth0({{"net.ipv4.conf.all.send_redirects", "0"},
                     {"net.ipv4.conf.default.send_redirects", "0"}})
                   .send_redirects);
}

TEST(Settings, ForwardingIsWrittenToEveryInterface) {
  EXPECT_TRUE(eth0({{"net.ipv4.ip_forward", "1"}}).forwarding);
  EXPECT_FALSE(
      eth0({{"net.ipv4.ip_forward", "1"}, {"net/ipv4/conf/eth0/forwarding", "0"}}).forwarding);
}

// The simulator looked at ip_forward alone where both stood, which a plan pins.
TEST(Settings, ForwardingOfAllIsTheSameSwitchAndTheLaterWrittenHolds) {
  const Sysctls by_all{{"net.ipv4.ip_forward", "0"}, {"net.ipv4.conf.all.forwarding", "1"}};
  EXPECT_TRUE(eth0(by_all).forwarding);
  EXPECT_TRUE(SettingsReader(by_all).node().ip_forward);
  const Sysctls by_name{{"net/ipv4/conf/all/forwarding", "1"}, {"net.ipv4.ip_forward", "0"}};
  EXPECT_FALSE(eth0(by_name).forwarding);
  EXPECT_FALSE(SettingsReader(by_name).node().ip_forward);
  EXPECT_TRUE(eth0({{"net.ipv4.conf.all.forwarding", "1"}}).forwarding);
}

TEST(Settings, SlashesLetAnInterfacesNameHaveDots) {
  const Sysctls sysctls{{"net/ipv4/conf/eth0.5/rp_filter", "1"}};
  EXPECT_EQ(SettingsReader(sysctls).interface("eth0.5").rp_filter, 1);
  const Sysctls turned{{"net.ipv4.conf.eth0/5.rp_filter", "1"}};
  EXPECT_EQ(SettingsReader(turned).interface("eth0.5").rp_filter, 1);
}

TEST(Settings, Ipv6IsSwitchedOffForAll) {
  EXPECT_TRUE(eth0({}).ipv6);
  EXPECT_FALSE(eth0({{"net.ipv6.conf.all.disable_ipv6", "1"}}).ipv6);
}

TEST(Settings, WhatNothingReadsIsTold) {
  const Sysctls sysctls{{"net.ipv4.ip_forward", "1"},
                        {"net.ipv4.tcp_ecn", "1"},
                        {"net.core.somaxconn", "9"},
                        {"net.ipv4.conf.eth0.disable_policy", "1"}};
  EXPECT_EQ(unread_settings(sysctls),
            (UnreadSettings{.of_packets = {{"net.ipv4.conf.eth0.disable_policy", "1"}},
                            .of_tcp_sockets = {{"net.ipv4.tcp_ecn", "1"}}}));
}

// Those of hardening guides, and of who tunes buffers.
TEST(Settings, WhatTheKernelDoesAnywayIsNoNews) {
  const Sysctls sysctls{{"net.ipv4.tcp_ecn", "2"},
                        {"net.ipv4.tcp_syncookies", "1"},
                        {"net.ipv4.tcp_fin_timeout", "15"},
                        {"net.ipv4.ip_no_pmtu_disc", "0"},
                        {"net.ipv4.conf.all.accept_source_route", "0"},
                        {"net.ipv4.neigh.eth0.gc_stale_time", "7"},
                        {"net.ipv6.conf.default.use_tempaddr", "2"},
                        {"net.netfilter.nf_conntrack_udp_timeout", "7"}};
  EXPECT_EQ(unread_settings(sysctls), UnreadSettings{});
  EXPECT_EQ(unread_settings(Sysctls{{"net.ipv4.ip_no_pmtu_disc", "1"}}).of_packets.size(), 1U);
}

TEST(Settings, SayHowLongConnectionsAreRemembered) {
  const Sysctls sysctls{{"net.netfilter.nf_conntrack_udp_timeout", "7"},
                        {"net.netfilter.nf_conntrack_tcp_timeout_close", "3"}};
  EXPECT_EQ(SettingsReader(sysctls).node().timeouts, (TrackingTimeouts{.tcp_close = 3, .udp = 7}));
}

}  // namespace
}  // namespace topoproof::routing
