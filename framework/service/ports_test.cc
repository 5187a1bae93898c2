// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/ports.hh"

#include <gtest/gtest.h>

namespace topoproof::service {
namespace {

using Ports = std::set<flow::Service>;

Ports read(std::string_view table, flow::Protocol protocol) {
  Ports ports;
  add_ports(table, protocol, ports);
  return ports;
}

TEST(Ports, OfTcpAreThoseThatListen) {
  EXPECT_EQ(
      read("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
           "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
           "   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0\n",
           flow::Protocol::Tcp),
      (Ports{{flow::Protocol::Tcp, 80}}));
}

TEST(Ports, OfUdpAreThoseWithoutAPeer) {
  EXPECT_EQ(
      read("  sl  local_address                         remote_address\n"
           "  99: 00000000000000000000000000000000:0035 00000000000000000000000000000000:0000 "
           "07 00000000:00000000\n"
           "  98: 0100007F:8000 0100007F:0035 01 00000000:00000000\n",
           flow::Protocol::Udp),
      (Ports{{flow::Protocol::Udp, 53}}));
}

TEST(Ports, AreNoneInWhatIsNoTable) {
  EXPECT_TRUE(read("", flow::Protocol::Tcp).empty());
  EXPECT_TRUE(read("0: 1 2 0A\n1: :zz x 0A", flow::Protocol::Tcp).empty());
}

}  // namespace
}  // namespace topoproof::service
