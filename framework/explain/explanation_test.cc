// SPDX-License-Identifier: GPL-2.0-or-later
#include "explain/explanation.hh"

#include <gtest/gtest.h>

namespace topoproof::explain {
namespace {

using flow::FateKind;
using flow::StepKind;

constexpr NodeId kRed{0U};
constexpr NodeId kHost{1U};
constexpr NodeId kBlue{2U};

IpAddress address(const char* text) { return IpAddress::parse(text).value(); }

topology::Endpoint end(NodeId node, const char* interface, const char* own) {
  topology::Endpoint endpoint{.node = node, .interface = interface};
  endpoint.addresses = {{InterfaceAddress::parse(own).value()}};
  return endpoint;
}

//   red .1 ---- .2 host .2 ---- .1 blue
//     10.0.0.0/24       10.1.0.0/24
class Explained : public testing::Test {
 protected:
  Explained() {
    for (const char* name : {"red", "host", "blue"}) {
      net_.add_node({.name = name, .where = {"net.topo.yaml", ++line_, 3}});
    }
    net_.connect({.ends = {end(kRed, "eth0", "10.0.0.1/24"), end(kHost, "eth0", "10.0.0.2/24")}});
    net_.connect({.ends = {end(kHost, "eth1", "10.1.0.2/24"), end(kBlue, "eth0", "10.1.0.1/24")}});
    net_.node(kHost).forwarding = true;
  }

  static flow::Tuple packet() {
    return {address("10.0.0.1"), address("10.1.0.1"), flow::Protocol::Tcp, 20000, 80};
  }
  static flow::Step hop(NodeId node) {
    return {.kind = StepKind::Received,
            .node = node,
            .interface = "eth0",
            .tuple = packet(),
            .ttl = 64};
  }

  // Of the request, which was last seen at a node.
  Explanation of(FateKind kind, NodeId node, std::string proof = "") {
    request_ = {.fate = {.kind = kind, .at = node, .proof = std::move(proof)},
                .trace = {hop(kRed), hop(node)}};
    return explain({flow_, request_}, net_);
  }

  topology::Topology net_{"net"};
  flow::Flow flow_{
      .from = kRed, .destination = address("10.1.0.1"), .service = {flow::Protocol::Tcp, 80}};
  flow::Journey request_;

