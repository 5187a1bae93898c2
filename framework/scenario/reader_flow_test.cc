// SPDX-License-Identifier: GPL-2.0-or-later
// Flows that no socket could send, or that a socket would send to itself, are wrong input: what the
// kernel says of them tells nothing of the network.
#include <gtest/gtest.h>

#include "scenario/reader.hh"

namespace topoproof::scenario::reader_flow_test {
namespace {

//   red:eth0 10.0.0.1 ---- 10.0.0.2 eth0:blue
std::string issues_of(const std::string& check, const std::string& red = "") {
  const auto scenario = parse_scenario("nodes: { red: { " + red +
                                           " }, blue: }\n"
                                           "links: ['red:eth0 10.0.0.1/24 fd00::1/64 -- "
                                           "blue:eth0 10.0.0.2/24 fd00::2/64']\n"
                                           "checks:\n  - '" +
                                           check + ": lost'\n",
                                       "s.yaml");
  return scenario ? "" : to_string(scenario.error());
}

TEST(FlowReader, TakesASourceOfTheSendersOwn) {
  EXPECT_EQ(issues_of("red -> blue icmp source 10.0.0.9"),
            "s.yaml:4:6: error: 'red' has no address 10.0.0.9: a flow's source is one of its "
            "sender's (10.0.0.1)\n");
  EXPECT_EQ(issues_of("red -> blue udp/53 source fd00::2"),
            "s.yaml:4:6: error: 'red' has no address fd00::2: a flow's source is one of its "
            "sender's (fd00::1)\n");
  EXPECT_EQ(issues_of("red -> blue icmp source 10.0.0.1"), "");
  EXPECT_EQ(issues_of("red -> blue icmp source 127.0.0.1"), "");
  EXPECT_EQ(
      issues_of("red -> blue icmp source 10.0.0.9", "sysctls: { net.ipv4.ip_nonlocal_bind: 1 }"),
      "");
}

TEST(FlowReader, RefusesABroadcastAddress) {
  EXPECT_EQ(issues_of("red -> 10.0.0.255 udp/53"),
            "s.yaml:4:6: error: 10.0.0.255 is a broadcast address of 'red': a flow goes to one "
            "host\n");
  EXPECT_EQ(issues_of("red -> 255.255.255.255 icmp"),
            "s.yaml:4:6: error: 255.255.255.255 is a broadcast address of 'red': a flow goes to "
            "one host\n");
  EXPECT_EQ(issues_of("red -> 10.1.0.255 icmp"), "") << "of another's network";
}

TEST(FlowReader, RefusesASocketThatWouldBeItsOwnTarget) {
  EXPECT_EQ(issues_of("red -> 10.0.0.1 udp/53 source_port 53"),
            "s.yaml:4:6: error: source_port 53 is the port that the flow is sent to, at its own "
            "sender: its socket would be its own target\n");
  EXPECT_EQ(issues_of("red -> blue udp/53 source_port 53"), "");
}

}  // namespace
}  // namespace topoproof::scenario::reader_flow_test
