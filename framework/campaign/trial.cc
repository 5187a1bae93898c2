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

Verdict Trial::compare_with_kernel(Side& side, Model::Told told, const Patience& patience) {
  Issues issues = side.network.load(told.question.ruleset);
  if (!issues.empty()) return Refused{std::move(told.question), std::move(issues)};
  const Answer kernel = side.network.ask(told.question, patience);
  auto difference = compare(side.shape, told.question, kernel, told.answer);
  if (difference) return Diverged{std::move(told.question), *std::move(difference)};
  const auto observed = observed_features(told.question, kernel);
  return Agreed{std::move(told.question), observed};
}

Verdict Trial::judge(const generator::Case& made) {
  Side& own = side(made.shape);
  auto told = own.model.ask(made);
  if (!told) return NotModelled{told.error()};
  return compare_with_kernel(own, *std::move(told), {});
}

Verdict Trial::judge(const Question& question, const Patience& patience, bool fresh) {
  if (fresh) sides_.at(static_cast<std::size_t>(question.shape)).reset();
  Side& own = side(question.shape);
  auto answer = own.model.ask(question);
  if (!answer) return NotModelled{answer.error()};
  return compare_with_kernel(own, {question, *std::move(answer)}, patience);
}

}  // namespace topoproof::campaign
