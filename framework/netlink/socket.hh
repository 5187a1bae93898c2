// SPDX-License-Identifier: GPL-2.0-or-later
// A conversation with the kernel: batches of changes, listings, single questions and events. It
// returns when the kernel has answered; what is not answered soundly throws.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hh"
#include "netlink/batch.hh"
#include "netlink/error.hh"
#include "netlink/reader.hh"
#include "netlink/transport.hh"

namespace topoproof::netlink {

// Answers, with the bytes they live in. Movable; the messages stay valid.
class Answers {
 public:
  auto begin() const { return messages_.begin(); }
  auto end() const { return messages_.end(); }
  std::size_t size() const { return messages_.size(); }
  void clear();
  void append(const Message& message);  // copies its payload

 private:
  std::vector<Bytes> blocks_;  // never reallocated once they hold something
  std::vector<Message> messages_;
};

class Socket {
 public:
  using Phrase = std::function<std::string(std::size_t about)>;
  using Sink = std::function<void(const Message&)>;

  // In the network namespace of the calling thread, where it stays; may then be used from any
  // thread, one at a time. THROWS: SystemError.
  explicit Socket(Protocol protocol) : Socket(open_transport(protocol)) {}
  explicit Socket(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

  // Sends all messages of the batch, in order, in a few datagrams, and waits for the answers. The
  // kernel goes on after a refusal. An empty batch is nothing to do.
  // RETURNS: all refusals, in order. THROWS: ExchangeError.
  std::vector<Refusal> refusals(Batch& batch);
  // The same. THROWS: NetlinkError for the first refusal, with phrase(about) as the attempt.
  void commit(Batch& batch, const Phrase& phrase);

  // Asks for a list (the request has NLM_F_DUMP); a list that changed meanwhile is asked for again.
  // THROWS: NetlinkError, ExchangeError.
  Answers dump(Batch& request, const std::string& attempt);
  // One question, one answer or none (the request has NLM_F_ACK). RETURNS: the refusal, if it is
  // one. THROWS: ExchangeError.
  std::expected<Answers, Refusal> ask(Batch& request);

  // A datagram whose messages the caller has numbered from first to last, where the kernel answers
  // `last` in any case; for batches that must be one datagram (nf_tables). Errors are in the sink.
  // THROWS: ExchangeError.
  std::uint32_t take_sequence(std::uint32_t count);  // RETURNS: the first of `count` numbers
  void exchange(BytesView datagram, std::uint32_t first, std::uint32_t last, const Sink& sink);

  // Events: after subscribe(group), wait until fd() is readable, then receive until it says false.
  // A socket for events is for nothing else. THROWS: ExchangeError, with Overrun if some are lost.
  void subscribe(unsigned group) { transport_->subscribe(group); }
  // From now on events of all namespaces that this one has an id of (number_namespace) are heard.
  // One socket for many: the kernel looks at each subscribed socket of the machine for each event.
  // The opener needs CAP_NET_BROADCAST over them.
  void hear_other_namespaces() { transport_->hear_other_namespaces(); }
  bool receive_events(const Sink& sink);
  int fd() const { return transport_->fd(); }

 private:
  void converse(Batch& request, const Sink& sink);
  void send(BytesView datagram);
  bool receive(const Sink& sink);  // one datagram; false if there is none

  std::unique_ptr<Transport> transport_;
  std::uint32_t next_sequence_ = 1;
};

}  // namespace topoproof::netlink
