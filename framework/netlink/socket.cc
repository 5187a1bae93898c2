// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/socket.hh"

#include <array>
#include <cerrno>

#include <linux/netlink.h>

#include "base/check.hh"

namespace topoproof::netlink {
namespace {

// The kernel fills datagrams of a listing up to 32 KiB, and no further however large the buffer.
constexpr std::size_t kDatagram = 32 << 10;
// A batch is sent in pieces of this size: far below the send buffer, and if every message in one is
// refused, the refusals (about 1 KiB of accounted memory each) still fit into the receive buffer.
constexpr std::size_t kPiece = 64 << 10;
constexpr int kTries = 16;  // of a listing that keeps changing

}  // namespace

void Answers::clear() {
  messages_.clear();
  blocks_.clear();
}

void Answers::append(const Message& message) {
  blocks_.emplace_back(message.payload.begin(), message.payload.end());
  messages_.push_back(message);
  messages_.back().payload = blocks_.back();
}

void Socket::send(BytesView datagram) {
  int error = transport_->send(datagram);
  while (error == EINTR) error = transport_->send(datagram);
  if (error != 0) throw ExchangeError(ExchangeFailure::Transport, error);
}

bool Socket::receive(const Sink& sink) {
  std::array<std::byte, kDatagram> buffer;  // NOLINT: 32 KiB that need no zeros
  Received received = transport_->receive(buffer);
  while (received.error == EINTR) received = transport_->receive(buffer);
  if (received.error == ENOBUFS) throw ExchangeError(ExchangeFailure::Overrun, ENOBUFS);
  if (received.error != 0) throw ExchangeError(ExchangeFailure::Transport, received.error);
  if (received.truncated) throw ExchangeError(ExchangeFailure::Truncated, EMSGSIZE);
  if (received.size == 0) return false;
  const auto messages = split_messages(BytesView(buffer).first(received.size));
  if (!messages) throw ExchangeError(ExchangeFailure::Malformed, EBADMSG);
  for (Message message : *messages) {
    message.namespace_id = received.namespace_id;
    sink(message);
  }
  return true;
}

std::uint32_t Socket::take_sequence(std::uint32_t count) {
  const std::uint32_t first = next_sequence_;
  next_sequence_ += count;
  return first;
}

void Socket::exchange(BytesView datagram, std::uint32_t first, std::uint32_t last,
                      const Sink& sink) {
  send(datagram);
  bool ended = false;
  while (!ended) {
    const bool any = receive([&](const Message& message) {
      // Unsigned distance: the numbers may wrap around.
      if (message.sequence - first > last - first) {
        throw ExchangeError(ExchangeFailure::Unexpected, EPROTO);
      }
      sink(message);
      const bool is_end = message.type == NLMSG_ERROR || message.type == NLMSG_DONE;
      ended = ended || (is_end && message.sequence == last);
    });
    // The kernel queues its answers before send returns, or while a listing is being received.
    if (!any) throw ExchangeError(ExchangeFailure::NoAnswer, EPROTO);
  }
}

std::vector<Refusal> Socket::refusals(Batch& batch) {
  if (const auto refusal = batch.oversized()) return {*refusal};
  const std::uint32_t base = take_sequence(static_cast<std::uint32_t>(batch.size()));
  std::vector<Refusal> refused;
  const auto note = [&](const Message& message) {
    const auto ack = decode_ack(message);
    if (!ack) throw ExchangeError(ExchangeFailure::Unexpected, EPROTO);
    if (ack->error != 0) refused.push_back(batch.refusal(message.sequence - base, *ack));
  };
  for (std::size_t first = 0; first < batch.size();) {
    const Batch::Piece piece = batch.seal(first, kPiece, base);
    exchange(piece.bytes, piece.first, piece.last, note);
    first += piece.last - piece.first + 1;
  }
  return refused;
}

void Socket::commit(Batch& batch, const Phrase& phrase) {
  const auto refused = refusals(batch);
  if (!refused.empty()) throw NetlinkError(phrase(refused.front().about), refused.front());
}

Answers Socket::dump(Batch& request, const std::string& attempt) {
  for (int i = 0; i < kTries; ++i) {
    bool interrupted = false;
    std::optional<Refusal> refused;
    Answers answers;
    converse(request, [&](const Message& message) {
      interrupted = interrupted || (message.flags & NLM_F_DUMP_INTR) != 0;
      const auto end = decode_end(message);
      if (!end) answers.append(message);
      if (end && end->error != 0) refused = request.refusal(0, *end);
    });
    if (refused) throw NetlinkError(attempt, *refused);
    if (!interrupted) return answers;
  }
  throw ExchangeError(ExchangeFailure::Interrupted, EAGAIN);
}

std::expected<Answers, Refusal> Socket::ask(Batch& request) {
  std::optional<Refusal> refused;
  Answers answers;
  converse(request, [&](const Message& message) {
    const auto end = decode_end(message);
    if (!end) answers.append(message);
    if (end && end->error != 0) refused = request.refusal(0, *end);
  });
  if (refused) return std::unexpected(*refused);
  return answers;
}

void Socket::converse(Batch& request, const Sink& sink) {
  TOPOPROOF_CHECK(request.size() == 1, "one question at a time");
  const Batch::Piece piece = request.seal(0, kPiece, take_sequence(1));
  exchange(piece.bytes, piece.first, piece.last, sink);
}

bool Socket::receive_events(const Sink& sink) { return receive(sink); }

}  // namespace topoproof::netlink
