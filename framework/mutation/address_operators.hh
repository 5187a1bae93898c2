// SPDX-License-Identifier: GPL-2.0-or-later
// The mistakes that can be made in an interface's address. Internal to the module.
#pragma once

#include <functional>
#include <string>

#include "mutation/mutant.hh"

namespace topoproof::mutation {

// `at`: where the addresses are in a scenario. `place`: "host:eth0".
void add_address_mutants(
    const topology::Addresses& addresses, const std::string& place,
    const std::function<void(Network&, const std::function<void(topology::Addresses&)>&)>& edit,
    std::vector<Mutant>& out);

}  // namespace topoproof::mutation
