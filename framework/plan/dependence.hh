// SPDX-License-Identifier: GPL-2.0-or-later
// What of a plan goes with an interface when it goes.
#pragma once

#include <compare>
#include <functional>
#include <set>
#include <string>

#include "plan/plan.hh"

namespace topoproof::plan {

struct InterfaceName {
  NodeId node;
  std::string interface;
  friend auto operator<=>(const InterfaceName&, const InterfaceName&) = default;
};

// Whether `f` holds for one of the interfaces that the operation makes, or that what it makes is
// on.
bool any_interface(const Operation& operation, const std::function<bool(const InterfaceName&)>& f);

// Interfaces that are to go, and those that go with them: a link's other end; the links of a
// bridge's ports, for a port cannot be told to forget its bridge.
class LostInterfaces {
 public:
  // What taking back this operation costs.
  void note_removed(const Operation& operation);
  void spread(const Plan& plan);

  bool is_lost(const Operation& operation) const;
  const std::set<InterfaceName>& names() const { return lost_; }

 private:
  bool spread(const Operation& operation);

  std::set<InterfaceName> lost_;
};

}  // namespace topoproof::plan
