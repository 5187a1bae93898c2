// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/link_steps.hh"

#include <algorithm>

namespace topoproof::plan {
namespace {

// Whether a step makes what is lost when the interface goes down.
struct IsLost {
  NodeId node;
  const std::string& interface;

  bool operator()(const AddAddress& op) const {
    return op.node == node && op.address.interface == interface &&
           op.address.address.family() == Family::Ipv6;
  }
  bool operator()(const AddRoute& op) const {
    const auto leaves_here = [this](const state::NextHop& hop) {
      return hop.interface == interface;
    };
    return op.node == node && (op.route.interface == interface ||
                               std::ranges::any_of(op.route.next_hops, leaves_here));
  }
  bool operator()(const AddNeighbor& op) const {
    return op.node == node && op.neighbor.interface == interface;
  }
  bool operator()(const auto&) const { return false; }
};

}  // namespace

std::vector<Step> link_steps(const Plan& plan, NodeId node, const std::string& interface, bool up) {
  std::vector<Step> steps{{SetLink{.node = node, .interface = interface, .up = up},
                           up ? "it is to be up again" : "it is to be down"}};
  if (!up) return steps;
  const IsLost is_lost{node, interface};
  std::ranges::copy_if(plan.steps, std::back_inserter(steps),
                       [&](const Step& step) { return std::visit(is_lost, step.operation); });
  return steps;
}

}  // namespace topoproof::plan
