// SPDX-License-Identifier: GPL-2.0-or-later
// Who listens, and that nobody is to be refused where somebody does.
#include "scenario/listeners.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scenario/reader.hh"

namespace topoproof::scenario::listeners_test {
namespace {

//   blue .2 -- v-eth-0 .5 host eth0 .2 -- .3 client
const std::string kNetwork =
    "nodes: { blue: , host: { forwarding: true, listens: [tcp/22] }, client: }\n"
    "links:\n"
    "  - blue:eth0 192.168.15.2/24 -- host:eth1 192.168.15.5/24\n"
    "  - host:eth0 192.168.1.2/24 -- client:eth0 192.168.1.3/24\n";

std::vector<std::string> listeners(const std::string& checks) {
  const auto scenario = parse_scenario(kNetwork + "checks:\n" + checks, "s.yaml");
  EXPECT_TRUE(scenario) << to_string(scenario.error());
  std::vector<std::string> texts;
  if (!scenario) return texts;
  for (const Listener& one : listeners_of(*scenario)) {
    texts.push_back(
        fmt::format("{} {}", scenario->topology.node(one.node).name, to_string(one.service)));
  }
  return texts;
}

std::string issues_of(const std::string& checks) {
  const auto scenario = parse_scenario(kNetwork + "checks:\n" + checks, "s.yaml");
  return scenario ? "" : to_string(scenario.error());
}

using Texts = std::vector<std::string>;

TEST(Listeners, AreThoseOfTheTopology) {
  EXPECT_EQ(listeners("  - client -> host icmp: delivered\n"), Texts{"host tcp/22"});
}

TEST(Listeners, AreWhereADeliveredFlowEnds) {
  EXPECT_EQ(listeners("  - client -> host:eth0 udp/53: delivered\n"),
            (Texts{"host tcp/22", "host udp/53"}));
  EXPECT_EQ(listeners("  - client -> 192.168.1.2 tcp/80: delivered at blue\n"),
            (Texts{"blue tcp/80", "host tcp/22"}));
  EXPECT_EQ(listeners("  - client -> 192.168.1.2 tcp/8080: delivered\n"
                      "    translated: { destination: 192.168.15.2:80 }\n"),
            (Texts{"blue tcp/80", "host tcp/22"}));
}

TEST(Listeners, AreNotOpenedBesideServices) {
  const auto scenario = parse_scenario(
      "nodes: { red: , blue: { services: { www: nc -lk 80 }, listens: [tcp/22] } }\n"
      "links: [red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24]\n"
      "checks: [red -> blue tcp/80: delivered]\n",
      "s.yaml");
  ASSERT_TRUE(scenario) << to_string(scenario.error());
  const auto all = listeners_of(*scenario);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(to_string(all[0].service), "tcp/22");
}

TEST(Listeners, AreNotOpenedForOtherFates) {
  EXPECT_EQ(listeners("  - client -> host:eth0 tcp/80: refused\n"
                      "  - client -> blue tcp/80: no_route\n"),
            Texts{"host tcp/22"});
}

TEST(Listeners, OfAMatrixAreAtAllItsNodes) {
  EXPECT_EQ(
      listeners("  - matrix: { nodes: [blue, host], with: [icmp, tcp/80], should: delivered }\n"),
      (Texts{"blue tcp/80", "host tcp/22", "host tcp/80"}));
}

TEST(Listeners, AndRefusalsExcludeEachOther) {
  EXPECT_EQ(issues_of("  - client -> host tcp/22: refused\n"),
            "s.yaml:6:5: error: this cannot be refused: 'host' listens on tcp/22, as s.yaml:1:54 "
            "says\n");
  EXPECT_EQ(issues_of("  - blue -> host tcp/80: refused\n"
                      "  - client -> host:eth0 tcp/80: delivered\n"),
            "s.yaml:6:5: error: this cannot be refused: 'host' listens on tcp/80, as s.yaml:7:5 "
            "says\n");
}

// What rules make of a flow the file does not say: whoever finds a port open is told by whom.
TEST(Listeners, ThatAnotherCheckNeedsAreNamedToOneThatIsToBeRefused) {
  const auto scenario = parse_scenario(kNetwork +
                                           "checks:\n"
                                           "  - client -> 192.168.1.2 tcp/8080: refused\n"
                                           "  - host -> blue tcp/80: delivered\n",
                                       "s.yaml");
  ASSERT_TRUE(scenario) << to_string(scenario.error());
  const NodeId blue(0);
  EXPECT_EQ(who_opened({blue, {flow::Protocol::Tcp, 80}, Family::Ipv4}, *scenario),
            "'blue' listens on tcp/80 for all checks of this file, as s.yaml:7:5 says");
  EXPECT_EQ(who_opened({blue, {flow::Protocol::Tcp, 81}, Family::Ipv4}, *scenario), std::nullopt);
}

TEST(Listeners, AtAnotherNodeAreNoConflict) {
  EXPECT_EQ(issues_of("  - client -> 192.168.1.2 tcp/80: delivered at blue\n"
                      "  - host -> 192.168.1.2 tcp/80: refused at host\n"),
            "");
}

}  // namespace
}  // namespace topoproof::scenario::listeners_test
