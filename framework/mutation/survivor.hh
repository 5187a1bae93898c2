// SPDX-License-Identifier: GPL-2.0-or-later
// Mutants that no check noticed: is there a flow that ends otherwise, and which check would have
// noticed? Asked of the simulator. Internal to the module.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mutation/endings.hh"
#include "mutation/mutant.hh"
#include "mutation/trial.hh"

namespace topoproof::mutation {

struct Differences {
  std::vector<std::size_t> flows = {};  // that end otherwise, the first of them
  std::size_t unknown = 0;              // of which nothing can be said
  std::string refused = {};             // why there is no such network
};

class Survivors {
 public:
  // Asks the network all questions.
  explicit Survivors(const Network& network);

  std::size_t flows() const { return questions_.size(); }
  Differences differences(const Mutant& mutant) const;  // threads may call it

  // Fills in fate, flow and check. Checks that were told for earlier mutants are tried first.
  void conclude(const Mutant& mutant, const Differences& found, MutantResult& result);

 private:
  struct Told {
    std::size_t step = 0;
    scenario::Check check;
  };
  Network planted(const Mutant& mutant) const;
  void tell(const Mutant& mutant, const std::vector<std::size_t>& flows, MutantResult& result);
  Network with_checks(const std::vector<Told>& checks) const;
  bool is_noticed(const Mutant& mutant, const std::vector<Told>& checks) const;
  bool pass_without_mutant(const std::vector<Told>& checks) const;

  const Network& network_;
  Questions questions_;
  std::vector<Ending> endings_;
  std::vector<Told> told_;
};

}  // namespace topoproof::mutation
