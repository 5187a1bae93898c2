// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/link_steps.hh"

#include <algorithm>
#include <iterator>

#include "plan/dependence.hh"

namespace topoproof::plan {
namespace {

// What is lost when its interface goes down.
bool is_perishable(const Operation& op) {
  const auto* address = std::get_if<AddAddress>(&op);
  const bool is_v6_address =
      address != nullptr && address->address.address.family() == Family::Ipv6;
  return is_v6_address || std::holds_alternative<AddRoute>(op) ||
         std::holds_alternative<AddNeighbor>(op);
}

}  // namespace

std::vector<Step> link_steps(const Plan& plan, NodeId node, const std::string& interface, bool up) {
  std::vector<Step> steps{{SetLink{.node = node, .interface = interface, .up = up},
                           up ? "it is to be up again" : "it is to be down"}};
  if (!up) return steps;
  const InterfaceName name{node, interface};
  std::ranges::copy_if(plan.steps, std::back_inserter(steps), [&](const Step& step) {
    return is_perishable(step.operation) &&
           any_interface(step.operation, [&](const InterfaceName& other) { return other == name; });
  });
  return steps;
}

}  // namespace topoproof::plan
