// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: how one fate comes about on the kernel. That it is proved, and passes under no other
// name, is asked of each story in runner/fate_kernel_test.cc; the stories stand in several files.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "flow/fate.hh"

namespace topoproof::checks {

struct Story {
  const char* name;
  std::string network;
  std::string flow;  // as a check names it after `flow:`
  flow::FateKind fate;
  const char* observed;  // by a check that expects just this
};

inline std::ostream& operator<<(std::ostream& out, const Story& story) { return out << story.name; }

// A node's `nftables:` with one chain and one rule.
std::string rules_of(std::string_view hook, std::string_view policy, std::string_view rule);

std::string check_of(const Story& story, std::string_view fate);

}  // namespace topoproof::checks
