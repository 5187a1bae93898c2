// SPDX-License-Identifier: GPL-2.0-or-later
// A network for one test, and programs in its nodes.
#include <testing/gtest.hh>

TEST(Router, CarriesPings) {
  topoproof::testing::LabForTest net(R"(
nodes:
  red:    { routes: [default via 10.0.0.2] }
  router: { forwarding: true }
  blue:   { routes: [default via 10.1.0.2] }
links:
  - red:eth0 10.0.0.1/24 -- router:eth0 10.0.0.2/24
  - router:eth1 10.1.0.2/24 -- blue:eth0 10.1.0.1/24
)");
  const auto ping = net.run("red", {"ping", "-c1", "-W1", "10.1.0.1"});
  EXPECT_EQ(ping.exit_status, 0) << ping.output;
}

int main(int argc, char** argv) { return topoproof::testing::run_all_tests(argc, argv); }
