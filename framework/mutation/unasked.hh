// SPDX-License-Identifier: GPL-2.0-or-later
// What rules ask of packets that no flow of endings.hh varies: of their mutants it cannot be said
// that nothing tells them, for nothing that could was asked. Pure.
#pragma once

#include <string>

#include "firewall/ruleset.hh"

namespace topoproof::mutation {

// RETURNS: "a byte of the transport header", "a TCP flag", ...; empty if flows vary all it asks.
std::string unasked_by_flows(const firewall::Rule& rule, firewall::TableFamily family);

}  // namespace topoproof::mutation
