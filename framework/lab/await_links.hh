// SPDX-License-Identifier: GPL-2.0-or-later
// Waits for links of a running namespace: a carrier, and a port that forwards, come a moment after
// both ends are up.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "lab/namespaces.hh"
#include "netlink/settle.hh"

namespace topoproof::lab {

// A socket in the namespace of `node`, for events.
netlink::Socket open_events(Namespaces& namespaces, NodeId node);

// Waits until the links of `node` with these indexes are operational, ports of bridges forwarding;
// or until they are not. RETURNS: the indexes of those that are not as wanted in time. THROWS:
// NetlinkError, SystemError
std::vector<std::uint32_t> await_links(Namespaces& namespaces, NodeId node,
                                       std::vector<std::uint32_t> links,
                                       netlink::LinkState wanted = netlink::LinkState::Operational);

// A bridge with STP listens and learns, each for its forward delay, before a port forwards.
inline constexpr std::chrono::seconds kSettlingTime{40};

}  // namespace topoproof::lab
