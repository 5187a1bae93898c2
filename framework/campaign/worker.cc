// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/worker.hh"

#include <algorithm>

#include "campaign/shrink.hh"

namespace topoproof::campaign {
namespace {

constexpr int kReruns = 3;
constexpr std::uint64_t kCasesPerNetwork = 5000;  // then new ones are built
constexpr Patience kPatient{std::chrono::milliseconds(20)};

bool translates(const firewall::Ruleset& ruleset) {
  return std::ranges::any_of(ruleset.tables, [](const firewall::Table& table) {
    return std::ranges::any_of(table.chains, [](const firewall::Chain& chain) {
      return chain.base && chain.base->type == firewall::ChainType::Nat;
    });
  });
}

}  // namespace

std::string_view to_string(Suspect suspect) {
  if (suspect == Suspect::Generator) return "generator or encoder";
  return suspect == Suspect::Simulator ? "simulator" : "NAT model";
}

bool Worker::differs(const Question& question, bool fresh) {
  return std::holds_alternative<Diverged>(
      trial_.judge(question, fresh ? kPatient : Patience{}, fresh));
}

std::optional<Finding> Worker::look_into(std::uint64_t number, const Diverged& diverged) {
  for (int rerun = 0; rerun < kReruns; ++rerun) {
    if (differs(diverged.question, true)) continue;
    ++counts_.flaky;
    return std::nullopt;
  }
  // Mostly a network that others have used will do, and is a hundred times faster.
  Question small;
  Verdict verdict = NotModelled{};
  for (const bool fresh : {false, true}) {
    small = shrink(diverged.question, [&](const Question& q) { return differs(q, fresh); });
    verdict = trial_.judge(small, kPatient, true);
    if (std::holds_alternative<Diverged>(verdict)) break;
  }
  const auto* again = std::get_if<Diverged>(&verdict);
  if (again == nullptr) {
    small = diverged.question;
    again = &diverged;
  }
  ++counts_.divergences;
  return Finding{.number = number,
                 .suspect = translates(small.ruleset) ? Suspect::NatModel : Suspect::Simulator,
                 .small = small,
                 .text = again->difference.text,
                 .first_text = diverged.difference.text};
}

std::optional<Finding> Worker::run(std::uint64_t number) {
  if (number % kCasesPerNetwork == kCasesPerNetwork - 1) trial_.rebuild();
  ByteSource source = ByteSource::seeded(options_.seed * 0x9e37'79b9'7f4a'7c15 + number);
  generator::Options options{.allowed = options_.allowed, .probes = options_.probes};
  if (number % 2 == 0) options.wish = coverage_.next_wish(options_.allowed);
  generator::Case made = generator::generate(source, options);
  ++counts_.cases;
  met_something_new_ = false;
  Verdict verdict = trial_.judge(made);
  if (const auto* agreed = std::get_if<Agreed>(&verdict)) {
    counts_.verdicts += agreed->question.packets.size();
    made.features.add(agreed->observed);
    met_something_new_ = coverage_.add(made.features) > 0;
    return std::nullopt;
  }
  if (std::holds_alternative<NotModelled>(verdict)) {
    ++counts_.not_modelled;
    return std::nullopt;
  }
  if (const auto* diverged = std::get_if<Diverged>(&verdict)) return look_into(number, *diverged);
  ++counts_.refused;
  const auto& refused = std::get<Refused>(verdict);
  return Finding{.number = number,
                 .suspect = Suspect::Generator,
                 .small = refused.question,
                 .text = to_string(refused.issues),
                 .first_text = {}};
}

}  // namespace topoproof::campaign
