// SPDX-License-Identifier: GPL-2.0-or-later
// ICMP echo: requests from raw sockets, and what the targets' raw sockets are given. The answer is
// the kernel's own; it is seen by the taps, not here.
#pragma once

#include <array>
#include <map>

#include "probe/ledger.hh"
#include "probe/token.hh"

namespace topoproof::probe {

struct Datagram;  // sockets.hh

class EchoProber {
 public:
  EchoProber(sys::EventLoop& loop, Ledger& ledger, std::uint32_t run)
      : loop_(loop), ledger_(ledger), run_(run) {}
  ~EchoProber();

  // Does nothing if it was done before. REQUIRES: the calling thread is in the node's namespace.
  void open(NodeId node, Family family);
  bool is_open(NodeId node, Family family) const { return sockets_.contains({node, family}); }
  void send(FlowNumber number, Entry& entry, TokenKind kind);

 private:
  void receive(NodeId node, const sys::Fd& socket);
  void note_frame(NodeId node, const Datagram& datagram, BytesView icmp);

  sys::EventLoop& loop_;
  Ledger& ledger_;
  std::uint32_t run_;
  std::map<std::pair<NodeId, Family>, sys::Fd> sockets_;
};

// The echo identifier and sequence of a flow: no two flows within 2^32 share both, and the
// sequence alone (which NAT leaves alone) tells 65,536 neighbouring flows apart.
struct EchoName {
  std::uint16_t id = 0;
  std::uint16_t sequence = 0;
};
EchoName echo_name(FlowNumber number);

}  // namespace topoproof::probe
