// SPDX-License-Identifier: GPL-2.0-or-later
// Case after case: generate, ask both sides, and where they differ make sure, shrink, and say what
// kind of difference it is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "campaign/hook_keeper.hh"
#include "campaign/trial.hh"
#include "generator/coverage.hh"

namespace topoproof::campaign {

// Two features that a case is to have, if it may.
using Wish = std::optional<std::pair<generator::Feature, generator::Feature>>;
std::string to_string(const Wish& wish);  // "accept+udp"; "none"
std::optional<Wish> parse_wish(std::string_view text);
std::uint64_t encode(const Wish& wish);
Wish decode_wish(std::uint64_t code);

struct WorkerOptions {
  std::uint64_t seed = 1;
  generator::FeatureSet allowed = generator::FeatureSet::all();
  std::size_t probes = 20;
  std::optional<Wish> wish = {};  // of every case; else what no case before it met
};

struct Counts {
  std::uint64_t cases = 0;
  std::uint64_t verdicts = 0;      // packets that both sides agreed about
  std::uint64_t not_modelled = 0;  // cases that the simulator did not answer
  std::uint64_t flaky = 0;         // cases that differed once, and never again
  std::uint64_t divergences = 0;
  std::uint64_t known = 0;    // divergences that the ledger has
  std::uint64_t refused = 0;  // rulesets that the kernel did not take
};

struct Finding {
  std::uint64_t seed = 0;
  std::uint64_t number = 0;  // of the case
  Wish wish = {};
  bool flaky = false;  // both sides agreed when they were asked again
  Diagnosis diagnosis;
  Question small;
  std::string text;
  std::string first_text;  // before it was shrunk
};

class Worker {
 public:
  explicit Worker(const WorkerOptions& options, PlantedFault fault = {})
      : options_(options), trial_(std::move(fault)) {}

  // The case of this number, asked once. THROWS: what the kernel's side throws.
  Verdict ask(std::uint64_t number);
  // The same; a difference is looked into. The case is the same for the same seed, number, wish and
  // options.
  // THROWS: what the kernel's side throws.
  std::optional<Finding> run(std::uint64_t number);

  const Counts& counts() const { return counts_; }
  const generator::Coverage& coverage() const { return coverage_; }
  generator::Coverage& coverage() { return coverage_; }
  Trial& trial() { return trial_; }
  const Wish& wish() const { return wish_; }  // of the last case
  // Is called before each question to the kernel.
  void set_on_step(std::function<void()> on_step) { on_step_ = std::move(on_step); }
  // Whether the last case met pairs of features that none before it met.
  bool met_something_new() const { return met_something_new_; }

 private:
  std::optional<Finding> look_into(std::uint64_t number, const Diverged& diverged);
  Diverged shrink_further(const Diverged& diverged);
  bool differs(const Question& question, bool fresh);

  WorkerOptions options_;
  HookKeeper hooks_;
  Trial trial_;
  Counts counts_;
  generator::Coverage coverage_;
  bool met_something_new_ = false;
  Wish wish_;
  std::function<void()> on_step_ = [] {};
};

}  // namespace topoproof::campaign
