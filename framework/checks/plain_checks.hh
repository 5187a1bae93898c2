// SPDX-License-Identifier: GPL-2.0-or-later
// Checks that pass by their evidence alone: those that ask for a delivery as it is by default,
// there and back, untranslated, perhaps along a path. Of a large matrix these are nearly all.
#pragma once

#include <unordered_map>
#include <vector>

#include "evidence/judge.hh"
#include "evidence/witness.hh"
#include "scenario/scenario.hh"

namespace topoproof::checks {

class PlainChecks {
 public:
  // REQUIRES: `witness` outlives this.
  PlainChecks(const topology::Topology& topology, const evidence::Witness& witness);

  // RETURNS: true only if the verdict on `evidence`, put into words and compared with what the
  // check says, would make it pass.
  bool pass(const scenario::Check& check, const evidence::Case& evidence) const;

 private:
  bool owns(NodeId node, const IpAddress& address) const;

  const evidence::Witness& witness_;
  std::unordered_map<IpAddress, std::vector<NodeId>> owners_;
};

}  // namespace topoproof::checks
