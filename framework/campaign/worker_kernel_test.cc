// SPDX-License-Identifier: GPL-2.0-or-later
// Campaigns of a few seconds with fixed seeds. What they print repeats a case.
#include <ostream>

#include <gtest/gtest.h>

#include "campaign/faults.hh"
#include "campaign/reproduction.hh"
#include "campaign/worker.hh"
#include "listing/listing.hh"
#include "sys/kernel_test.hh"

namespace topoproof::campaign {

std::ostream& operator<<(std::ostream& out, const PlantedFault& fault) { return out << fault.name; }

namespace {

class CampaignKernel : public sys::KernelTest {};

TEST_F(CampaignKernel, KernelAndSimulatorAgreeInAThousandCases) {
  constexpr std::uint64_t kCases = 1000;
  Worker worker({.seed = 1});
  for (std::uint64_t number = 0; number < kCases; ++number) {
    const auto finding = worker.run(number);
    if (!finding) continue;
    ADD_FAILURE() << make_scenario(worker.trial().shape(finding->small.shape), *finding, "seed 1");
  }
  EXPECT_EQ(worker.counts().cases, kCases);
  EXPECT_LT(worker.counts().not_modelled, worker.counts().cases / 5);
  EXPECT_LE(worker.counts().flaky, worker.counts().cases / 100);
  RecordProperty("cases", static_cast<int>(worker.counts().cases));
  RecordProperty("verdicts", static_cast<int>(worker.counts().verdicts));
}

class PlantedFaultKernel : public CampaignKernel,
                           public testing::WithParamInterface<PlantedFault> {};

TEST_P(PlantedFaultKernel, IsFoundAndShrunk) {
  Worker worker({.seed = 2}, GetParam());
  std::optional<Finding> finding;
  for (std::uint64_t number = 0; number < 2000 && !finding; ++number) finding = worker.run(number);
  ASSERT_TRUE(finding);
  EXPECT_LE(count_rules(finding->small.ruleset), 3U) << finding->text;
  EXPECT_LE(finding->small.packets.size(), 2U) << finding->text;
}

INSTANTIATE_TEST_SUITE_P(All, PlantedFaultKernel, testing::ValuesIn(all_planted_faults()),
                         [](const auto& each) {
                           std::string name = each.param.name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace topoproof::campaign
