// SPDX-License-Identifier: GPL-2.0-or-later
#include "flow/flow.hh"

#include <gtest/gtest.h>

#include "flow/fate.hh"
#include "flow/trace.hh"

namespace topoproof::flow {
namespace {

TEST(Service, ParsesAndPrints) {
  EXPECT_EQ(to_string(*Service::parse("tcp/80")), "tcp/80");
  EXPECT_EQ(to_string(*Service::parse("udp/53")), "udp/53");
  EXPECT_EQ(to_string(*Service::parse("icmp")), "icmp");
}

TEST(Service, SaysWhatIsWrong) {
  EXPECT_EQ(Service::parse("tpc/80").error().text,
            "'tpc/80' is not icmp, tcp/PORT or udp/PORT; did you mean 'tcp'?");
  EXPECT_EQ(Service::parse("tcp").error().text, "'tcp' needs a port, like tcp/80");
  EXPECT_FALSE(Service::parse("tcp/0"));
  EXPECT_FALSE(Service::parse("tcp/65536"));
  EXPECT_FALSE(Service::parse("udp/5x"));
  EXPECT_FALSE(Service::parse("icmp/1"));
}

TEST(Tuple, InverseIsItsOwnInverse) {
  const Tuple tuple{*IpAddress::parse("192.168.15.2"), *IpAddress::parse("192.168.1.3"),
                    Protocol::Tcp, 40000, 80};
  EXPECT_EQ(tuple.inverse().inverse(), tuple);
  EXPECT_EQ(to_string(tuple.inverse()), "192.168.1.3:80 -> 192.168.15.2:40000 tcp");
}

TEST(Tuple, PrintsIpv6PortsWithoutBrackets) {
  const Tuple tuple{*IpAddress::parse("fd00::2"), *IpAddress::parse("fd00::3"), Protocol::Udp, 1,
                    2};
  EXPECT_EQ(to_string(tuple), "fd00::2 port 1 -> fd00::3 port 2 udp");
}

TEST(Fate, EveryKindReadsBack) {
  for (const FateKind kind : kAllFates) EXPECT_EQ(parse_fate_kind(to_string(kind)), kind);
  EXPECT_TRUE(parse_fate_kind("deliverd").error().text.ends_with("; did you mean 'delivered'?"));
}

TEST(Trace, PathNamesEachNodeOnceInARow) {
  const Trace trace{{.kind = StepKind::Sent, .node = NodeId(1)},
                    {.kind = StepKind::Received, .node = NodeId(2)},
                    {.kind = StepKind::Forwarded, .node = NodeId(2)},
                    {.kind = StepKind::Received, .node = NodeId(1)}};
  EXPECT_EQ(path_of(trace), (std::vector{NodeId(1), NodeId(2), NodeId(1)}));
}

}  // namespace
}  // namespace topoproof::flow
