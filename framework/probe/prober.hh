// SPDX-License-Identifier: GPL-2.0-or-later
// Sends flows and answers them, from sockets inside the namespaces, all in one thread and one
// event loop: no process per ping. It reports what its sockets were told and concludes nothing:
// what became of a packet is said by the evidence module, which has the captures as well.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/id.hh"
#include "flow/flow.hh"
#include "sys/event_loop.hh"
#include "sys/netns.hh"

namespace topoproof::probe {

using FlowNumber = std::uint32_t;

// A listener's socket took the request. For ICMP: a raw socket at the target was given the echo
// request by its kernel, which happens only after the INPUT hook. For a raw frame: a UDP listener
// got its payload.
struct Arrival {
  NodeId node;
  flow::Tuple tuple;    // as the listener saw it: after destination, before source translation back
  int reply_error = 0;  // errno of sending the reply; 0 if it left or is the kernel's to send
};

// What the sockets of one flow were told, in the order in which it can happen.
struct Attempt {
  int error = 0;                         // errno of send or connect: a local refusal
  std::optional<flow::Tuple> sent = {};  // the sender's own tuple, where its socket knows it
  std::uint32_t first_sequence = 0;      // TCP: of its SYN, with `sent`
  std::vector<Arrival> arrivals = {};
  int later_error = 0;     // errno that the socket reported later: ECONNREFUSED, ...
  bool connected = false;  // TCP: the handshake completed at the sender
  bool answered = false;   // the reply's payload reached the sender's socket
  // TCP: after that the sender closes its side, then the target its own.
  bool ended_at_target = false;  // the target's socket was told of the first
  bool closed = false;           // and the sender's of the second: both closed in order
};

class Prober {
 public:
  // REQUIRES: `loop` and `worker` outlive the prober.
  Prober(sys::EventLoop& loop, sys::NetnsWorker& worker, std::uint32_t run);
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // Opens what every node needs (raw ICMP sockets of the families in use).
  // REQUIRES: `ns` outlives the prober. THROWS: sys::SystemError
  void add_node(NodeId node, const sys::Netns& ns, bool ipv4, bool ipv6);

  // Opens a listener for TCP or UDP on all addresses of the node; once for each service. Each
  // received request is recorded as an arrival and answered with a Reply token: UDP by a datagram
  // from the address that was asked, TCP by data on the connection, closed afterwards.
  // THROWS: sys::SystemError
  void listen(NodeId node, flow::Service service, Family family);

  // The number that the next flow gets.
  FlowNumber next() const;

  // Sends the flows, each with a token of its own number, from a fresh source port (or ICMP
  // identifier and sequence) that no earlier flow of this prober used, and that is not the port
  // that the flow is sent to: a socket could be its own target. Numbers are consecutive.
  // RETURNS: the first number. A send that the kernel refuses is an Attempt with an error.
  FlowNumber launch(std::span<const flow::Flow> flows);

  // Sends each flow's packet once more, marked as a fence: same sender, same thread, the same
  // tuple for UDP and ICMP (TCP: another connection attempt to the same place; a raw frame: itself
  // again). What a fence meets on its way is met after the flow's own packet was done with it.
  void launch_fences(std::span<const FlowNumber> flows);
  // What the fence's packet is known by: the tuple of its socket, and of TCP the number of its SYN.
  struct FenceStart {
    flow::Tuple tuple;
    std::uint32_t first_sequence = 0;
  };
  std::optional<FenceStart> fence_start(FlowNumber flow) const;

  const Attempt& attempt(FlowNumber flow) const;
  // Frees the sockets and the record of all flows below `next`. Connections that were not closed
  // in order are reset: nothing of them is sent again while later flows are watched.
  void forget_before(FlowNumber next);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace topoproof::probe
