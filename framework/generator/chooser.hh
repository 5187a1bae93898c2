// SPDX-License-Identifier: GPL-2.0-or-later
// The choices of the generator: only what is allowed, mostly what is wished for, and each of them
// noted. Internal to this module.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_source.hh"
#include "generator/generate.hh"

namespace topoproof::generator {

class Chooser {
 public:
  Chooser(ByteSource& source, const Options& options, FeatureSet& used)
      : source_(source), options_(options), used_(used) {}

  ByteSource& source() { return source_; }
  bool chance(unsigned percent) { return source_.below(100) < percent; }

  // A feature by the way: takes note of it if it is chosen.
  bool wants(Feature feature, unsigned percent) {
    if (!options_.allowed.has(feature)) return false;
    if (!chance(is_wished(feature) ? kObeyed : percent)) return false;
    used_.add(feature);
    return true;
  }

  // RETURNS: nothing if none of them is allowed. What is chosen is not noted yet: it may not fit.
  std::optional<Feature> choose(std::span<const Feature> features) {
    std::vector<Feature> candidates;
    for (const Feature feature : features) {
      if (options_.allowed.has(feature)) candidates.push_back(feature);
    }
    if (candidates.empty()) return std::nullopt;
    const auto wished =
        std::ranges::find_if(candidates, [this](Feature f) { return is_wished(f); });
    if (wished != candidates.end() && chance(kObeyed / 2)) return *wished;
    return source_.pick(candidates);
  }
  void note(Feature feature) { used_.add(feature); }

 private:
  static constexpr unsigned kObeyed = 90;  // percent
  bool is_wished(Feature feature) const {
    return options_.wish && (options_.wish->first == feature || options_.wish->second == feature);
  }

  ByteSource& source_;
  const Options& options_;
  FeatureSet& used_;
};

}  // namespace topoproof::generator
