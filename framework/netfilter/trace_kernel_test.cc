// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel tells about packets that are sent over the loopback interface:
//
//   127.0.0.1 --- output hooks --- lo --- prerouting, input hooks --- 127.0.0.1
#include <algorithm>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "firewall/describe.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "netfilter/trace.hh"
#include "netlink/peer_namespace.hh"
#include "sys/error.hh"
#include "sys/fd.hh"
#include "sys/kernel_test.hh"
#include "sys/netns.hh"

namespace topoproof::netfilter {
namespace {

using Lines = std::vector<std::string>;

void bring_loopback_up() {
  const sys::Fd fd(sys::check_result(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  ifreq request{};
  std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP;
  sys::check_result(::ioctl(fd.get(), SIOCSIFFLAGS, &request), "bring lo up");
}

class Trace : public sys::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    netns_ = sys::Netns::create();
    sys::run_in(netns_, [&] {
      bring_loopback_up();
      socket_.emplace(netlink::Protocol::Netfilter);
      monitor_.emplace();
    });
  }

  void load(const std::string& text) { ASSERT_EQ(to_string(load_text(netns_, text)), ""); }
  void trace_all() { ASSERT_EQ(to_string(install_trace(*socket_)), ""); }

  void send_udp(std::uint16_t port) {
    sys::run_in(netns_, [&] {
      const sys::Fd fd(
          sys::check_result(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      // Where a rule at output drops it the call itself is refused.
      (void)::sendto(fd.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    });
  }

  // "input: policy drop" and so on, without the numbers that differ from run to run.
  Lines story() {
    Lines lines;
    for (const auto& event : monitor_->receive()) lines.push_back(line(event));
    return lines;
  }
  static std::string line(const TraceEvent& event) {
    const auto verdict = firewall::describe(event.verdict);
    if (event.type == TraceType::ChainEnd) return event.chain + ": end";
    return event.chain + (event.type == TraceType::Rule ? ": rule " : ": policy ") + verdict;
  }

  sys::Netns netns_;
  std::optional<netlink::Socket> socket_;
  std::optional<TraceMonitor> monitor_;
};

// Each event that is queued costs more than the packet itself.
TEST_F(Trace, EventsOfTheTracesOwnTableAreNotEvenQueued) {
  trace_all();
  send_udp(9);
  pollfd waiting{.fd = monitor_->fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&waiting, 1, 0), 0);
  load("table ip t {\n chain input { type filter hook input priority 0; policy drop; }\n}\n");
  send_udp(9);
  EXPECT_EQ(::poll(&waiting, 1, 0), 1);
  EXPECT_EQ(story(), (Lines{"input: end", "input: policy drop"}));
}

TEST_F(Trace, OneMonitorHearsOtherNamespacesByTheirIds) {
  std::optional<TraceMonitor> elsewhere;
  std::optional<netlink::Socket> route;
  const sys::Netns home = sys::Netns::create();
  sys::run_in(home, [&] {
    elsewhere.emplace();
    route.emplace(netlink::Protocol::Route);
  });
  load("table ip t {\n chain input { type filter hook input priority 0; policy drop; }\n}\n");
  trace_all();
  elsewhere->hear_other_namespaces();
  send_udp(9);
  EXPECT_TRUE(elsewhere->receive().empty()) << "of a namespace without an id";
  const std::uint32_t id = netlink::number_namespace(*route, netns_.fd());
  EXPECT_EQ(netlink::number_namespace(*route, netns_.fd()), id);
  send_udp(9);
  const auto events = elsewhere->receive();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].namespace_id, id);
  EXPECT_EQ(line(events[1]), "input: policy drop");
}

TEST_F(Trace, NothingIsToldBeforeItIsAskedFor) {
  load("table ip t {\n chain input { type filter hook input priority 0; policy drop; }\n}\n");
  send_udp(9);
  EXPECT_EQ(story(), Lines{});
}

TEST_F(Trace, DropByARuleNamesTheRuleAndEndsTheStory) {
  load(
      "table ip t {\n chain input { type filter hook input priority 0;\n"
      "  udp dport 8 accept\n  udp dport 9 drop\n }\n}\n");
  trace_all();
  send_udp(9);
  EXPECT_EQ(story(), (Lines{"input: rule drop"}));
}

TEST_F(Trace, DropByThePolicyIsAnEventOfItsOwn) {
  load(
      "table ip t {\n chain input { type filter hook input priority 0; policy drop;\n"
      "  udp dport 8 accept\n }\n}\n");
  trace_all();
  send_udp(9);
  EXPECT_EQ(story(), (Lines{"input: end", "input: policy drop"}));
}

TEST_F(Trace, ARejectIsToldAsADropAndTheAnswerFollowsItsOwnWay) {
  load(
      "table ip t {\n chain input { type filter hook input priority 0;\n"
      "  udp dport 9 reject\n }\n}\n");
  trace_all();
  send_udp(9);
  EXPECT_EQ(story(), (Lines{"input: rule drop", "input: end", "input: policy accept"}));
}

TEST_F(Trace, JumpsAndReturnsAreTold) {
  load(R"(table ip t {
    chain empty {
    }
    chain sub {
      counter
      udp dport 9 return
    }
    chain input {
      type filter hook input priority 0;
      jump sub
      jump empty
      drop
    }
  })");
  trace_all();
  send_udp(9);
  EXPECT_EQ(story(), (Lines{"input: rule jump -> sub", "sub: rule continue", "sub: rule return",
                            "input: rule jump -> empty", "empty: end", "input: rule drop"}));
}

TEST_F(Trace, ADropInANatChainIsToldAsAnyOther) {
  load(R"(table ip t {
    chain out {
      type nat hook output priority -100;
      udp dport 9 drop
      udp dport 8 dnat to 127.0.0.1:7
    }
  })");
  trace_all();
  send_udp(9);
  EXPECT_EQ(story(), (Lines{"out: rule drop"}));
}