 private:
  int line_ = 1;
};

TEST_F(Explained, ForwardingThatIsOffIsASysctlAndAKey) {
  EXPECT_EQ(of(FateKind::NotForwarding, kHost),
            (Explanation{{"host, after its route decision: the packet for 10.1.0.1 is not its own, "
                          "and it has net.ipv4.ip_forward=0"},
                         {"host has net.ipv4.ip_forward=0: set `forwarding: true` "
                          "(net.topo.yaml:3:3)"}}));
}

// That a listener is missing at the sender was no help.
TEST_F(Explained, ARefusedAnswerComesFromSomebodyWhoWasNotAsked) {
  of(FateKind::Delivered, kBlue);
  flow::Step back = hop(kRed);
  back.tuple = {address("10.1.0.7"), address("10.0.0.1"), flow::Protocol::Tcp, 8080, 20000};
  const flow::Journey reply{.fate = {.kind = FateKind::Refused, .at = kRed}, .trace = {back}};
  const auto explained = explain({flow_, request_, &reply}, net_);
  EXPECT_EQ(explained.why,
            std::vector<std::string>{"the answer: red, at its sockets: it asked 10.1.0.1:80, and "
                                     "none of them awaits this from 10.1.0.7:8080"});
  EXPECT_EQ(explained.change,
            std::vector<std::string>{
                "let the answer come back by the node that translated the request, which then "
                "translates it as well: `masquerade:` or `snat:` there makes that node the way "
                "back"});
}

TEST_F(Explained, APacketBehindTheHandshakeIsNamed) {
  of(FateKind::Dropped, kHost, "inet f c: tcp flags fin drop");
  request_.fate.packet = "FIN";
  EXPECT_EQ(explain({flow_, request_}, net_).why,
            std::vector<std::string>{"the request's FIN: host, in its rules: dropped "
                                     "by inet f c: tcp flags fin drop"});
}

TEST_F(Explained, ForwardingThatASysctlTurnsOffIsThatSysctl) {
  net_.node(kHost).sysctls = {{{"net.ipv4.ip_forward", "0"}, {"net.topo.yaml", 9, 5}}};
  EXPECT_EQ(of(FateKind::NotForwarding, kHost).change,
            std::vector<std::string>{
                "host has net.ipv4.ip_forward=0: take this sysctl away (net.topo.yaml:9:5)"});
}

// A redirection at the node that it ends at: what nobody listens on is the port behind it.
TEST_F(Explained, APortIsTheOneAfterItsTranslation) {
  flow::Step end = hop(kBlue);
  end.kind = StepKind::Died;
  end.ttl = 0;
  end.tuple.destination_port = 8080;
  request_ = {.fate = {.kind = FateKind::Refused, .at = kBlue, .proof = "nobody listens"},
              .trace = {hop(kRed), hop(kBlue), end}};
  EXPECT_EQ(explain({flow_, request_}, net_).change,
            std::vector<std::string>{"let blue listen: `listens: [tcp/8080]` (net.topo.yaml:4:3)"});
}

TEST_F(Explained, ARouteIsAdvisedOverWhoeverForwardsThere) {
  EXPECT_EQ(
      of(FateKind::NoRoute, kRed).change,
      std::vector<std::string>{
          "give red a route over host: `routes: [default via 10.0.0.2]` (net.topo.yaml:2:3)"});
}

TEST_F(Explained, ARouteThatRefusesIsNamed) {
  state::Route blackhole{.type = state::RouteType::Blackhole,
                         .destination = Prefix::parse("10.1.0.0/16").value()};
  net_.node(kRed).routes = {{blackhole, {"net.topo.yaml", 8, 5}}};
  EXPECT_EQ(of(FateKind::NoRoute, kRed).why,
            std::vector<std::string>{"red, when it looks for a route: `route blackhole "
                                     "10.1.0.0/16` (net.topo.yaml:8:5)"});
}

TEST_F(Explained, AnAnswerWithoutARouteMayBeTranslatedAway) {
  request_ = {.fate = {.kind = FateKind::Delivered, .at = kBlue}, .trace = {hop(kRed)}};
  const flow::Journey reply{.fate = {.kind = FateKind::NoRoute, .at = kBlue}, .trace = {}};
  flow_.source = address("10.0.0.1");
  const Explanation found = explain({flow_, request_, &reply}, net_);
  ASSERT_EQ(found.change.size(), 2U);
  EXPECT_TRUE(found.why.front().starts_with("the answer: blue, when it looks for a route"));
  EXPECT_NE(found.change.back().find("masquerade"), std::string::npos);
}

// The plain case of a masquerade that is missing: it named the answering node's own address.
TEST_F(Explained, AnAnswerThatNeverLeftWasForWhoeverAsked) {
  flow::Step arrived = hop(kBlue);
  arrived.tuple.protocol = flow::Protocol::Icmp;
  arrived.tuple.destination_port = 0;
  request_ = {.fate = {.kind = FateKind::Delivered, .at = kBlue}, .trace = {hop(kRed), arrived}};
  flow::Step died{.kind = StepKind::Died, .node = kBlue};
  const flow::Journey reply{.fate = {.kind = FateKind::NoRoute, .at = kBlue}, .trace = {died}};
  EXPECT_EQ(explain({flow_, request_, &reply}, net_).why.front(),
            "the answer: blue, when it looks for a route: its table has none to 10.0.0.1");
}

TEST_F(Explained, AListenerThatIsMissingIsNamedWithThoseThatAreThere) {
  net_.node(kBlue).listens = {{{flow::Protocol::Tcp, 8080}}};
  EXPECT_EQ(of(FateKind::Refused, kBlue),
            (Explanation{{"blue, at its sockets: nobody listens on tcp/80 (but on tcp/8080)"},
                         {"let blue listen: `listens: [tcp/80]` (net.topo.yaml:4:3)"}}));
}

TEST_F(Explained, AServiceThatDoesNotListenAnyMoreIsNamed) {
  net_.node(kBlue).programs = {
      {.name = "www", .command = {"nc"}, .ready = {.ports = {{flow::Protocol::Tcp, 80}}}}};
  EXPECT_EQ(
      of(FateKind::Refused, kBlue),
      (Explanation{{"blue, at its sockets: nobody listens on tcp/80: service 'www' has ended, "
                    "or has closed it"},
                   {"see what it says: `topoproof logs blue www`"}}));
}

TEST_F(Explained, ARuleIsNamedWithItsPlaceAndARemedy) {
  EXPECT_EQ(of(FateKind::Dropped, kHost, "rules.nft:6 ip filter forward: tcp dport 80 drop"),
            (Explanation{{"host, in its rules: dropped by rules.nft:6 ip filter "
                          "forward: tcp dport 80 drop"},
                         {"put a rule before this one that takes `ip saddr 10.0.0.1 tcp dport 80 "
                          "accept`"}}));
  EXPECT_EQ(
      of(FateKind::Rejected, kBlue, "blue answered icmp 3/3 from 10.1.0.1, by ip f i: reject").why,
      std::vector<std::string>{"blue, in its rules: rejected by ip f i: reject"});
}

TEST_F(Explained, ANeighborThatNobodyIsIsTheGatewayOfARoute) {
  state::Route route{.destination = make_default_prefix(Family::Ipv4),
                     .gateway = address("10.0.0.9")};
  net_.node(kRed).routes = {{route, {"net.topo.yaml", 7, 9}}};
  EXPECT_EQ(of(FateKind::NoNeighbor, kRed),
            (Explanation{{"red, behind its rules: nobody answered when it asked for 10.0.0.9, the "
                          "gateway of `route default via 10.0.0.9` (net.topo.yaml:7:9)"},
                         {"no node has 10.0.0.9: give it to one, or ask for another"}}));
}

TEST_F(Explained, ATranslationNamesItsRule) {
  flow::Step rule{.kind = StepKind::Rule, .node = kHost, .detail = "n.nft:3 ip nat p: dnat to x"};
  flow::Step after = hop(kHost);
  after.kind = StepKind::Translated;
  after.tuple.destination = address("10.1.0.9");
  request_ = {.fate = {.kind = FateKind::Delivered, .at = kBlue},
              .trace = {hop(kRed), rule, after}};
  const flow::Journey reply{.fate = {.kind = FateKind::Delivered, .at = kRed}, .trace = {}};
  EXPECT_EQ(explain({flow_, request_, &reply}, net_).why,
            (std::vector<std::string>{"host made 10.0.0.1:20000 -> 10.1.0.9:80 tcp of "
                                      "10.0.0.1:20000 -> 10.1.0.1:80 tcp",
                                      "host, by n.nft:3 ip nat p: dnat to x"}));
}

TEST_F(Explained, ATranslationThatTakesWhatIsForOthersIsToBeNarrowed) {
  flow::Step after = hop(kHost);
  after.kind = StepKind::Translated;
  after.tuple.destination = address("10.0.0.1");
  request_ = {.fate = {.kind = FateKind::Delivered, .at = kRed}, .trace = {hop(kRed), after}};
  EXPECT_EQ(explain({flow_, request_}, net_).change,
            std::vector<std::string>{"the packet was for blue: let host's translation name the "
                                     "address or the interface that it is meant for"});
}

TEST(JoinedExplanation, ShowsWhereTheSimulatorDiffers) {
  EXPECT_EQ(join({{"a"}, {"x"}}, {{"a", "b"}, {"y"}}), (Explanation{{"a", "b"}, {"y"}}));
  EXPECT_EQ(join({{"a"}, {"x"}}, {{"c"}, {"y"}}),
            (Explanation{{"a", "in the simulator: c"}, {"x"}}));
}

TEST_F(Explained, LossOnAnImpairedLinkNamesIt) {
  topology::Endpoint lossy = end(kRed, "eth5", "10.5.0.1/24");
  lossy.impairment = impair::Impairment{.loss = {50'000}, .seed = 7};
  lossy.where = {"net.topo.yaml", 9, 5};
  net_.connect({.ends = {lossy, end(kBlue, "eth5", "10.5.0.2/24")}});
  request_ = {
      .fate = {.kind = FateKind::Lost, .at = kRed, .proof = "left red by eth5"},
      .trace = {{.kind = StepKind::Sent, .node = kRed, .interface = "eth5", .tuple = packet()}}};
  const Explanation lost = explain({flow_, request_}, net_);
  EXPECT_EQ(lost.why,
            std::vector<std::string>{"red:eth5, on the link: it loses 5% of what leaves there "
                                     "(net.topo.yaml:9:5)"});
  EXPECT_EQ(lost.change, std::vector<std::string>{
                             "take `loss:` out of its `impair:`, or choose another `seed:` than "
                             "7"});
}

}  // namespace
}  // namespace topoproof::explain
