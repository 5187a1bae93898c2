// SPDX-License-Identifier: GPL-2.0-or-later
// From a running network to another one: the steps that change it, and no more than these. What is
// the same in both is not touched, so what goes on over it goes on.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hh"

namespace topoproof::plan {

struct Update {
  // The nodes that steps name: those that remain or come, in the order of the new plan, then those
  // that go, which have no steps of their own: their namespaces are let go at the end.
  std::vector<std::string> nodes;
  std::size_t remaining = 0;  // how many of them are in the new plan
  std::vector<Step> steps;
  // What runs afterwards: the new plan, with the interface indexes and MAC addresses that links had
  // already. An update from it is one from there.
  Plan plan;
  // What cannot be undone, in words: it stays as it is.
  std::vector<std::string> notes;

  bool is_empty() const { return steps.empty() && remaining == nodes.size(); }
};

Update make_update(const Plan& before, Plan after);

// One step a line, as they are carried out: "- delete link ...", "+ add route ...".
std::string to_string(const Update& update);

}  // namespace topoproof::plan
