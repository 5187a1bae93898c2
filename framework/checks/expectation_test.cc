// SPDX-License-Identifier: GPL-2.0-or-later
//   blue 192.168.15.2 -- 192.168.15.5 host 192.168.1.2 -- 192.168.1.3 client
#include "checks/expectation.hh"

#include <gtest/gtest.h>

namespace topoproof::checks {
namespace {

using flow::FateKind;
using flow::StepKind;
using scenario::Check;
using scenario::Translation;
using scenario::Verdict;

constexpr NodeId kBlue(0);
constexpr NodeId kHost(1);
constexpr NodeId kClient(2);

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

class ExpectationTest : public testing::Test {
 protected:
  ExpectationTest() {
    for (const char* name : {"blue", "host", "client"}) topology_.add_node({.name = name});
    topology::Link link;
    link.ends[0] = {.node = kHost, .interface = "eth0"};
    link.ends[1] = {.node = kClient, .interface = "eth0"};
    link.ends[1].addresses.push_back({InterfaceAddress::parse("192.168.1.3/24").value()});
    topology_.connect(link);
    check_.flow = {
        .from = kBlue, .destination = ip("192.168.1.3"), .service = {flow::Protocol::Udp, 53}};
    sent_ = {ip("192.168.15.2"), ip("192.168.1.3"), flow::Protocol::Udp, 20'000, 53};
    translated_ = sent_;
    translated_.source = ip("192.168.1.2");
    deliver();
  }

  void deliver() {
    verdict_.request.fate = {.kind = FateKind::Delivered, .at = kClient};
    verdict_.request.trace = {step(StepKind::Sent, kBlue, sent_, 64),
                              step(StepKind::Received, kHost, sent_, 64),
                              step(StepKind::Translated, kHost, translated_, 63),
                              step(StepKind::Forwarded, kHost, translated_, 63),
                              step(StepKind::Received, kClient, translated_, 63)};
    verdict_.at_target = translated_;
    verdict_.reply = flow::Journey{.fate = {.kind = FateKind::Delivered, .at = kBlue}};
    verdict_.back_at_sender = sent_.inverse();
  }
  static flow::Step step(StepKind kind, NodeId node, const flow::Tuple& tuple, std::uint8_t ttl) {
    return {.kind = kind, .node = node, .tuple = tuple, .ttl = ttl};
  }
  Comparison compare() const { return checks::compare(check_, verdict_, topology_); }

  topology::Topology topology_;
  Check check_;
  flow::Tuple sent_;
  flow::Tuple translated_;
  evidence::Verdict verdict_;
};

TEST_F(ExpectationTest, DeliveredMeansThereAndBack) {
  EXPECT_TRUE(compare().holds);
  verdict_.reply->fate = {.kind = FateKind::NoRoute, .at = kClient};
  EXPECT_FALSE(compare().holds);
  check_.expected.reply = Verdict{FateKind::NoRoute};
  EXPECT_TRUE(compare().holds);
}

TEST_F(ExpectationTest, DeliveredMeansAtTheNodeThatWasAddressed) {
  verdict_.request.fate.at = kHost;
  EXPECT_FALSE(compare().holds);
  EXPECT_EQ(compare().expected, "delivered at client, reply delivered");
  EXPECT_EQ(compare().observed, "delivered at host, reply delivered at blue");
  check_.expected.should.at = kHost;
  EXPECT_TRUE(compare().holds);
}

TEST_F(ExpectationTest, AnotherFateOrPlaceDoesNotHold) {
  verdict_.request = {.fate = {.kind = FateKind::NoRoute, .at = kHost}};
  verdict_.reply.reset();
  EXPECT_FALSE(compare().holds);
  check_.expected.should = {FateKind::NoRoute, kBlue};
  EXPECT_FALSE(compare().holds);
  check_.expected.should.at = kHost;
  EXPECT_TRUE(compare().holds);
}

TEST_F(ExpectationTest, TranslationIsComparedOnBothSides) {
  check_.expected.translated = Translation{.source = topofile::AddressPort{ip("192.168.1.2")}};
  EXPECT_TRUE(compare().holds);
  verdict_.at_target->destination_port = 5353;
  EXPECT_FALSE(compare().holds);
}

TEST_F(ExpectationTest, AnEmptyTranslationMeansNone) {
  check_.expected.translated = Translation{};
  EXPECT_FALSE(compare().holds);
  EXPECT_EQ(compare().expected, "delivered, reply delivered, source 192.168.15.2:20000");
  EXPECT_EQ(compare().observed,
            "delivered at client, reply delivered at blue, source 192.168.1.2:20000");
}

TEST_F(ExpectationTest, TheReplyMustComeBackToWhatWasSent) {
  check_.expected.translated = Translation{.source = topofile::AddressPort{ip("192.168.1.2")}};
  verdict_.back_at_sender = translated_.inverse();
  EXPECT_FALSE(compare().holds);
}

// An echo's socket takes an answer from any address: ping calls it a success.
TEST_F(ExpectationTest, AnAnswerFromAnotherAddressIsNone) {
  check_.flow.service = {};
  for (flow::Tuple* tuple : {&sent_, &translated_}) tuple->protocol = flow::Protocol::Icmp;
  deliver();
  EXPECT_TRUE(compare().holds);
  verdict_.back_at_sender->source = ip("192.168.15.5");
  EXPECT_FALSE(compare().holds);
}

// The first tap stands behind the sender's own rules.
TEST_F(ExpectationTest, WhatTheSendersOwnRulesTranslateIsTranslated) {
  check_.expected.translated = Translation{};
  verdict_.at_target = verdict_.request.trace.front().tuple;
  EXPECT_TRUE(compare().holds);
  verdict_.sent = sent_;
  verdict_.sent->source = ip("192.168.15.77");
  EXPECT_FALSE(compare().holds);
}

TEST_F(ExpectationTest, ANodeThatIsNamedIsMeantThoughOthersHaveItsAddress) {
  topology::Link link;
  link.ends[0] = {.node = kHost, .interface = "eth1"};
  link.ends[0].addresses.push_back({InterfaceAddress::parse("192.168.1.3/24").value()});
  link.ends[1] = {.node = kClient, .interface = "eth1"};
  topology_.connect(link);
  verdict_.request.fate.at = kHost;
  EXPECT_TRUE(compare().holds) << "an owner of the address";
  check_.flow.to = kClient;
  EXPECT_FALSE(compare().holds);
}

TEST_F(ExpectationTest, PathIsWhoRoutedIt) {
  check_.expected.path = {kBlue, kHost, kClient};
  EXPECT_TRUE(compare().holds);
  check_.expected.path = {kBlue, kClient};
  EXPECT_FALSE(compare().holds);
}

TEST_F(ExpectationTest, ANodeThatOnlyBridgedIsNotOfThePath) {
  verdict_.request.trace = {
      step(StepKind::Sent, kBlue, sent_, 64), step(StepKind::Received, kHost, sent_, 64),
      step(StepKind::Forwarded, kHost, sent_, 64), step(StepKind::Received, kClient, sent_, 64)};
  EXPECT_EQ(routed_path(verdict_.request.trace), (std::vector{kBlue, kClient}));
}

TEST_F(ExpectationTest, TimeIsComparedWhereItIsAskedFor) {
  verdict_.took = std::chrono::milliseconds(30);
  check_.expected.within = std::chrono::milliseconds(20);
  EXPECT_FALSE(compare().holds);
  EXPECT_TRUE(compare().observed.ends_with("after 30 ms"));
}

}  // namespace
}  // namespace topoproof::checks
