// SPDX-License-Identifier: GPL-2.0-or-later
// The sockets of a node: listeners that answer whatever they are sent, and the clients of flows, as
// the probe module's sockets are in the kernel. Internal to this module.
#pragma once

#include <cstdint>
#include <vector>

#include "flow/flow.hh"
#include "routing/slot.hh"

namespace topoproof::sim {

using routing::kNoSlot;
using routing::Slot;

// One end of a TCP connection, or the sender of a flow. `tuple` as its own packets carry it.
struct Socket {
  enum class State : std::uint8_t { Datagrams, SynSent, SynReceived, Established, Closing };
  flow::Tuple tuple;
  State state = State::Datagrams;
  bool is_client = false;
  std::uint8_t ttl = 0;  // 0: the node's default
  bool dont_fragment = true;
  std::uint32_t sequence = 0;      // the next to be sent
  std::uint32_t acknowledged = 0;  // the next that is expected
  std::uint32_t payload = 0;       // bytes of a client's request; of a server, those that came
  std::uint32_t unsent = 0;        // of a client's request
  std::uint32_t piece = 0;         // bytes of it that are sent at a time
  std::uint32_t largest = 0;       // bytes of a segment that the other end takes; 0: not told
  std::uint32_t mtu = 1500;        // of its way, as it was when it began
  Slot link = kNoSlot;             // that it is bound to, for it talks with an address of the link
  // Segments that came, by their first numbers: one may come twice.
  std::vector<std::uint32_t> seen = {};
};

using Sockets = std::vector<Socket>;

}  // namespace topoproof::sim
