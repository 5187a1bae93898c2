// SPDX-License-Identifier: GPL-2.0-or-later
// TCP: a connection for every flow: handshake, the request, which begins with its token, the
// reply's token, an orderly close from the sender's side first.
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
  // The target's side of a connection, until its request has come as a whole.
  struct Arriving {
    sys::Fd socket;
    std::optional<Token> token = {};  // that the request begins with
    std::size_t received = 0;
  };
  void accept_all(NodeId node, const sys::Fd& listener);
  void receive(NodeId node, int connection);
  void take(NodeId node, Arriving& arriving, BytesView part);
  void answer(NodeId node, Arriving& arriving, Entry& entry);
  void await_end(FlowNumber number);
  void progress(FlowNumber number);
  void send_request(FlowNumber number, Entry& entry);
  void read_reply(FlowNumber number, Entry& entry);
  void end(Entry& entry);

  sys::EventLoop& loop_;
  Ledger& ledger_;
  std::uint32_t run_;
  std::map<std::tuple<NodeId, std::uint16_t, Family>, sys::Fd> listeners_;
  std::map<int, Arriving> arriving_;  // accepted, by descriptor
};

}  // namespace topoproof::probe
