// SPDX-License-Identifier: GPL-2.0-or-later
#include "generator/feature.hh"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace topoproof::generator {
namespace {

// clang-format off
constexpr std::array<std::string_view, kFeatures> kNames{
    "router", "router6", "container",
    "inet-table", "bridge-table", "second-table", "subchain", "drop-policy", "early-chain",
    "late-chain",
    "filter-prerouting", "filter-input", "filter-forward", "filter-output", "filter-postrouting",
    "nat-prerouting", "nat-input", "nat-output", "nat-postrouting",
    "source-address", "destination-address", "source-port", "destination-port",
    "transport-protocol", "icmp-type",
    "input-interface", "output-interface", "mark", "ct-state", "ct-mark", "ct-status", "tcp-flags",
    "no-way-back",
    "negation", "port-interval", "network-prefix",
    "anonymous-set", "named-set", "interval-set", "concatenation", "verdict-map",
    "accept", "drop", "jump", "goto", "return", "reject-by-icmp", "reject-by-reset", "set-mark",
    "set-ct-mark", "save-mark",
    "restore-mark", "untrack", "rate-limit", "byte-quota", "clamp-mss",
    "source-nat", "source-nat-ports", "destination-nat", "destination-nat-port", "masquerade",
    "redirect",
    "udp", "tcp-syn", "tcp-ack", "tcp-reset", "tcp-syn-ack", "echo", "other-protocol", "reply",
    "same-packet-again",
    "error-about-it", "last-hop", "late-fragment", "bad-checksum", "too-long", "to-the-node",
    "no-route-there",
    "spoofed-source", "neighbor-of-a-constant",
    "forwarded", "source-translated", "destination-translated", "answered", "vanished"};
// clang-format on
static_assert(!kNames.back().empty(), "each feature has a name");

std::optional<Feature> find_feature(std::string_view name) {
  for (std::size_t i = 0; i < kFeatures; ++i) {
    if (kNames[i] == name) return static_cast<Feature>(i);
  }
  return std::nullopt;
}

std::optional<Issue> apply(std::string_view word, FeatureSet& features) {
  const bool off = word.starts_with('-');
  const std::string_view name = off ? word.substr(1) : word;
  if (name == "all") {
    features = off ? FeatureSet() : FeatureSet::all();
    return std::nullopt;
  }
  const auto feature = find_feature(name);
  if (!feature) return make_issue(fmt::format("there is no feature '{}'", name));
  if (is_observed(*feature)) {
    return make_issue(fmt::format("'{}' is what becomes of packets, nobody can ask for it", name));
  }
  off ? features.remove(*feature) : features.add(*feature);
  return std::nullopt;
}

}  // namespace

FeatureSet FeatureSet::all() {
  FeatureSet set;
  set.bits_.set();
  return set;
}

std::string_view to_string(Feature feature) { return kNames[static_cast<std::size_t>(feature)]; }

bool is_observed(Feature feature) { return feature >= Feature::Forwarded; }

std::expected<FeatureSet, Issue> parse_features(std::string_view text) {
  FeatureSet features = text.starts_with('-') ? FeatureSet::all() : FeatureSet();
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (auto issue = apply(text.substr(0, comma), features)) return std::unexpected(*issue);
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
  return features;
}

}  // namespace topoproof::generator
