// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/worker.hh"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/known_divergences.hh"
#include "campaign/shrink.hh"

namespace topoproof::campaign {
namespace {

constexpr int kReruns = 3;
constexpr std::uint64_t kCasesPerNetwork = 5000;  // then new ones are built

std::optional<generator::Feature> find_feature(std::string_view name) {
  for (std::size_t i = 0; i < generator::kFeatures; ++i) {
    const auto feature = static_cast<generator::Feature>(i);
    if (to_string(feature) == name) return feature;
  }
  return std::nullopt;
}

}  // namespace

std::string to_string(const Wish& wish) {
  if (!wish) return "none";
  return fmt::format("{}+{}", to_string(wish->first), to_string(wish->second));
}

std::optional<Wish> parse_wish(std::string_view text) {
  if (text == "none") return Wish();
  const std::size_t plus = std::min(text.find('+'), text.size());
  const auto one = find_feature(text.substr(0, plus));
  const auto other = find_feature(text.substr(std::min(plus + 1, text.size())));
  if (!one || !other) return std::nullopt;
  return Wish({*one, *other});
}

std::uint64_t encode(const Wish& wish) {
  if (!wish) return 0;
  return 1U | static_cast<std::uint64_t>(wish->first) << 8U |
         static_cast<std::uint64_t>(wish->second) << 16U;
}

Wish decode_wish(std::uint64_t code) {
  if (code == 0) return {};
  const auto feature = [&](unsigned shift) {
    return static_cast<generator::Feature>(code >> shift & 0xff);
  };
  return std::make_pair(feature(8), feature(16));
}

bool Worker::differs(const Question& question, bool fresh) {
  on_step_();
  return std::holds_alternative<Diverged>(
      trial_.judge(question, fresh ? Fences::BehindEach : Fences::BehindAll, fresh));
}

std::optional<Finding> Worker::look_into(std::uint64_t number, const Diverged& diverged) {
  for (int rerun = 0; rerun < kReruns; ++rerun) {
    if (differs(diverged.question, true)) continue;
    ++counts_.flaky;
    return Finding{
        .seed = options_.seed,
        .number = number,
        .wish = wish_,
        .flaky = true,
        .diagnosis = {Suspect::Environment,
                      fmt::format("asked again, both sides agreed ({} times before)", rerun)},
        .small = diverged.question,
        .text = diverged.difference.text,
        .first_text = diverged.difference.text};
  }
  const auto [small, difference] = shrink_further(diverged);
  if (find_known(small, difference.kind) != nullptr) {
    ++counts_.known;
    return std::nullopt;
  }
  ++counts_.divergences;
  return Finding{.seed = options_.seed,
                 .number = number,
                 .wish = wish_,
                 .diagnosis = trial_.diagnose(small),
                 .small = small,
                 .text = difference.text,
                 .first_text = diverged.difference.text};
}

// Mostly a network that others have used will do, and is a hundred times faster.
Diverged Worker::shrink_further(const Diverged& diverged) {
  for (const bool fresh : {false, true}) {
    const Question small =
        shrink(diverged.question, [&](const Question& q) { return differs(q, fresh); });
    Verdict verdict = trial_.judge(small, Fences::BehindEach, true);
    if (auto* again = std::get_if<Diverged>(&verdict)) return std::move(*again);
  }
  return diverged;
}

Verdict Worker::ask(std::uint64_t number) {
  if (number % kCasesPerNetwork == kCasesPerNetwork - 1) trial_.rebuild();
  ByteSource source = ByteSource::seeded(options_.seed * 0x9e37'79b9'7f4a'7c15 + number);
  generator::Options options{.allowed = options_.allowed, .probes = options_.probes};
  if (options_.wish) {
    options.wish = *options_.wish;
  } else if (number % 2 == 0) {
    options.wish = coverage_.next_wish(options_.allowed);
  }
  wish_ = options.wish;
  on_step_();
  generator::Case made = generator::generate(source, options);
  ++counts_.cases;
  met_something_new_ = false;
  generator::FeatureSet features = made.features;
  Verdict verdict = trial_.judge(std::move(made));
  if (const auto* agreed = std::get_if<Agreed>(&verdict)) {
    counts_.verdicts += agreed->question.packets.size();
    features.add(agreed->observed);
    met_something_new_ = coverage_.add(features) > 0;
  }
  if (std::holds_alternative<NotModelled>(verdict)) ++counts_.not_modelled;
  return verdict;
}

std::optional<Finding> Worker::run(std::uint64_t number) {
  const Verdict verdict = ask(number);
  if (const auto* diverged = std::get_if<Diverged>(&verdict)) return look_into(number, *diverged);
  const auto* refused = std::get_if<Refused>(&verdict);
  if (refused == nullptr) return std::nullopt;
  ++counts_.refused;
  return Finding{.seed = options_.seed,
                 .number = number,
                 .wish = wish_,
                 .diagnosis = {Suspect::Generator, "the kernel refuses the rules"},
                 .small = refused->question,
                 .text = to_string(refused->issues),
                 .first_text = {}};
}

}  // namespace topoproof::campaign
