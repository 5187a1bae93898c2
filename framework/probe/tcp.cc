// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/tcp.hh"

#include <array>
#include <cerrno>

#include <sys/epoll.h>

#include "probe/sockets.hh"

namespace topoproof::probe {
namespace {

std::optional<flow::Tuple> tuple_of(const sys::Fd& socket, const flow::Flow& flow) {
  const auto name = local_name(socket);
  if (!name) return std::nullopt;
  return flow::Tuple{name->address, flow.destination, flow::Protocol::Tcp, name->port,
                     flow.service.port};
}

}  // namespace

TcpProber::~TcpProber() {
  for (const auto& [key, socket] : listeners_) loop_.forget(socket.get());
  for (const auto& [fd, socket] : connections_) loop_.forget(fd);
}

void TcpProber::listen(NodeId node, std::uint16_t port, Family family) {
  if (listeners_.contains({node, port, family})) return;
  sys::Fd opened = open_tcp_listener(family, port);
  sys::Fd& socket = listeners_[{node, port, family}] = std::move(opened);
  loop_.watch(socket.get(), EPOLLIN,
              [this, node, &socket](std::uint32_t) { accept_all(node, socket); });
}

void TcpProber::accept_all(NodeId node, const sys::Fd& listener) {
  while (auto connection = accept_connection(listener)) {
    const int fd = connection->get();
    connections_[fd] = std::move(*connection);
    loop_.watch(fd, EPOLLIN, [this, node, fd](std::uint32_t) { serve(node, fd); });
  }
}

void TcpProber::serve(NodeId node, int connection) {
  const auto held = connections_.find(connection);
  std::array<std::byte, 2048> buffer{};
  const long count = read_some(held->second, buffer);
  if (count == -EAGAIN) return;
  if (count > 0) {
    return answer(node, held->second, BytesView(buffer).first(static_cast<std::size_t>(count)));
  }
  loop_.forget(connection);  // the end of the stream, or a reset
  connections_.erase(held);
}

void TcpProber::answer(NodeId node, const sys::Fd& connection, BytesView request) {
  const auto token = decode_token(request);
  if (!token || token->run != run_ || token->kind != TokenKind::Request) return;
  Entry* entry = ledger_.find(token->flow);
  const auto peer = peer_name(connection);
  const auto local = local_name(connection);
  if (entry == nullptr || !peer || !local) return;
  const int error = send_bytes(connection, encode({run_, token->flow, TokenKind::Reply}));
  entry->attempt.arrivals.push_back(
      {node, {peer->address, local->address, flow::Protocol::Tcp, peer->port, local->port}, error});
}

void TcpProber::start(FlowNumber number, Entry& entry) {
  Attempt& attempt = entry.attempt;
  const int error = connect_socket(entry.socket, {entry.flow.destination, entry.flow.service.port});
  if (error != EINPROGRESS && error != 0) {
    attempt.error = error;
    return;
  }
  attempt.sent = tuple_of(entry.socket, entry.flow);
  loop_.watch(entry.socket.get(), EPOLLOUT, [this, number](std::uint32_t) { progress(number); });
}

void TcpProber::progress(FlowNumber number) {
  Entry* entry = ledger_.find(number);
  if (entry == nullptr) return;
  Attempt& attempt = entry->attempt;
  if (attempt.connected) return read_reply(number, *entry);
  attempt.later_error = pending_error(entry->socket);
  if (attempt.later_error != 0) return end(*entry);
  attempt.connected = true;
  const auto token = encode({run_, number, TokenKind::Request});
  attempt.later_error = send_bytes(entry->socket, token);
  loop_.change(entry->socket.get(), EPOLLIN);
}

void TcpProber::read_reply(FlowNumber number, Entry& entry) {
  Attempt& attempt = entry.attempt;
  std::array<std::byte, 64> buffer{};
  const long count = read_some(entry.socket, buffer);
  if (count == -EAGAIN) return;
  if (count <= 0) {
    attempt.later_error = static_cast<int>(-count);
    attempt.closed = count == 0;
    return end(entry);
  }
  const auto token = decode_token(BytesView(buffer).first(static_cast<std::size_t>(count)));
  if (token != Token{run_, number, TokenKind::Reply}) return;
  attempt.answered = true;
  shut_down_sending(entry.socket);
}

void TcpProber::send_fence(Entry& entry) {
  const int error =
      connect_socket(entry.fence_socket, {entry.flow.destination, entry.flow.service.port});
  if (error == EINPROGRESS || error == 0) {
    entry.fence_tuple = tuple_of(entry.fence_socket, entry.flow);
  }
}

void TcpProber::end(Entry& entry) {
  loop_.forget(entry.socket.get());
  entry.socket.reset();
}

void TcpProber::stop(Entry& entry) {
  if (entry.socket.is_open() && entry.attempt.sent) end(entry);
}

}  // namespace topoproof::probe
