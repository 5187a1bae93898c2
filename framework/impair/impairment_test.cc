// SPDX-License-Identifier: GPL-2.0-or-later
#include "impair/impairment.hh"

#include <gtest/gtest.h>

namespace topoproof::impair {
namespace {

using std::chrono::milliseconds;

TEST(Share, IsReadAndWritten) {
  for (const char* text : {"0%", "5%", "0.25%", "99.9999%", "100%"}) {
    const auto share = Share::parse(text);
    ASSERT_TRUE(share) << text;
    EXPECT_EQ(to_string(*share), text);
  }
  EXPECT_EQ(Share::parse("5%")->millionths, 50'000U);
}

TEST(Share, IsNoMoreThanAll) {
  for (const char* text : {"101%", "-1%", "5", "%", "x%", ""}) {
    EXPECT_FALSE(Share::parse(text)) << text;
  }
}

TEST(Rate, IsReadAndWritten) {
  for (const char* text : {"10mbit", "64kbit", "1gbit", "1500kbit", "7bit"}) {
    const auto rate = Rate::parse(text);
    ASSERT_TRUE(rate) << text;
    EXPECT_EQ(to_string(*rate), text);
  }
  EXPECT_EQ(Rate::parse("1.5mbit")->bits, 1'500'000U);
  for (const char* text : {"0mbit", "10", "mbit", "10mb"}) EXPECT_FALSE(Rate::parse(text)) << text;
}

TEST(Impairment, IsSaidAsNetemTakesIt) {
  EXPECT_EQ(to_string(Impairment{.delay = milliseconds(10),
                                 .jitter = milliseconds(2),
                                 .loss = {50'000},
                                 .rate = {10'000'000},
                                 .seed = 7}),
            "delay 10ms 2ms loss 5% rate 10mbit seed 7");
}

TEST(Impairment, ThatNobodyCanMeanIsSaidToBe) {
  EXPECT_EQ(why_not({.delay = milliseconds(1), .jitter = milliseconds(2)}),
            "a jitter of 2ms is more than the delay of 1ms");
  EXPECT_EQ(why_not({.reorder = {1}}), "without a delay no packet can overtake another");
  EXPECT_EQ(why_not({.delay = milliseconds(1), .reorder = {1}}), "");
}

}  // namespace
}  // namespace topoproof::impair
