// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of a namespace as the kernel and nft list them. For tests.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hh"
#include "firewall/ruleset.hh"
#include "netlink/socket.hh"
#include "sys/netns.hh"

namespace topoproof::rules {

// The expressions of each rule, in the bytes of the kernel's dump but for the names of anonymous
// chains, which the kernel counts over all namespaces: they are named by their order in `listed`,
// which is what is there.
std::vector<Bytes> dumped_expressions(netlink::Socket& socket, const firewall::Ruleset& listed);

// "[ meta load l4proto => reg 1 ]": those of all rules, one after the other, as
// `nft --debug=netlink list ruleset` prints them.
std::vector<std::string> expressions_of_nft(const sys::Netns& netns);
// The same of ours.
std::vector<std::string> expressions_of(const firewall::Ruleset& listed);

}  // namespace topoproof::rules
