// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/kernel_features.hh"

#include <algorithm>

#include <gtest/gtest.h>

namespace topoproof::campaign {
namespace {

using generator::Feature;

template <class E>
bool mentions(const firewall::Ruleset& ruleset) {
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) {
        for (const auto& expression : rule.expressions) {
          if (std::holds_alternative<E>(expression)) return true;
        }
      }
    }
  }
  return false;
}

TEST(KernelFeatures, NothingIsMissingWhereAllLoads) {
  EXPECT_EQ(find_missing_features([](const auto&) { return true; }).size(), 0U);
}

TEST(KernelFeatures, AKernelWithoutMasqueradeLacksThatAlone) {
  const auto missing = find_missing_features(
      [](const auto& ruleset) { return !mentions<firewall::Masquerade>(ruleset); });
  EXPECT_TRUE(missing.has(Feature::Masquerade));
  EXPECT_EQ(missing.size(), 1U);
}

TEST(KernelFeatures, AKernelWithoutTheBridgeFamilyLacksItsTables) {
  const auto missing = find_missing_features([](const firewall::Ruleset& ruleset) {
    return std::ranges::none_of(ruleset.tables, [](const auto& table) {
      return table.family == firewall::TableFamily::Bridge;
    });
  });
  EXPECT_TRUE(missing.has(Feature::BridgeTable));
  EXPECT_EQ(missing.size(), 1U);
}

}  // namespace
}  // namespace topoproof::campaign
