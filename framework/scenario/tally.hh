// SPDX-License-Identifier: GPL-2.0-or-later
// What came of one item of a scenario: the result of a check; of a matrix how many flows passed,
// and its failures one by one, as far as anybody will read them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenario/outcome.hh"
#include "scenario/scenario.hh"

namespace topoproof::scenario {

class Tally {
 public:
  explicit Tally(const CheckItem& item);

  bool is_of_matrix() const { return matrix_ != nullptr; }

  void add(CheckResult result, bool verbose);
  void add_passed() { ++passed_; }  // REQUIRES: is_of_matrix()
  // Appends what there is to tell. The last call.
  void report(std::vector<CheckResult>& results);

 private:
  const Matrix* matrix_;  // null: a single check
  std::size_t passed_ = 0;
  std::size_t unpredicted_ = 0;  // of those that passed
  std::string why_unpredicted_;
  std::map<std::pair<Outcome, bool>, std::size_t> untold_;  // by what they are, and `differs`
  std::vector<CheckResult> told_;
};

std::size_t flow_count(const CheckItem& item);
std::size_t flow_count(const Scenario& scenario);
// Of a run that has not begun: what is known of its scenario.
ScenarioResult result_of(const Scenario& scenario);
Check check_at(const CheckItem& item, const topology::Topology& topology, std::size_t index);

}  // namespace topoproof::scenario
