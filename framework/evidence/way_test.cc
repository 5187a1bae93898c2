// SPDX-License-Identifier: GPL-2.0-or-later
//   red eth1 --+
//   blue eth1 -+- 2, 3, 4 [ hub, a bridge ] 1 -- eth1 router eth2 -- eth1 far
//   pink eth1 -+
#include "evidence/way.hh"

#include <gtest/gtest.h>

#include "evidence/fake_witness.hh"

namespace topoproof::evidence::way_test {
namespace {

constexpr NodeId kRed(0);
constexpr NodeId kBlue(1);
constexpr NodeId kPink(2);
constexpr NodeId kHub(3);
constexpr NodeId kRouter(4);
constexpr NodeId kFar(5);

class WayTest : public testing::Test {
 protected:
  WayTest() {
    witness_.names = {"red", "blue", "pink", "hub", "router", "far"};
    witness_.ports = {{kHub, 1}, {kHub, 2}, {kHub, 3}, {kHub, 4}};
    witness_.connect({kHub, 1}, {kRouter, 1});
    witness_.connect({kHub, 2}, {kRed, 1});
    witness_.connect({kHub, 3}, {kBlue, 1});
    witness_.connect({kHub, 4}, {kPink, 1});
    witness_.connect({kRouter, 2}, {kFar, 1});
  }

  void out(NodeId node, std::uint32_t interface) { see(node, interface, Way::Out, true); }
  void in(NodeId node, std::uint32_t interface) { see(node, interface, Way::In, true); }
  void strangers(NodeId node, std::uint32_t interface) { see(node, interface, Way::In, false); }

  // "red>1 hub<2": left red by 1, came to hub by 2
  std::string way() const {
    std::string text;
    for (const Sighting& s : way_of(seen_, witness_)) {
      if (!text.empty()) text += ' ';
      text += witness_.node_name(s.node) + (s.way == Way::Out ? ">" : "<") +
              std::to_string(s.interface);
    }
    return text;
  }

  FakeWitness witness_;

 private:
  void see(NodeId node, std::uint32_t interface, Way way, bool for_this_host) {
    seen_.push_back({.time_ns = static_cast<std::int64_t>(seen_.size()),
                     .node = node,
                     .interface = interface,
                     .way = way,
                     .for_this_host = for_this_host});
  }
  Sightings seen_;
};

TEST_F(WayTest, NothingWasSeen) { EXPECT_EQ(way(), ""); }

TEST_F(WayTest, APacketThatNobodyCopiedTookTheWayItWasSeenOn) {
  out(kRed, 1);
  strangers(kHub, 2);  // a port takes frames for others: that is what it is there for
  out(kHub, 3);
  in(kBlue, 1);
  EXPECT_EQ(way(), "red>1 hub<2 hub>3 blue<1");
}

TEST_F(WayTest, CopiesForStrangersAreLeftOutBeforeAndBehindTheStation) {
  out(kRed, 1);
  strangers(kHub, 2);
  out(kHub, 4);
  strangers(kPink, 1);
  out(kHub, 3);
  in(kBlue, 1);
  out(kHub, 1);
  strangers(kRouter, 1);
  EXPECT_EQ(way(), "red>1 hub<2 hub>3 blue<1");
}

TEST_F(WayTest, ARouterBehindTheBridgeForwardsWhileTheBridgeStillCopies) {
  out(kRed, 1);
  strangers(kHub, 2);
  out(kHub, 1);
  in(kRouter, 1);
  out(kRouter, 2);
  out(kHub, 3);
  strangers(kBlue, 1);
  in(kFar, 1);
  EXPECT_EQ(way(), "red>1 hub<2 hub>1 router<1 router>2 far<1");
}

TEST_F(WayTest, FloodedToStrangersOnlyItEndsAtTheBridge) {
  out(kRed, 1);
  strangers(kHub, 2);
  out(kHub, 3);
  strangers(kBlue, 1);
  out(kHub, 4);
  strangers(kPink, 1);
  EXPECT_EQ(way(), "red>1 hub<2");
}

TEST_F(WayTest, ACopyThatWasLostBehindItsPortIsTheOneThatCounts) {
  out(kRed, 1);
  strangers(kHub, 2);
  out(kHub, 3);  // blue's end is down
  out(kHub, 4);
  strangers(kPink, 1);
  EXPECT_EQ(way(), "red>1 hub<2 hub>3");
}

// It was said to be seen nowhere behind the router.
TEST_F(WayTest, AFrameForTheWrongAddressCameToAStranger) {
  out(kRouter, 2);
  strangers(kFar, 1);
  EXPECT_EQ(way(), "router>2 far<1");
}

TEST_F(WayTest, TheBridgesOwnInterfaceTakesInAndSends) {
  constexpr std::uint32_t kBridgeItself = 9;
  out(kRed, 1);
  strangers(kHub, 2);
  in(kHub, kBridgeItself);
  out(kHub, kBridgeItself);
  out(kHub, 4);
  strangers(kPink, 1);
  out(kHub, 3);
  in(kBlue, 1);
  EXPECT_EQ(way(), "red>1 hub<2 hub<9 hub>9 hub>3 blue<1");
}

TEST_F(WayTest, ABroadcastWentToWhoeverTookItInLast) {
  out(kRed, 1);
  strangers(kHub, 2);
  out(kHub, 3);
  in(kBlue, 1);
  out(kHub, 4);
  in(kPink, 1);
  EXPECT_EQ(way(), "red>1 hub<2 hub>4 pink<1");
}

TEST_F(WayTest, APacketSentTwiceTookTheWayOfTheOneThatCameFurthest) {
  out(kRed, 1);
  strangers(kHub, 2);
  out(kRed, 1);
  strangers(kHub, 2);
  out(kHub, 3);
  in(kBlue, 1);
  EXPECT_EQ(way(), "red>1 hub<2 hub>3 blue<1");
}

TEST_F(WayTest, APacketThatGoesRoundForEverHasAnEnd) {
  for (int round = 0; round < 100'000; ++round) {
    out(kRouter, 2);
    in(kFar, 1);
    out(kFar, 1);
    in(kRouter, 2);
  }
  EXPECT_LT(way().size(), 100'000U);
}

TEST_F(WayTest, WithAGapInTheMiddleAllThatWasSeenIsToldInstead) {
  out(kRed, 1);
  in(kFar, 1);
  EXPECT_EQ(way(), "red>1 far<1");
}

}  // namespace
}  // namespace topoproof::evidence::way_test
