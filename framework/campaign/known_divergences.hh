// SPDX-License-Identifier: GPL-2.0-or-later
// The ledger: where kernel and simulator are known to differ, and are not mended yet. A campaign
// counts such a difference and goes on. Each entry is pinned by a test that fails when both sides
// agree: then it goes.
#pragma once

#include <string>
#include <vector>

#include "campaign/compare.hh"

namespace topoproof::campaign {

struct KnownDivergence {
  std::string name;  // what the kernel does, as a test is named
  std::string why;   // it is not mended
  DifferenceKind kind = DifferenceKind::Frames;
  Question question;  // as small as it can be
};
const std::vector<KnownDivergence>& known_divergences();

// What two small questions have in common that show the same: the network, the chains with the
// expressions of their rules, and the packets' protocols; no address, port or name.
std::string fingerprint(const Question& question, DifferenceKind kind);

// The entry of the same fingerprint; null if there is none.
const KnownDivergence* find_known(const Question& small, DifferenceKind kind);

}  // namespace topoproof::campaign
