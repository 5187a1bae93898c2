// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutation/trial.hh"

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "mutation/in_parallel.hh"
#include "mutation/survivor.hh"
#include "mutation/worlds.hh"
#include "scenario/tally.hh"

namespace topoproof::mutation {
namespace {

using scenario::CheckItem;
using scenario::Outcome;
using scenario::Scenario;
using scenario::ScenarioResult;

bool has(const ScenarioResult& result, Outcome outcome) {
  return std::ranges::any_of(result.checks,
                             [&](const auto& check) { return check.outcome == outcome; });
}

bool passes(const ScenarioResult& result) {
  return result.error.empty() && !result.checks.empty() &&
         std::ranges::all_of(result.checks, [](const auto& check) {
           return check.outcome == Outcome::Passed || check.outcome == Outcome::Skipped;
         });
}

// Why nothing can be learned from mutants.
std::string obstacle(const ScenarioResult& result) {
  for (const scenario::CheckResult& check : result.checks) {
    if (check.outcome == Outcome::Passed || check.outcome == Outcome::Skipped) continue;
    if (check.outcome == Outcome::Unknown) continue;
    return fmt::format("'{}' is {} without any mistake: expected {}, observed {}", check.name,
                       to_string(check.outcome), check.expected, check.observed);
  }
  return has(result, Outcome::Passed) ? "" : "no check of it passes without any mistake";
}

const std::string& name_of(const CheckItem& item) {
  return std::visit([](const auto& i) -> const std::string& { return i.name; }, item);
}
const Location& where_of(const CheckItem& item) {
  return std::visit([](const auto& i) -> const Location& { return i.where; }, item);
}

bool passes_when_everyone_answers(const CheckItem& item, const topology::Topology& topology) {
  for (std::size_t i = 0; i < scenario::flow_count(item); ++i) {
    const auto check = scenario::check_at(item, topology, i);
    if (!mutation::passes_when_everyone_answers(check, topology)) return false;
  }
  return true;
}

class Trial {
 public:
  Trial(const Scenario& scenario, const checks::RuleCompiler& compile, const TrialOptions& options)
      : options_(options) {
    result_.name = scenario.name;
    result_.file = scenario.file;
    network_ = make_network(scenario, compile, result_.warnings);
  }

  TrialResult run() {
    if (can_begin()) {
      gather();
      in_parallel(options_.jobs, mutants_.size(), [this](std::size_t i) { judge(i); });
      ask_about_survivors();
      if (!stopped()) visit_worlds();
    }
    result_.interrupted = options_.stop != nullptr && *options_.stop;
    result_.could_not_run = !harness_error_.empty();
    if (result_.could_not_run) result_.error = harness_error_;
    return std::move(result_);
  }

 private:
  using Run = std::expected<ScenarioResult, std::string>;

  bool stopped() const { return broken_ || (options_.stop != nullptr && *options_.stop); }

  bool can_begin() {
    const Run as_it_is = options_.run(network_);
    if (!as_it_is) {
      harness_failed(as_it_is.error());
    } else if (!as_it_is->error.empty()) {
      harness_failed(as_it_is->error);
    } else if (!as_it_is->interrupted) {
      result_.error = obstacle(*as_it_is);
    }
    return !broken_ && result_.error.empty();
  }

  // It goes on with nothing more: what failed once would for every mutant.
  void harness_failed(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (harness_error_.empty()) harness_error_ = why;
    broken_ = true;
  }

  // What cannot be carried out is refused, if the network can be without the mistake, and this one
  // cannot once more: it is no fault of the machine.
  Run run(const Network& planted) {
    Run seen = options_.run(planted);
    if (!seen || seen->error.empty() || seen->input_is_wrong || stopped()) return seen;
    const Run as_it_is = options_.run(network_);
    if (!as_it_is || !as_it_is->error.empty()) {
      harness_failed(seen->error);
      return seen;
    }
    return options_.run(planted);
  }

  void gather() {
    mutants_ = mutants_of(network_);
    if (options_.select)
      std::erase_if(mutants_, [&](const auto& m) { return !options_.select(m); });
    for (const Mutant& mutant : mutants_) result_.mutants.push_back({.name = mutant.name});
  }

  Network planted(std::size_t i) const {
    Network copy = network_;
    mutants_[i].plant(copy);
    return copy;
  }

