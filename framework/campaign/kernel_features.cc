// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/kernel_features.hh"

#include <optional>

#include "generator/generate.hh"
#include "netfilter/kernel_ruleset.hh"
#include "sys/netns.hh"

namespace topoproof::campaign {
namespace {

using generator::Feature;

constexpr std::uint64_t kTries = 60;  // to make a ruleset that has a feature
constexpr int kRefusals = 4;          // of such rulesets: they have other features, too

bool is_of_rules(Feature feature) {
  return feature >= Feature::InetTable && feature < Feature::Udp;
}

bool lacks(Feature feature, const std::function<bool(const firewall::Ruleset&)>& loads) {
  const generator::Options options{.wish = std::pair(feature, feature), .rules = 1, .probes = 1};
  int refusals = 0;
  for (std::uint64_t seed = 0; seed < kTries && refusals < kRefusals; ++seed) {
    ByteSource source = ByteSource::seeded(seed);
    const generator::Case made = generator::generate(source, options);
    if (!made.features.has(feature)) continue;
    if (loads(made.ruleset)) return false;
    ++refusals;
  }
  return refusals > 0;
}

}  // namespace

generator::FeatureSet find_missing_features(
    const std::function<bool(const firewall::Ruleset&)>& loads) {
  generator::FeatureSet missing;
  for (std::size_t i = 0; i < generator::kFeatures; ++i) {
    const auto feature = static_cast<Feature>(i);
    if (is_of_rules(feature) && lacks(feature, loads)) missing.add(feature);
  }
  return missing;
}

generator::FeatureSet find_missing_features() {
  const sys::Netns netns = sys::Netns::create();
  std::optional<netlink::Socket> socket;
  sys::run_in(netns, [&] { socket.emplace(netlink::Protocol::Netfilter); });
  std::vector<netfilter::TableName> tables;
  return find_missing_features([&](const firewall::Ruleset& ruleset) {
    if (!netfilter::load_ruleset(*socket, ruleset, tables).empty()) return false;
    tables.clear();
    for (const auto& table : ruleset.tables) tables.push_back({table.family, table.name});
    return true;
  });
}

}  // namespace topoproof::campaign
