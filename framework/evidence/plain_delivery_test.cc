// SPDX-License-Identifier: GPL-2.0-or-later
//   red eth1 -- 2 [ hub, a bridge ] 1 -- eth1 router eth2 -- eth1 far
#include "evidence/plain_delivery.hh"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "evidence/fake_witness.hh"

namespace topoproof::evidence::plain_delivery_test {
namespace {

constexpr NodeId kRed(0);
constexpr NodeId kHub(1);
constexpr NodeId kRouter(2);
constexpr NodeId kFar(3);

template <class Value>
using Changes = std::vector<std::pair<std::string, std::function<void(Value&)>>>;

const Changes<Sighting> kSightingChanges = {
    {"another source", [](Sighting& s) { s.tuple.source = Ipv4Address(9, 9, 9, 9); }},
    {"another destination", [](Sighting& s) { s.tuple.destination = Ipv4Address(9, 9, 9, 9); }},
    {"another port", [](Sighting& s) { ++s.tuple.source_port; }},
    {"another TTL", [](Sighting& s) { --s.ttl; }},
    {"at another node", [](Sighting& s) { s.node = s.node == kHub ? kFar : kHub; }},
    {"at another interface", [](Sighting& s) { s.interface += 2; }},
    {"the other way", [](Sighting& s) { s.way = s.way == Way::In ? Way::Out : Way::In; }},
    {"by a stranger", [](Sighting& s) { s.for_this_host = false; }},
    {"of another packet", [](Sighting& s) { ++s.packet; }},
    {"of an error", [](Sighting& s) { s.role = Role::Error; }},
    {"of a reset", [](Sighting& s) { s.role = Role::Reset; }},
    {"of a fence", [](Sighting& s) { s.role = Role::Fence; }},
    {"of the other direction",
     [](Sighting& s) { s.role = s.role == Role::Request ? Role::Reply : Role::Request; }}};

const Changes<probe::Attempt> kAttemptChanges = {
    {"nobody got it", [](auto& a) { a.arrivals.clear(); }},
    {"two got it", [](auto& a) { a.arrivals.push_back({kRouter, a.arrivals[0].tuple}); }},
    {"another got it", [](auto& a) { a.arrivals[0].node = kRouter; }},
    {"it came as another's", [](auto& a) { ++a.arrivals[0].tuple.source_port; }},
    {"it could not be answered", [](auto& a) { a.arrivals[0].reply_error = 101; }},
    {"no reply came", [](auto& a) { a.answered = false; }},
    {"it could not be sent", [](auto& a) { a.error = 101; }},
    {"it was refused later", [](auto& a) { a.later_error = 111; }}};

class PlainDeliveryTest : public testing::Test {
 protected:
  PlainDeliveryTest() {
    witness_.names = {"red", "hub", "router", "far"};
    witness_.ports = {{kHub, 1}, {kHub, 2}};
    witness_.forwarding = {kRouter};
    witness_.connect({kRed, 1}, {kHub, 2});
    witness_.connect({kHub, 1}, {kRouter, 1});
    witness_.connect({kRouter, 2}, {kFar, 1});
    const flow::Tuple there{Ipv4Address(10, 0, 1, 1), Ipv4Address(10, 0, 2, 2), flow::Protocol::Udp,
                            20'000, 53};
    case_.flow = {.from = kRed, .destination = there.destination, .service = {there.protocol, 53}};
    case_.attempt = {.sent = there, .arrivals = {{kFar, there}}, .answered = true};
    see(Role::Request, there,
        {{kRed, 1}, {kHub, 2}, {kHub, 1}, {kRouter, 1}, {kRouter, 2}, {kFar, 1}});
    see(Role::Reply, there.inverse(),
        {{kFar, 1}, {kRouter, 2}, {kRouter, 1}, {kHub, 1}, {kHub, 2}, {kRed, 1}});
  }

  // What the judge says of the evidence when he looks at each hop.
  bool is_delivered_untranslated(const Case& evidence) {
    const Verdict verdict = judge(evidence, witness_);
    if (verdict.request.fate.kind != flow::FateKind::Delivered || !verdict.reply ||
        verdict.reply->fate.kind != flow::FateKind::Delivered || needs_fence(verdict)) {
      return false;
    }
    const auto is_translated = [](const flow::Step& step) {
      return step.kind == flow::StepKind::Translated;
    };
    const flow::Tuple sent = verdict.request.trace.front().tuple;
    return verdict.request.fate.at == evidence.attempt.arrivals.front().node &&
           verdict.at_target == sent && verdict.back_at_sender == sent.inverse() &&
           std::ranges::none_of(verdict.request.trace, is_translated) &&
           std::ranges::none_of(verdict.reply->trace, is_translated);
  }

  void consider(const std::string& change, const Case& changed) {
    ++tried_;
    if (!is_plain_delivery(changed, witness_)) return;
    still_plain_.push_back(change);
    if (!is_delivered_untranslated(changed)) lies_.push_back(change);
  }

  void try_every_sighting(const std::string& change, const std::function<void(Case&, long)>& make) {
    for (std::size_t i = 0; i < case_.sightings.size(); ++i) {
      Case changed = case_;
      make(changed, static_cast<long>(i));
      consider(change + " " + std::to_string(i), changed);
    }
  }

  void try_all_changes() {
    try_every_sighting("without",
                       [](Case& c, long i) { c.sightings.erase(c.sightings.begin() + i); });
    try_every_sighting("twice", [](Case& c, long i) {
      c.sightings.insert(c.sightings.begin() + i, Sighting(c.sightings.begin()[i]));
    });
    for (const auto& [name, change] : kSightingChanges) {
      try_every_sighting(name, [&](Case& c, long i) { change(c.sightings.begin()[i]); });
    }
    for (const auto& [name, change] : kAttemptChanges) {
      Case changed = case_;
      change(changed.attempt);
      consider(name, changed);
    }
  }

  FakeWitness witness_;
  Case case_;
  std::size_t tried_ = 0;
  std::vector<std::string> still_plain_;
  std::vector<std::string> lies_;

 private:
  void see(Role role, const flow::Tuple& tuple, const std::vector<LinkEnd>& places) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      case_.sightings.push_back({.time_ns = static_cast<std::int64_t>(case_.sightings.size()),
                                 .node = places[i].node,
                                 .interface = places[i].interface,
                                 .way = i % 2 == 0 ? Way::Out : Way::In,
                                 .role = role,
                                 .ttl = static_cast<std::uint8_t>(i < 4 ? 64 : 63),
                                 .tuple = tuple});
    }
  }
};

TEST_F(PlainDeliveryTest, ThereAndBackWithEveryHopSeenIsPlain) {
  EXPECT_TRUE(is_plain_delivery(case_, witness_));
  EXPECT_TRUE(is_delivered_untranslated(case_));
}

TEST_F(PlainDeliveryTest, TheJudgeAgreesWhateverIsChanged) {
  try_all_changes();
  EXPECT_GT(tried_, 150U);
  EXPECT_EQ(lies_, std::vector<std::string>{});
}

// Of a packet more than the handshake's first nothing is asked, and no TTL.
TEST_F(PlainDeliveryTest, HardlyAnyChangeIsPlainStill) {
  try_all_changes();
  std::erase_if(still_plain_, [](const std::string& change) {
    return change.starts_with("another TTL") || change.starts_with("by a stranger") ||
           change.starts_with("of another packet");
  });
  EXPECT_EQ(still_plain_, std::vector<std::string>{});
}

TEST_F(PlainDeliveryTest, AConnectionHasToBeClosed) {
  case_.flow.service.protocol = flow::Protocol::Tcp;
  case_.attempt.connected = true;
  EXPECT_FALSE(is_plain_delivery(case_, witness_));
  case_.attempt.closed = case_.attempt.ended_at_target = true;
  EXPECT_TRUE(is_plain_delivery(case_, witness_));
}

TEST_F(PlainDeliveryTest, ThePathIsOfNodesThatRouted) {
  EXPECT_TRUE(was_routed_by(case_, std::vector{kRed, kRouter, kFar}));
  EXPECT_FALSE(was_routed_by(case_, std::vector{kRed, kHub, kRouter, kFar}));
  EXPECT_FALSE(was_routed_by(case_, std::vector{kRed, kFar}));
  EXPECT_FALSE(was_routed_by(case_, std::vector{kRed, kRouter}));
  EXPECT_FALSE(was_routed_by(case_, std::vector{kRouter, kFar}));
  EXPECT_FALSE(was_routed_by(case_, std::vector{kRed, kRouter, kFar, kHub}));
}

}  // namespace
}  // namespace topoproof::evidence::plain_delivery_test
