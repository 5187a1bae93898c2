// SPDX-License-Identifier: GPL-2.0-or-later
// Interfaces that go down and come back.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hh"

namespace topoproof::plan {

// The steps that take an interface down, or up again. Going down costs an interface its routes, its
// neighbours and its IPv6 addresses, and the kernel brings none of them back: the steps up end with
// those that `plan` gives it.
std::vector<Step> link_steps(const Plan& plan, NodeId node, const std::string& interface, bool up);

}  // namespace topoproof::plan
