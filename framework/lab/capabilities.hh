// SPDX-License-Identifier: GPL-2.0-or-later
// What this kernel can do, found out by doing it in a throw-away namespace: module lists and
// version numbers do not tell. For `topoproof doctor`, and for skips that name what is missing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace topoproof::lab {

struct Capability {
  std::string name;  // "veth", "nft flowtable"
  bool available = false;
  std::string why_not;       // what the kernel said; empty if available
  std::string how_to_allow;  // a sentence for the machine's administrator
  friend auto operator<=>(const Capability&, const Capability&) = default;
};

// The names that can be probed, in the order of doctor's list.
std::vector<std::string> capability_names();

// REQUIRES: the process is in a sandbox (sys/sandbox.hh); the name is one of the above.
Capability probe_capability(std::string_view name);
std::vector<Capability> probe_capabilities();

// "br_netfilter: missing: there is no /proc/...; to allow it: modprobe br_netfilter"
std::string describe(const Capability& capability);

}  // namespace topoproof::lab
