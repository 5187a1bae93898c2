// SPDX-License-Identifier: GPL-2.0-or-later
// Property: the simulator answers the same question alike; what comes later changes nothing that
// was before; rules that meet nothing and chains that accept change nothing; behind a chain that
// drops all there is nothing; and nothing comes out of a router that nothing went into.
#include "campaign/compare.hh"
#include "fuzz/feedback.hh"
#include "fuzz/metamorphic.hh"
#include "fuzz/target.hh"

namespace topoproof::fuzz {
namespace {

constexpr std::size_t kPackets = 6;

void note_fates(const Question& question, const Answer& answer) {
  const auto observed = campaign::observed_features(question, answer);
  for (std::size_t i = 0; i < generator::kFeatures; ++i) {
    if (observed.has(static_cast<Feature>(i))) note(Learned::Fate, 100 + i);
  }
}

void check_relations(const Question& question, const Answer& answer) {
  const auto ask = [&](const Question& asked) { return ask_anew(question.shape, asked); };
  TOPOPROOF_CHECK(ask(question) == answer, "the same question has the same answer");
  TOPOPROOF_CHECK(ask(with_rules_that_meet_nothing(question)) == answer, "they change nothing");
  TOPOPROOF_CHECK(ask(with_a_chain_that_accepts(question)) == answer, "it changes nothing");
  const auto half = ask(first_half(question));
  TOPOPROOF_CHECK(half && begins_with(answer, *half), "what is to come is not known");
  if (question.shape == Feature::Container) return;  // a bridge takes frames past those hooks
  const auto nothing = ask(with_a_first_chain_that_drops(question));
  TOPOPROOF_CHECK(!nothing || count_frames(*nothing) == 0, "what is dropped first goes nowhere");
  const std::size_t most = 2 * question.packets.size();  // of each: itself, or an error and itself
  TOPOPROOF_CHECK(count_frames(answer) <= most, "each frame has a cause");
}

}  // namespace

void run(BytesView input) {
  ByteSource source(input);
  generator::Case made = generator::generate(source, {.rules = 3, .probes = kPackets});
  const auto features = made.features;
  const Feature shape = made.shape;
  const auto told = ask_anew(shape, std::move(made));
  if (!told) return;  // not modelled, and said so
  note(features);
  note_fates(told->question, told->answer);
  check_relations(told->question, told->answer);
}

}  // namespace topoproof::fuzz
