// SPDX-License-Identifier: GPL-2.0-or-later
// All that a network namespace holds, as one value: what a plan expects and what was observed.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "base/shared_text.hh"
#include "state/address.hh"
#include "state/link.hh"
#include "state/neighbor.hh"
#include "state/route.hh"
#include "state/rule.hh"

namespace topoproof::state {

struct Sysctl {
  SharedText name;   // "net.ipv4.ip_forward"
  SharedText value;  // as the kernel prints it, without the line break
  friend auto operator<=>(const Sysctl&, const Sysctl&) = default;
};

std::string describe(const Sysctl& sysctl);  // "sysctl net.ipv4.ip_forward = 1"

struct Namespace {
  std::vector<Link> links;
  std::vector<Address> addresses;
  std::vector<Route> routes;
  std::vector<Rule> rules;
  std::vector<Neighbor> neighbors;
  std::vector<Sysctl> sysctls;
  friend bool operator==(const Namespace&, const Namespace&) = default;
};

std::string describe(const Namespace& ns);  // one object a line

// Sorts every list, and takes out what the kernel puts into a namespace by itself or learns from
// traffic, so that what is left was configured. Idempotent. The rules are in normalize.cc.
Namespace normalize(Namespace ns);

}  // namespace topoproof::state