// Without a rule that needs connection tracking the kernel does not track, and then passes nat
// chains over.
TEST_F(Trace, ANatChainWithoutTranslationsIsNotEnteredAtAll) {
  load(R"(table ip t {
    chain out {
      type nat hook output priority -100;
      udp dport 9 drop
    }
    chain input {
      type filter hook input priority 0;
      drop
    }
  })");
  trace_all();
  send_udp(9);
  EXPECT_EQ(story(), (Lines{"input: rule drop"}));
}

TEST_F(Trace, TheEventLeadsToTheRule) {
  using firewall::TableFamily;
  auto input =
      firewall::make_base_chain("input", firewall::ChainType::Filter, firewall::Hook::Input, 0);
  input.rules = {make_rule(TableFamily::Inet, {firewall::udp_dport(9), firewall::drop()})};
  const firewall::Ruleset loaded{
      {firewall::Table{.family = TableFamily::Inet, .name = "t", .chains = {input}}}};
  ASSERT_EQ(load_ruleset(*socket_, loaded), Issues{});
  trace_all();
  auto observed = observe_ruleset(*socket_);
  ASSERT_TRUE(observed.has_value());
  send_udp(9);
  const auto events = monitor_->receive();
  ASSERT_EQ(events.size(), 1U);
  const auto* rule = RuleIndex(*observed).find(events[0]);
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule, &observed->tables.at(0).chains.at(0).rules.at(0));
  EXPECT_TRUE(events[0].ends_packet());
}

TEST_F(Trace, TheFirstEventOfATableShowsThePacket) {
  load("table ip t {\n chain input { type filter hook input priority 0; policy drop; }\n}\n");
  trace_all();
  send_udp(9);
  const auto events = monitor_->receive();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(events[1].network_header.empty());
  const auto& event = events[0];
  EXPECT_EQ(event.nfproto, 2U);
  EXPECT_EQ(event.iif, 1U);
  EXPECT_FALSE(event.oif.has_value());
  ASSERT_GE(event.network_header.size(), 20U);
  EXPECT_EQ(IpAddress::from_bytes(BytesView(event.network_header).subspan(16, 4)),
            IpAddress(Ipv4Address(127, 0, 0, 1)));
  ASSERT_GE(event.transport_header.size(), 4U);
  EXPECT_EQ(load_be16(event.transport_header.data() + 2), 9);
}

TEST_F(Trace, OnlyWhatMatchesIsTraced) {
  load("table ip t {\n chain input { type filter hook input priority 0; policy drop; }\n}\n");
  ASSERT_EQ(install_trace(*socket_, {.matching = {firewall::udp_dport(10)}}), Issues{});
  send_udp(9);
  EXPECT_EQ(story(), Lines{});
  send_udp(10);
  EXPECT_EQ(story(), (Lines{"input: end", "input: policy drop"}));
}

// An event costs more than a packet: a host that filters its input tells nothing of what it sends.
TEST_F(Trace, WhatMeetsNoChainIsNotTraced) {
  load("table ip t {\n chain input { type filter hook input priority 0; policy drop; }\n}\n");
  const auto filters_input = observe_ruleset(*socket_);
  ASSERT_TRUE(filters_input) << to_string(filters_input.error());
  const TraceWish wish = packets_that_meet(*filters_input);
  EXPECT_TRUE(wish.incoming);
  EXPECT_FALSE(wish.outgoing);
  ASSERT_EQ(install_trace(*socket_, wish), Issues{});
  load("table ip u {\n chain output { type filter hook output priority 0; policy drop; }\n}\n");
  send_udp(9);
  EXPECT_EQ(story(), Lines{});
}

// Where it goes then, no other event need tell.
TEST_F(Trace, BehindDestinationNatAPacketIsShownOnceMore) {
  load(
      "table ip n {\n chain out {\n  type nat hook output priority -100;\n"
      "  udp dport 9 dnat to 127.0.0.1:10\n }\n}\n");
  const auto rules = observe_ruleset(*socket_);
  ASSERT_TRUE(rules) << to_string(rules.error());
  ASSERT_EQ(install_trace(*socket_, packets_that_meet(*rules)), Issues{});
  send_udp(9);
  const auto events = monitor_->receive();
  const auto shown = std::ranges::find_if(events, &TraceEvent::goes_on);
  ASSERT_NE(shown, events.end());
  EXPECT_EQ(load_be16(shown->transport_header.data() + 2), 10);
}

TEST_F(Trace, RemovingItLeavesTheRestAndEndsTheStory) {
  load("table ip t {\n chain input { type filter hook input priority 0; policy drop; }\n}\n");
  const auto before = list_ruleset_text(netns_);
  trace_all();
  remove_trace(*socket_);
  EXPECT_EQ(list_ruleset_text(netns_), before);
  send_udp(9);
  EXPECT_EQ(story(), Lines{});
}

}  // namespace
}  // namespace topoproof::netfilter
