// SPDX-License-Identifier: GPL-2.0-or-later
// UDP: a connected socket for every flow, and listeners that answer each request from the address
// that it was sent to.
#pragma once

#include <map>
#include <tuple>

#include "probe/ledger.hh"
#include "probe/sockets.hh"
#include "probe/token.hh"

namespace topoproof::probe {

class UdpProber {
 public:
  UdpProber(sys::EventLoop& loop, Ledger& ledger, std::uint32_t run)
      : loop_(loop), ledger_(ledger), run_(run) {}
  ~UdpProber();

  // REQUIRES: the calling thread is in the node's namespace.
  void listen(NodeId node, std::uint16_t port, Family family);
  // REQUIRES: entry.socket is a bound socket in the sender's namespace.
  void start(FlowNumber number, Entry& entry);
  void send_fence(FlowNumber number, Entry& entry);
  void stop(Entry& entry);

 private:
  void serve(NodeId node, const sys::Fd& socket, std::uint16_t port);
  void note_frame(NodeId node, const Datagram& datagram, std::uint16_t port);
  void receive(FlowNumber number);

  sys::EventLoop& loop_;
  Ledger& ledger_;
  std::uint32_t run_;
  std::map<std::tuple<NodeId, std::uint16_t, Family>, sys::Fd> listeners_;
};

}  // namespace topoproof::probe
