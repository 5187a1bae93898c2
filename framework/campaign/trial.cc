// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/trial.hh"

#include "plan/planner.hh"

namespace topoproof::campaign {

Trial::Side::Side(generator::Shape of, const PlantedFault& fault)
    : shape(std::move(of)),
      plan(plan::make_plan(shape.topology).value()),
      model(shape, plan, fault),
      network(shape, plan) {}

Trial::Side& Trial::side(generator::Feature kind) {
  auto& side = sides_.at(static_cast<std::size_t>(kind));
  if (!side) side = std::make_unique<Side>(generator::make_shape(kind), fault_);
  return *side;
}

Trial::Side& Trial::fresh_side(generator::Feature kind) {
  sides_.at(static_cast<std::size_t>(kind)).reset();
  return side(kind);
}

Verdict Trial::compare_with_kernel(Side& side, Model::Told told, Fences fences) {
  Issues issues = side.network.load(told.question.ruleset);
  if (!issues.empty()) return Refused{std::move(told.question), std::move(issues)};
  const Answer kernel = side.network.ask(told.question, fences);
  auto difference = compare(side.shape, told.question, kernel, told.answer);
  if (difference) return Diverged{std::move(told.question), *std::move(difference)};
  const auto observed = observed_features(told.question, kernel);
  return Agreed{std::move(told.question), observed};
}

Verdict Trial::judge(generator::Case made) {
  Side& own = side(made.shape);
  auto told = own.model.ask(std::move(made));
  if (!told) return NotModelled{told.error()};
  return compare_with_kernel(own, *std::move(told), Fences::BehindAll);
}

Verdict Trial::judge(const Question& question, Fences fences, bool fresh) {
  Side& own = fresh ? fresh_side(question.shape) : side(question.shape);
  auto answer = own.model.ask(question);
  if (!answer) return NotModelled{answer.error()};
  return compare_with_kernel(own, {question, *std::move(answer)}, fences);
}

Diagnosis Trial::diagnose(const Question& question) {
  Side& own = fresh_side(question.shape);
  Evidence evidence;
  evidence.environment = own.network.environment();
  static_cast<void>(own.model.ask(question));
  evidence.simulator = own.model.matches();
  if (const Issues issues = own.network.load(question.ruleset); !issues.empty()) {
    return {Suspect::Generator, to_string(issues)};
  }
  evidence.listed = own.network.listed();
  evidence.kernel = matches_of(question.ruleset, evidence.listed, own.network.trace(question));
  return campaign::diagnose(question, evidence);
}

}  // namespace topoproof::campaign
