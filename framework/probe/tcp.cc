// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/tcp.hh"

#include <algorithm>
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
  for (const auto& [fd, arriving] : arriving_) loop_.forget(fd);
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
    arriving_[fd] = {.socket = std::move(*connection)};
    loop_.watch(fd, EPOLLIN, [this, node, fd](std::uint32_t) { receive(node, fd); });
  }
}

void TcpProber::receive(NodeId node, int connection) {
  const auto held = arriving_.find(connection);
  std::array<std::byte, 1 << 14> buffer{};
  const long count = read_some(held->second.socket, buffer);
  if (count == -EAGAIN) return;
  if (count > 0) {
    return take(node, held->second, BytesView(buffer).first(static_cast<std::size_t>(count)));
  }
  loop_.forget(connection);  // the end of the stream, or a reset
  arriving_.erase(held);
}

void TcpProber::take(NodeId node, Arriving& arriving, BytesView part) {
  if (arriving.received == 0) arriving.token = decode_token(part);
  arriving.received += part.size();
  const auto& token = arriving.token;
  if (!token || token->run != run_ || token->kind != TokenKind::Request) return;
  Entry* entry = ledger_.find(token->flow);
  const bool whole = entry != nullptr && arriving.received >= request_size(entry->flow);
  if (whole && !entry->served.is_open()) answer(node, arriving, *entry);
}

// From here on the connection belongs to its flow.
void TcpProber::answer(NodeId node, Arriving& arriving, Entry& entry) {
  const FlowNumber number = arriving.token->flow;
  const int fd = arriving.socket.get();
  const auto peer = peer_name(arriving.socket);
  const auto local = local_name(arriving.socket);
  loop_.forget(fd);
  entry.served = std::move(arriving.socket);
  arriving_.erase(fd);
  if (!peer || !local) return entry.served.reset();  // it was reset meanwhile
  loop_.watch(fd, EPOLLIN, [this, number](std::uint32_t) { await_end(number); });
  const int error = send_bytes(entry.served, encode({run_, number, TokenKind::Reply}));
  entry.attempt.arrivals.push_back(
      {node, {peer->address, local->address, flow::Protocol::Tcp, peer->port, local->port}, error});
}

void TcpProber::await_end(FlowNumber number) {
  Entry& entry = *ledger_.find(number);  // who is forgotten is not watched
  std::array<std::byte, 64> buffer{};
  const long count = read_some(entry.served, buffer);
  if (count > 0 || count == -EAGAIN) return;
  entry.attempt.ended_at_target = count == 0;
  loop_.forget(entry.served.get());
  entry.served.reset();
}

void TcpProber::start(FlowNumber number, Entry& entry) {
  Attempt& attempt = entry.attempt;
  const int error = connect_socket(entry.socket, {entry.flow.destination, entry.flow.service.port});
  if (error != EINPROGRESS && error != 0) {
    attempt.error = error;
    return;
  }
  attempt.sent = tuple_of(entry.socket, entry.flow);
  attempt.first_sequence = first_sequence(entry.socket);
  loop_.watch(entry.socket.get(), EPOLLOUT, [this, number](std::uint32_t) { progress(number); });
}

void TcpProber::progress(FlowNumber number) {
  Entry* entry = ledger_.find(number);
  if (entry == nullptr) return;
  Attempt& attempt = entry->attempt;
  if (entry->unsent > 0) return send_request(number, *entry);
  if (attempt.connected) return read_reply(number, *entry);
  attempt.later_error = pending_error(entry->socket);
  if (attempt.later_error != 0) return end(*entry);
  attempt.connected = true;
  entry->unsent = request_size(entry->flow);
  send_request(number, *entry);
}

void TcpProber::send_request(FlowNumber number, Entry& entry) {
  Bytes request(request_size(entry.flow));
  std::ranges::copy(encode({run_, number, TokenKind::Request}), request.begin());
  const long taken = send_segments(entry.socket, BytesView(request).last(entry.unsent));
  if (taken < 0) {
    entry.attempt.later_error = static_cast<int>(-taken);
    return end(entry);
  }
  entry.unsent -= static_cast<std::size_t>(taken);
  if (entry.unsent == 0) loop_.change(entry.socket.get(), EPOLLIN);
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
  if (error != EINPROGRESS && error != 0) return;
  if (const auto tuple = tuple_of(entry.fence_socket, entry.flow))
    entry.fence_start = {*tuple, first_sequence(entry.fence_socket)};
}

void TcpProber::end(Entry& entry) {
  loop_.forget(entry.socket.get());
  entry.socket.reset();
}

void TcpProber::stop(Entry& entry) {
  if (entry.socket.is_open() && entry.attempt.sent) loop_.forget(entry.socket.get());
  if (entry.served.is_open()) loop_.forget(entry.served.get());
  for (sys::Fd* socket : {&entry.socket, &entry.served, &entry.fence_socket}) {
    if (socket->is_open()) abort_connection(*socket);
  }
}

}  // namespace topoproof::probe
