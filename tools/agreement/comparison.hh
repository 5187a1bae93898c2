// SPDX-License-Identifier: GPL-2.0-or-later
// How what two routers did with one packet differs, in words; empty if it does not.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "router.hh"

namespace topoproof::agreement {

// Frames byte for byte, but for the numbers that a kernel draws for packets of its own: where the
// simulator has 0 and the kernel another one, the identification (of IPv4 with the header's
// checksum).
std::string compare_arrivals(std::vector<Arrival> kernel, std::vector<Arrival> simulated,
                             const Zones& zones);

// Tuples, status, mark, zone, TCP state; not timeouts.
std::string compare_connections(const std::vector<state::Connection>& kernel,
                                const std::vector<state::Connection>& simulated);

// Counters go on after a difference: a rule's next one is another difference.
class CounterComparison {
 public:
  explicit CounterComparison(const firewall::Ruleset& ruleset) : ruleset_(ruleset) {}
  std::string compare(const std::vector<RuleCounter>& kernel,
                      const std::vector<RuleCounter>& simulated);

 private:
  const firewall::Ruleset& ruleset_;
  std::map<RuleCounter, firewall::Counter> known_;  // by the rule; how far they are apart
};

}  // namespace topoproof::agreement
