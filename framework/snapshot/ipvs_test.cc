// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/ipvs.hh"

#include <gtest/gtest.h>

namespace topoproof::snapshot {
namespace {

using Strings = std::vector<std::string>;

TEST(IpvsServices, AreThoseOfTheListing) {
  EXPECT_EQ(ipvs_services("IP Virtual Server version 1.2.1 (size=4096)\n"
                          "Prot LocalAddress:Port Scheduler Flags\n"
                          "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
                          "TCP  0A000001:0050 rr  \n"
                          "  -> 0A000102:0050      Masq    1      0          0         \n"
                          "UDP  [fd00:0000:0000:0000:0000:0000:0000:0001]:0035 wlc \n"
                          "FWM  00000007 wlc persistent 300 FFFFFFFF\n"),
            (Strings{"TCP 10.0.0.1:80 rr", "UDP [fd00:0000:0000:0000:0000:0000:0000:0001]:0035 wlc",
                     "FWM 00000007 wlc persistent 300 FFFFFFFF"}));
}

TEST(IpvsServices, AreNoneWhereNothingIsListed) {
  EXPECT_TRUE(ipvs_services("").empty());
  EXPECT_TRUE(ipvs_services("IP Virtual Server version 1.2.1 (size=4096)\n").empty());
}

}  // namespace
}  // namespace topoproof::snapshot
