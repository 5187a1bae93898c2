// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/udp.hh"

#include <algorithm>
#include <array>

#include <sys/epoll.h>

#include "probe/sockets.hh"

namespace topoproof::probe {
namespace {

Bytes make_datagram(const flow::Flow& flow, const Token& token) {
  Bytes bytes(request_size(flow));
  std::ranges::copy(encode(token), bytes.begin());
  return bytes;
}

flow::Tuple tuple_of(const Datagram& datagram, std::uint16_t port) {
  return {datagram.peer.address, datagram.destination, flow::Protocol::Udp, datagram.peer.port,
          port};
}

}  // namespace

UdpProber::~UdpProber() {
  for (const auto& [key, socket] : listeners_) loop_.forget(socket.get());
}

void UdpProber::listen(NodeId node, std::uint16_t port, Family family) {
  if (listeners_.contains({node, port, family})) return;
  sys::Fd opened = open_udp_listener(family, port);
  sys::Fd& socket = listeners_[{node, port, family}] = std::move(opened);
  loop_.watch(socket.get(), EPOLLIN,
              [this, node, &socket, port](std::uint32_t) { serve(node, socket, port); });
}

void UdpProber::start(FlowNumber number, Entry& entry) {
  Attempt& attempt = entry.attempt;
  attempt.error = connect_socket(entry.socket, {entry.flow.destination, entry.flow.service.port});
  if (attempt.error != 0) return;
  if (const auto name = local_name(entry.socket)) {
    attempt.sent = flow::Tuple{name->address, entry.flow.destination, flow::Protocol::Udp,
                               name->port, entry.flow.service.port};
  }
  loop_.watch(entry.socket.get(), EPOLLIN, [this, number](std::uint32_t) { receive(number); });
  attempt.error =
      send_bytes(entry.socket, make_datagram(entry.flow, {run_, number, TokenKind::Request}));
}

void UdpProber::send_fence(FlowNumber number, Entry& entry) {
  // An error that the request caused is reported by the next call on the socket: taken first, so
  // that the fence is sent.
  if (const int error = pending_error(entry.socket)) entry.attempt.later_error = error;
  send_bytes(entry.socket, make_datagram(entry.flow, {run_, number, TokenKind::Fence}));
  if (entry.attempt.sent) entry.fence_start = {*entry.attempt.sent};
}

void UdpProber::stop(Entry& entry) {
  // Watched from the moment that it was connected.
  if (entry.attempt.sent) loop_.forget(entry.socket.get());
}

void UdpProber::serve(NodeId node, const sys::Fd& socket, std::uint16_t port) {
  receive_all(socket, [&](const Datagram& datagram) {
    const auto token = decode_token(datagram.payload);
    if (!token) return note_frame(node, datagram, port);
    if (token->run != run_ || token->kind == TokenKind::Reply) return;
    Entry* entry = ledger_.find(token->flow);
    if (entry == nullptr) return;
    const bool fence = token->kind == TokenKind::Fence;  // its answer follows the reply's way
    const auto kind = fence ? TokenKind::Fence : TokenKind::Reply;
    const int error =
        send_from(socket, datagram.destination, datagram.peer, encode({run_, token->flow, kind}));
    if (fence) return;
    entry->attempt.arrivals.push_back({node, tuple_of(datagram, port), error});
  });
}

// Its sender has no socket that would wait for an answer. What comes again is its fence.
void UdpProber::note_frame(NodeId node, const Datagram& datagram, std::uint16_t port) {
  Entry* entry = ledger_.find_frame(datagram.payload);
  if (entry == nullptr || !entry->attempt.arrivals.empty()) return;
  entry->attempt.arrivals.push_back({node, tuple_of(datagram, port)});
}

void UdpProber::receive(FlowNumber number) {
  Entry* entry = ledger_.find(number);
  if (entry == nullptr) return;
  std::array<std::byte, 64> buffer{};
  const long count = read_some(entry->socket, buffer);
  if (count < 0) {
    entry->attempt.later_error = static_cast<int>(-count);
    return;
  }
  const auto token = decode_token(BytesView(buffer).first(static_cast<std::size_t>(count)));
  if (token == Token{run_, number, TokenKind::Reply}) entry->attempt.answered = true;
}

}  // namespace topoproof::probe
