// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/feedback.hh"

#include <array>
#include <limits>

namespace topoproof::fuzz {
namespace {

// libFuzzer clears these before each input: https://llvm.org/docs/LibFuzzer.html, "extra counters".
[[gnu::section("__libfuzzer_extra_counters")]] std::array<std::uint8_t, 1 << 13> counters;

// FNV-1a.
constexpr std::uint64_t kBegin = 0xcbf2'9ce4'8422'2325;
std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  return (hash ^ value) * 0x0000'0100'0000'01b3;
}

}  // namespace

void note(Learned kind, std::uint64_t what) {
  const std::uint64_t hash = mix(mix(kBegin, static_cast<std::uint64_t>(kind)), what);
  std::uint8_t& counter = counters[(hash >> 16) % counters.size()];
  if (counter < std::numeric_limits<std::uint8_t>::max()) ++counter;
}

void note(const generator::FeatureSet& features) {
  for (std::size_t i = 0; i < generator::kFeatures; ++i) {
    if (!features.has(static_cast<generator::Feature>(i))) continue;
    for (std::size_t j = i; j < generator::kFeatures; ++j) {
      if (!features.has(static_cast<generator::Feature>(j))) continue;
      note(Learned::FeaturePair, i * generator::kFeatures + j);
    }
  }
}

void note(const machine::Records& records, const machine::Decision& decision) {
  std::uint64_t path = kBegin;
  for (const machine::Record& record : records) {
    path = mix(path, record.chain);
    path = mix(path, static_cast<std::uint64_t>(record.kind));
    if (record.rule == nullptr) continue;
    for (const auto& expression : record.rule->expressions) {
      note(Learned::Expression, expression.index());
    }
  }
  note(Learned::ChainPath, path);
  const bool answered = decision.answer.has_value();
  note(Learned::Fate, static_cast<std::uint64_t>(decision.kind) * 2 + (answered ? 1 : 0));
}

}  // namespace topoproof::fuzz
