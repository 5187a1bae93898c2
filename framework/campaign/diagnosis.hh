// SPDX-License-Identifier: GPL-2.0-or-later
// Who is to be looked at, where kernel and simulator differ: told by what the kernel lists of the
// rules, by the rules that it says its packets met, and by what else it holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/question.hh"
#include "netfilter/trace.hh"

namespace topoproof::campaign {

enum class Suspect { Generator, Environment, Simulator, NatModel, KernelOrStack };
std::string_view to_string(Suspect suspect);

struct Diagnosis {
  Suspect suspect = Suspect::Simulator;
  std::string reason = {};  // a sentence
};

// For how many packets all that a rule asks held, rule by rule in the ruleset's order.
using Matches = std::vector<std::uint64_t>;

// From what the kernel lists (with handles) and traces. Rules that are not listed match nothing.
Matches matches_of(const firewall::Ruleset& ruleset, const firewall::Ruleset& listed,
                   const std::vector<netfilter::TraceEvent>& events);
// RETURNS: the first rule that the kernel lists otherwise than it was sent; the names of anonymous
// sets and what rules have counted are no difference.
std::optional<std::string> find_listed_otherwise(const firewall::Ruleset& sent,
                                                 const firewall::Ruleset& listed);

struct Evidence {
  firewall::Ruleset listed;      // before any packet
  std::string environment = {};  // how the namespaces are not as planned; empty: they are
  Matches kernel;
  Matches simulator;
};
Diagnosis diagnose(const Question& question, const Evidence& evidence);

}  // namespace topoproof::campaign
