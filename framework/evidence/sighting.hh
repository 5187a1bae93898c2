// SPDX-License-Identifier: GPL-2.0-or-later
// One packet of one flow, seen by one tap. Sightings are what verdicts stand on.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "base/id.hh"
#include "flow/flow.hh"

namespace topoproof::evidence {

enum class Role : std::uint8_t {
  Request,  // towards the target: echo request, UDP datagram, all segments of a connection
  Reply,    // back: echo reply, UDP answer, all segments
  Reset,    // a TCP RST, of either direction
  Error,    // an ICMP error that quotes a packet of the flow
  Fence,    // the packet that was sent after the request to prove that it is gone
  // Of a request or reply that came in pieces, one behind the first, which has the ports.
  Fragment,
};

enum class Way : std::uint8_t { In, Out };

// What a TCP segment is there for. Each but the bare acknowledgement must come through for the flow
// to be delivered.
enum class Part : std::uint8_t { None, Handshake, Acknowledgement, Data, End };

struct Sighting {
  std::int64_t time_ns = 0;  // of the capture; sorted by it, packets are in order
  NodeId node;
  std::uint32_t interface = 0;  // index within the node's namespace
  Way way = Way::In;
  bool for_this_host = true;  // false: the frame's destination MAC is another station's
  Role role = Role::Request;
  bool quotes_reply = false;  // Error: it quotes a reply, not a request; Fragment: it is of one
  // What tells a flow's packets apart: of TCP its sequence number, of a Fragment where it begins.
  std::uint32_t packet = 0;
  Part part = Part::None;    // TCP
  std::uint32_t length = 0;  // as its IP header states it
  bool may_be_cut = false;   // IPv4: it may be fragmented on its way
  std::uint8_t ttl = 0;
  std::uint8_t icmp_type = 0;  // Error
  std::uint8_t icmp_code = 0;
  std::uint16_t mtu = 0;  // Error: the MTU of "too big"
  IpAddress about;        // Error: whom the packet was for that it quotes
  flow::Tuple tuple;      // of the packet itself; for an Error, addresses only
  friend auto operator<=>(const Sighting&, const Sighting&) = default;
};

using Sightings = std::vector<Sighting>;

}  // namespace topoproof::evidence
