// SPDX-License-Identifier: GPL-2.0-or-later
// Which features and pairs of features a campaign has seen, and which to ask for next.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "generator/feature.hh"

namespace topoproof::generator {

class Coverage {
 public:
  // RETURNS: how many pairs of the case are new (a feature with itself is one).
  std::size_t add(const FeatureSet& features);
  void add(const Coverage& other);

  std::size_t features() const;
  std::size_t pairs() const;  // of different features
  bool has(Feature one, Feature other) const { return seen_[index(one)].test(index(other)); }

  // Two features that nobody has seen together; those that have been asked for least come first.
  // Some can never meet: what has been asked for in vain a few times is not asked for any more.
  // RETURNS: nothing if there is nothing left to ask for.
  std::optional<std::pair<Feature, Feature>> next_wish(const FeatureSet& allowed);

 private:
  static std::size_t index(Feature feature) { return static_cast<std::size_t>(feature); }
  bool is_wanted(std::size_t one, std::size_t other, const FeatureSet& allowed) const;

  std::array<std::bitset<kFeatures>, kFeatures> seen_;
  std::array<std::array<unsigned char, kFeatures>, kFeatures> asked_{};
  std::size_t cursor_ = 0;
  unsigned char patience_ = 1;
};

}  // namespace topoproof::generator
