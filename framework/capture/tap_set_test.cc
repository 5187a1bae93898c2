// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/tap_set.hh"

#include <gtest/gtest.h>

namespace topoproof::capture {
namespace {

constexpr std::size_t kPage = 4096;

TEST(FitRings, LeavesWhatFits) {
  std::vector<TapRequest> requests(10, {nullptr, {.frames = 100}});
  const std::size_t one = ring_bytes(requests[0].options);
  EXPECT_EQ(fit_rings(requests, 10 * one), 10 * one);
  EXPECT_EQ(requests[0].options.frames, 100u);
}

TEST(FitRings, CutsAllByTheSameFactor) {
  std::vector<TapRequest> requests{{nullptr, {.frames = 10'000}}, {nullptr, {.frames = 100'000}}};
  EXPECT_LE(fit_rings(requests, 1 << 20), std::size_t{1} << 20);
  EXPECT_NEAR(static_cast<double>(requests[1].options.frames),
              10.0 * static_cast<double>(requests[0].options.frames), 20.0);
}

TEST(FitRings, GoesNoLowerThanAPageEach) {
  std::vector<TapRequest> requests(10, {nullptr, {.frames = 5000}});
  EXPECT_EQ(fit_rings(requests, 5 * kPage), 10 * kPage);
}

TEST(FitRings, AThousandDefaultTapsFitTheBudget) {
  std::vector<TapRequest> requests(1000);
  fit_rings(requests);
  EXPECT_EQ(requests[0].options.frames, TapOptions{}.frames);
}

}  // namespace
}  // namespace topoproof::capture
