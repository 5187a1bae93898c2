// SPDX-License-Identifier: GPL-2.0-or-later
// Which interfaces of a lab a capture means.
#pragma once

#include <compare>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/issue.hh"
#include "live/client.hh"
#include "netlink/interface_names.hh"

namespace topoproof::live {

// "all", "red" (all interfaces of a node), "red:eth0", "red--host" (both ends of the links between
// two nodes).
struct CapturePlace {
  std::string node = {};       // empty: all nodes
  std::string interface = {};  // empty: all of the node
  std::string far_node = {};   // of a link; then there is no interface
  friend auto operator<=>(const CapturePlace&, const CapturePlace&) = default;
};
std::expected<CapturePlace, Issue> parse_capture_place(std::string_view text);

// One tap: on an interface, or on all that a node has.
struct CapturePoint {
  const JoinedNode* node = nullptr;
  std::string interface = {};  // empty: all
};

// REQUIRES: `joined` has all nodes of the lab, and outlives the result; the process has joined its
// user namespace. THROWS: Refusal for what is not there
std::vector<CapturePoint> resolve(const std::vector<CapturePlace>& places, const Joined& joined);

// The names of all interfaces of a node now. THROWS: netlink::NetlinkError
netlink::InterfaceNames interface_names(const JoinedNode& node);

}  // namespace topoproof::live
