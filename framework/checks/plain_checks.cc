// SPDX-License-Identifier: GPL-2.0-or-later
#include "checks/plain_checks.hh"

#include <algorithm>

#include "evidence/plain_delivery.hh"
#include "topology/interfaces.hh"

namespace topoproof::checks {
namespace {

using flow::FateKind;
using scenario::Check;
using scenario::Expectation;
using scenario::Translation;
using scenario::Verdict;

bool is_translation_asked(const Expectation& wanted) {
  return wanted.translated && *wanted.translated != Translation{};
}

// No more is asked than what a plain delivery shows.
bool asks_for_plain_delivery(const Expectation& wanted) {
  const bool there = wanted.should.fate == FateKind::Delivered;
  const bool back = !wanted.reply || *wanted.reply == Verdict{};
  return there && back && !is_translation_asked(wanted) && !wanted.within &&
         wanted.expect_fail.empty();
}

}  // namespace

PlainChecks::PlainChecks(const topology::Topology& topology, const evidence::Witness& witness)
    : witness_(witness) {
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const topology::Interface& interface : topology::interfaces_of(topology, NodeId(i))) {
      for (const auto& address : interface.addresses) {
        owners_[address.address].push_back(NodeId(i));
      }
    }
  }
}

bool PlainChecks::owns(NodeId node, const IpAddress& address) const {
  const auto found = owners_.find(address);
  return found != owners_.end() && std::ranges::find(found->second, node) != found->second.end();
}

bool PlainChecks::pass(const Check& check, const evidence::Case& evidence) const {
  const Expectation& wanted = check.expected;
  if (!asks_for_plain_delivery(wanted)) return false;
  if (!is_plain_delivery(evidence, witness_)) return false;
  const NodeId target = evidence.attempt.arrivals.front().node;
  const auto named = wanted.should.at ? wanted.should.at : check.flow.to;
  const bool is_there = named ? *named == target : owns(target, check.flow.destination);
  return is_there && (wanted.path.empty() || was_routed_by(evidence, wanted.path));
}

}  // namespace topoproof::checks
