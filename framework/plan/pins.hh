// SPDX-License-Identifier: GPL-2.0-or-later
// The environment that every namespace is given, so that a verdict does not depend on the machine:
// new namespaces inherit much from the machine's own configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/shared_text.hh"

namespace topoproof::plan {

struct Pin {
  SharedText name;
  SharedText value;
  SharedText reason;
};

// What the pins of a node depend on.
struct PinScope {
  bool forwarding = false;
  bool bridges = false;
  bool ipv6 = false;  // anywhere in the topology: neighbours send it to everybody
};

// In the order of writing: ip_forward first, because writing it resets other settings. Made once
// for all nodes of a scope.
const std::vector<Pin>& pins_of(const PinScope& scope);

// True if both name one sysctl: sysctl(8) takes dots and slashes as separators, and what forwards
// IPv4 has two names.
bool is_same_sysctl(std::string_view a, std::string_view b);

// net.ipv4.ip_forward, or net.ipv4.conf.all.forwarding, which is the same variable.
bool is_forwarding_of_ipv4(std::string_view sysctl);

// The interface that a sysctl belongs to ("eth0" of net.ipv4.conf.eth0.rp_filter); empty for those
// of the namespace, "all" and "default" among them.
std::string interface_of_sysctl(std::string_view name);

}  // namespace topoproof::plan
