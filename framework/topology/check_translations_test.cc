// SPDX-License-Identifier: GPL-2.0-or-later
// Address translation that does nothing, and that which only looks as if it did. All on the network
// of containers (test_networks.hh): host has 192.168.15.5 towards red and blue, and 192.168.1.2
// towards client.
#include <functional>

#include <gtest/gtest.h>

#include "topology/checks.hh"
#include "topology/test_networks.hh"

namespace topoproof::topology::check_translations_test {
namespace {

using firewall::PortForwardRule;

struct Row {
  std::string name;
  std::function<void(Node& host, Node& client)> change;
  std::string issues = {};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class Translations : public testing::TestWithParam<Row> {};

TEST_P(Translations, AreSuspectedOnlyWhereTheyDoNothing) {
  Topology net = container_network();
  GetParam().change(net.node(*net.find_node("host")), net.node(*net.find_node("client")));
  EXPECT_EQ(to_string(check_topology(net)), GetParam().issues);
}

Location line(int number) { return {"net.topo.yaml", number, 5}; }

void add_forward(Node& host, PortForwardRule rule) {
  const int number = static_cast<int>(host.port_forwards.size()) + 20;
  host.port_forwards.push_back({std::move(rule), line(number)});
}
PortForwardRule to_blue(std::uint16_t port) {
  return {.in = "eth0", .port = port, .to = address("192.168.15.2"), .to_port = 80};
}
PortForwardRule to(std::string_view target) {
  return {.in = "eth0", .port = 80, .to = address(target), .to_port = 80};
}
void masquerade(Node& host, std::string_view from) {
  host.masquerade.push_back({{.from = prefix(from), .out = "eth0"}, line(10)});
}
void snat(Node& host, std::string_view target) {
  host.snat.push_back(
      {{.from = prefix("192.168.15.0/24"), .out = "eth0", .to = address(target)}, line(15)});
}

const std::vector<Row> kForwards{
    {"AForwardBehindTheSame",
     [](Node& host, Node&) {
       add_forward(host, to_blue(80));
       add_forward(host, to("192.168.15.1"));
     },
     "net.topo.yaml:21:5: warning: port forward in eth0 tcp 80 to 192.168.15.1:80: all of its "
     "packets are taken by the one before it, at net.topo.yaml:20:5\n"},
    {"AForwardBehindAWiderOne",
     [](Node& host, Node&) {
       add_forward(host, to_blue(80));
       add_forward(host, {.in = "eth0",
                          .address = address("192.168.1.2"),
                          .port = 80,
                          .to = address("192.168.15.2"),
                          .to_port = 8080});
     },
     "net.topo.yaml:21:5: warning: port forward in eth0 address 192.168.1.2 tcp 80 to "
     "192.168.15.2:8080: all of its packets are taken by the one before it, at "
     "net.topo.yaml:20:5\n"},
    {"AForwardBehindANarrowerOne",
     [](Node& host, Node&) {
       add_forward(host, {.in = "eth0",
                          .address = address("192.168.1.2"),
                          .port = 80,
                          .to = address("192.168.15.2"),
                          .to_port = 8080});
       add_forward(host, to_blue(80));
     }},
    {"ForwardsOfOtherPortsProtocolsAndInterfaces",
     [](Node& host, Node&) {
       add_forward(host, to_blue(80));
       add_forward(host, to_blue(81));
       PortForwardRule udp = to_blue(80);
       udp.protocol = firewall::TransportProtocol::Udp;
       add_forward(host, udp);
       PortForwardRule inner = to_blue(80);
       inner.in = "v-eth-0";
       add_forward(host, inner);
     }},
    {"AForwardToNobody", [](Node& host, Node&) { add_forward(host, to("192.168.15.9")); },
     "net.topo.yaml:20:5: warning: port forward in eth0 tcp 80 to 192.168.15.9:80: nobody has the "
     "address 192.168.15.9\n"},
    {"AForwardToAStaticNeighbor",
     [](Node& host, Node&) {
       add_forward(host, to("192.168.15.9"));
       host.neighbors.push_back(
           {{.interface = "v-eth-0", .address = address("192.168.15.9")}, line(30)});
     }},
    {"AForwardToSomewhereElse", [](Node& host, Node&) { add_forward(host, to("203.0.113.9")); }},
    {"AForwardWithoutForwarding",
     [](Node& host, Node&) {
       host.forwarding = false;
       add_forward(host, to_blue(80));
     },
     "net.topo.yaml:20:5: warning: port forward in eth0 tcp 80 to 192.168.15.2:80: 'host' does not "
     "forward, so there are no packets of others; set `forwarding: true`\n"},
    {"AForwardToItselfNeedsNoForwarding",
     [](Node& host, Node&) {
       host.forwarding = false;
       add_forward(host, to("192.168.15.5"));
     }},
    {"AForwardWithForwardingByASysctl",
     [](Node& host, Node&) {
       host.forwarding = false;
       host.sysctls.push_back({{"net.ipv4.ip_forward", "1"}, line(30)});
       add_forward(host, to_blue(80));
     }},
};

const std::vector<Row> kSources{
    {"AMasqueradeOfNobody", [](Node& host, Node&) { masquerade(host, "192.168.51.0/24"); },
     "net.topo.yaml:10:5: warning: masquerade from 192.168.51.0/24 out eth0: nobody has an address "
     "in 192.168.51.0/24\n"},
    {"AMasqueradeOfSome", [](Node& host, Node&) { masquerade(host, "192.168.0.0/16"); }},
    {"AMasqueradeWithoutForwarding",
     [](Node& host, Node&) {
       host.forwarding = false;
       masquerade(host, "192.168.15.0/24");
     },
     "net.topo.yaml:10:5: warning: masquerade from 192.168.15.0/24 out eth0: 'host' does not "
     "forward, so there are no packets of others; set `forwarding: true`\n"},
    {"AMasqueradeOfItsOwnNeedsNoForwarding",
     [](Node& host, Node&) {
       host.forwarding = false;
       masquerade(host, "192.168.15.5/32");
     }},
    {"SnatToNobody", [](Node& host, Node&) { snat(host, "192.168.1.9"); },
     "net.topo.yaml:15:5: warning: snat from 192.168.15.0/24 out eth0 to 192.168.1.9: 192.168.1.9 "
     "is no address of 'host', and no node sends answers to it there\n"},
    {"SnatToAnother", [](Node& host, Node&) { snat(host, "192.168.1.3"); },
     "net.topo.yaml:15:5: warning: snat from 192.168.15.0/24 out eth0 to 192.168.1.3: 192.168.1.3 "
     "is an address of another node, which gets the answers\n"},
    {"SnatToItsOwn", [](Node& host, Node&) { snat(host, "192.168.1.2"); }},
    {"SnatToWhatOthersSendThere",
     [](Node& host, Node& client) {
       snat(host, "203.0.113.9");
       client.routes.push_back(
           {{.destination = prefix("203.0.113.0/24"), .gateway = address("192.168.1.2")},
            line(30)});
     }},
    {"SnatToWhatOthersSendThereOfItsOwnNetwork",
     [](Node& host, Node& client) {
       snat(host, "192.168.1.9");
       client.routes.push_back(
           {{.destination = prefix("192.168.1.9/32"), .gateway = address("192.168.1.2")},
            line(30)});
     }},
    {"SnatToNobodyWhileOthersSendAllElseThere",
     [](Node& host, Node& client) {
       snat(host, "192.168.1.9");
       client.routes.push_back(
           {{.destination = prefix("0.0.0.0/0"), .gateway = address("192.168.1.2")}, line(30)});
     },
     "net.topo.yaml:15:5: warning: snat from 192.168.15.0/24 out eth0 to 192.168.1.9: 192.168.1.9 "
     "is no address of 'host', and no node sends answers to it there\n"},
    {"SnatToWhatOthersHoldAsANeighbor",
     [](Node& host, Node& client) {
       snat(host, "192.168.1.9");
       client.neighbors.push_back(
           {{.interface = "eth0", .address = address("192.168.1.9")}, line(30)});
     }},
    {"SnatToWhatItAnswersFor",
     [](Node& host, Node&) {
       snat(host, "192.168.1.9");
       host.sysctls.push_back({{"net.ipv4.conf.eth0.proxy_arp", "1"}, line(30)});
     }},
};

constexpr auto name_of_row = [](const auto& row) { return row.param.name; };
INSTANTIATE_TEST_SUITE_P(Forwards, Translations, testing::ValuesIn(kForwards), name_of_row);
INSTANTIATE_TEST_SUITE_P(Sources, Translations, testing::ValuesIn(kSources), name_of_row);

}  // namespace
}  // namespace topoproof::topology::check_translations_test
