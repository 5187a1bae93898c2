// SPDX-License-Identifier: GPL-2.0-or-later
#include "generator/coverage.hh"

namespace topoproof::generator {
namespace {

constexpr unsigned char kMostWishes = 8;

}  // namespace

std::size_t Coverage::add(const FeatureSet& features) {
  std::size_t fresh = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    if (!features.has(static_cast<Feature>(i))) continue;
    for (std::size_t j = i; j < kFeatures; ++j) {
      if (!features.has(static_cast<Feature>(j)) || seen_[i].test(j)) continue;
      seen_[i].set(j);
      seen_[j].set(i);
      ++fresh;
    }
  }
  return fresh;
}

void Coverage::add(const Coverage& other) {
  for (std::size_t i = 0; i < kFeatures; ++i) seen_[i] |= other.seen_[i];
}

std::size_t Coverage::features() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) count += seen_[i].test(i) ? 1U : 0U;
  return count;
}

std::size_t Coverage::pairs() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < kFeatures; ++i)
    count += seen_[i].count() - (seen_[i].test(i) ? 1U : 0U);
  return count / 2;
}

bool Coverage::is_wanted(std::size_t one, std::size_t other, const FeatureSet& allowed) const {
  const auto a = static_cast<Feature>(one);
  const auto b = static_cast<Feature>(other);
  return one < other && allowed.has(a) && allowed.has(b) && !is_observed(b) && !has(a, b) &&
         asked_[one][other] < patience_;
}

std::optional<std::pair<Feature, Feature>> Coverage::next_wish(const FeatureSet& allowed) {
  constexpr std::size_t kAll = kFeatures * kFeatures;
  for (; patience_ <= kMostWishes; ++patience_) {
    for (std::size_t steps = 0; steps < kAll; ++steps) {
      cursor_ = (cursor_ + 1) % kAll;
      const std::size_t one = cursor_ / kFeatures;
      const std::size_t other = cursor_ % kFeatures;
      if (!is_wanted(one, other, allowed)) continue;
      ++asked_[one][other];
      return std::pair(static_cast<Feature>(one), static_cast<Feature>(other));
    }
  }
  return std::nullopt;
}

}  // namespace topoproof::generator
