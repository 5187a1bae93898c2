// SPDX-License-Identifier: GPL-2.0-or-later
// TCP: a connection for every flow: handshake, the request's token, the reply's token, an orderly
// close from the sender's side first.
#pragma once

#include <map>
#include <tuple>

#include "probe/ledger.hh"
#include "probe/token.hh"

namespace topoproof::probe {

class TcpProber {
 public:
  TcpProber(sys::EventLoop& loop, Ledger& ledger, std::uint32_t run)
      : loop_(loop), ledger_(ledger), run_(run) {}
  ~TcpProber();

  // REQUIRES: the calling thread is in the node's namespace.
  void listen(NodeId node, std::uint16_t port, Family family);
  // REQUIRES: entry.socket (entry.fence_socket) is a bound socket in the sender's namespace.
  void start(FlowNumber number, Entry& entry);
  void send_fence(Entry& entry);
  void stop(Entry& entry);

 private:
  void accept_all(NodeId node, const sys::Fd& listener);
  void serve(NodeId node, int connection);
  void answer(NodeId node, const sys::Fd& connection, BytesView request);
  void progress(FlowNumber number);
  void read_reply(FlowNumber number, Entry& entry);
  void end(Entry& entry);

  sys::EventLoop& loop_;
  Ledger& ledger_;
  std::uint32_t run_;
  std::map<std::tuple<NodeId, std::uint16_t, Family>, sys::Fd> listeners_;
  std::map<int, sys::Fd> connections_;  // accepted, by descriptor
};

}  // namespace topoproof::probe