  void judge(std::size_t i) {
    if (stopped()) return;
    MutantResult& result = result_.mutants[i];
    const Run seen = run(planted(i));
    if (!seen) {
      result.fate = Fate::Unknown;
      result.note = seen.error();
      return;
    }
    for (const scenario::CheckResult& check : seen->checks) {
      if (check.outcome != Outcome::Failed) continue;
      result.killers.push_back(check.name);
      note_failure(check.where);
    }
    if (!result.killers.empty()) {
      result.fate = Fate::Killed;
    } else if (!stopped() && !seen->interrupted) {
      result.fate = fate_without_failure(i, *seen, result.note);
    }
  }

  Fate fate_without_failure(std::size_t i, const ScenarioResult& seen, std::string& note) const {
    note = seen.error;
    if (!note.empty()) return Fate::Refused;
    for (const scenario::CheckResult& check : seen.checks) {
      if (check.outcome != Outcome::Error && check.outcome != Outcome::Diverged) continue;
      note = fmt::format("{}: {}", check.name, check.observed);
      for (const std::string& line : check.notes) note += "; " + line;
      return check.outcome == Outcome::Error ? Fate::Unknown : Fate::Diverged;
    }
    note = mutants_[i].proof;
    return note.empty() ? Fate::Survived : Fate::Equivalent;
  }

  void note_failure(const Location& where) {
    const std::lock_guard lock(mutex_);
    failed_.insert(where);
  }

  // What survived its checks is equivalent, unless a flow is found that ends otherwise.
  void ask_about_survivors() {
    std::vector<std::size_t> alive;
    for (std::size_t i = 0; i < mutants_.size(); ++i) {
      if (result_.mutants[i].fate == Fate::Survived) alive.push_back(i);
    }
    for (const std::size_t i : alive) give_up(result_.mutants[i]);
    if (alive.empty() || stopped()) return;
    Survivors survivors(network_);
    result_.flows = survivors.flows();
    std::vector<Differences> found(alive.size());
    in_parallel(options_.jobs, alive.size(), [&](std::size_t i) {
      if (!stopped()) found[i] = survivors.differences(mutants_[alive[i]]);
    });
    for (std::size_t i = 0; i < alive.size() && !stopped(); ++i) {
      MutantResult& result = result_.mutants[alive[i]];
      result.fate = Fate::Survived;
      result.note.clear();
      survivors.conclude(mutants_[alive[i]], found[i], result);
    }
  }
  // Until its flows are asked.
  static void give_up(MutantResult& result) {
    result.fate = Fate::NotTried;
    result.note = "all checks pass with it; whether a flow ends otherwise was not asked";
  }

  void visit_worlds() {
    for (const World& world : worlds_of(network_)) {
      const Run seen = run(world.network);
      if (stopped()) return;
      if (!seen) continue;
      for (const auto& check : seen->checks) {
        if (check.outcome != Outcome::Passed) note_failure(check.where);
      }
      if (passes(*seen)) result_.passes.emplace_back(world.name);
    }
    visit_everyone();
  }

  void visit_everyone() {
    bool all_pass = true;
    for (const scenario::Step& step : network_.scenario.steps) {
      for (const CheckItem& item : step.checks) {
        const bool pass = passes_when_everyone_answers(item, network_.scenario.topology);
        all_pass &= pass;
        if (pass && !failed_.contains(where_of(item))) result_.worthless.push_back(name_of(item));
      }
    }
    if (all_pass) result_.passes.emplace_back(kEveryoneAnswers);
  }

  const TrialOptions& options_;
  Network network_;
  std::vector<Mutant> mutants_;
  TrialResult result_;
  std::mutex mutex_;
  std::set<Location> failed_;  // places of checks that failed somewhere
  std::string harness_error_;
  std::atomic<bool> broken_ = false;
};

}  // namespace

std::string_view to_string(Fate fate) {
  constexpr std::array<std::string_view, 7> kNames{"not tried", "killed",  "survived", "equivalent",
                                                   "unknown",   "refused", "diverged"};
  return kNames.at(static_cast<std::size_t>(fate));
}

std::size_t TrialResult::count(Fate fate) const {
  return static_cast<std::size_t>(std::ranges::count(mutants, fate, &MutantResult::fate));
}

bool TrialResult::notices_all() const {
  return error.empty() && !interrupted && count(Fate::Survived) == 0 && passes.empty() &&
         worthless.empty();
}

TrialResult try_mutants(const Scenario& scenario, const checks::RuleCompiler& compile,
                        const TrialOptions& options) {
  return Trial(scenario, compile, options).run();
}

}  // namespace topoproof::mutation
