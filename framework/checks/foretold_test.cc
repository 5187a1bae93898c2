// SPDX-License-Identifier: GPL-2.0-or-later
//   red eth1 -- eth1 router eth2 -- eth1 far
#include "checks/foretold.hh"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "evidence/fake_witness.hh"
#include "evidence/plain_delivery.hh"

namespace topoproof::checks {
namespace {

using evidence::Role;
using evidence::Way;

constexpr NodeId kRed(0);
constexpr NodeId kRouter(1);
constexpr NodeId kFar(2);

// The prediction that is right of the case, to be spoilt.
class ForetoldTest : public testing::Test {
 protected:
  ForetoldTest() {
    witness_.names = {"red", "router", "far"};
    witness_.forwarding = {kRouter};
    witness_.connect({kRed, 1}, {kRouter, 1});
    witness_.connect({kRouter, 2}, {kFar, 1});
    const flow::Tuple there{Ipv4Address(10, 0, 1, 1), Ipv4Address(10, 0, 2, 2), flow::Protocol::Udp,
                            20'000, 53};
    case_.flow = {.from = kRed, .destination = there.destination, .service = {there.protocol, 53}};
    case_.attempt = {.sent = there, .arrivals = {{kFar, there}}, .answered = true};
    see(Role::Request, there, {{kRed, 1}, {kRouter, 1}, {kRouter, 2}, {kFar, 1}});
    see(Role::Reply, there.inverse(), {{kFar, 1}, {kRouter, 2}, {kRouter, 1}, {kRed, 1}});
    const evidence::Verdict verdict = evidence::judge(case_, witness_);
    right_ = {.request = verdict.request, .reply = verdict.reply};
  }

  void see(Role role, const flow::Tuple& tuple, const std::vector<evidence::LinkEnd>& way) {
    for (std::size_t i = 0; i < way.size(); ++i) {
      case_.sightings.push_back({.time_ns = ++now_,
                                 .node = way[i].node,
                                 .interface = way[i].interface,
                                 .way = i % 2 == 0 ? Way::Out : Way::In,
                                 .role = role,
                                 .ttl = static_cast<std::uint8_t>(64 - i / 2),
                                 .tuple = tuple});
    }
  }

  evidence::FakeWitness witness_;
  evidence::Case case_;
  sim::Prediction right_;

 private:
  std::int64_t now_ = 0;
};

TEST_F(ForetoldTest, APlainDeliveryThatWasForetoldIsRecognised) {
  ASSERT_TRUE(evidence::is_plain_delivery(case_, witness_));
  EXPECT_TRUE(went_as_foretold(case_, right_, witness_));
}

TEST_F(ForetoldTest, WhatNoTapSeesIsNoHop) {
  right_.request.trace.insert(right_.request.trace.begin() + 1, {flow::StepKind::Route, kRed});
  right_.reply->trace.push_back({flow::StepKind::Delivered, kRed});
  EXPECT_TRUE(went_as_foretold(case_, right_, witness_));
}

TEST_F(ForetoldTest, EveryOtherPredictionIsNot) {
  using Change = std::function<void(sim::Prediction&)>;
  const std::vector<std::pair<std::string, Change>> changes = {
      {"dropped", [](auto& p) { p.request.fate.kind = flow::FateKind::Dropped; }},
      {"delivered elsewhere", [](auto& p) { p.request.fate.at = kRouter; }},
      {"no reply", [](auto& p) { p.reply.reset(); }},
      {"a reply that dies", [](auto& p) { p.reply->fate.kind = flow::FateKind::NoRoute; }},
      {"not known", [](auto& p) { p.unknown.push_back({.reason = "a limit"}); }},
      {"a hop less", [](auto& p) { p.request.trace.erase(p.request.trace.begin()); }},
      {"a hop more", [](auto& p) { p.reply->trace.push_back(p.reply->trace.front()); }},
      {"another node", [](auto& p) { p.request.trace[1].node = kFar; }},
      {"another interface", [](auto& p) { p.request.trace[2].interface = "eth7"; }},
      {"another TTL", [](auto& p) { --p.reply->trace[3].ttl; }},
      {"another port", [](auto& p) { ++p.request.trace[3].tuple.source_port; }},
      {"the other way", [](auto& p) { p.reply->trace[0].kind = flow::StepKind::Received; }}};
  for (const auto& [what, change] : changes) {
    sim::Prediction wrong = right_;
    change(wrong);
    EXPECT_FALSE(went_as_foretold(case_, wrong, witness_)) << what;
  }
}

}  // namespace
}  // namespace topoproof::checks
