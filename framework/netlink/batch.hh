// SPDX-License-Identifier: GPL-2.0-or-later
// Messages to be sent together. Each is about something that the caller has a number for (a step of
// a plan), by which a refusal is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "netlink/ack.hh"
#include "netlink/error.hh"
#include "netlink/writer.hh"

namespace topoproof::netlink {

class Batch {
 public:
  // Begins a message; write its header and attributes, usually by `encode(value, ..., writer)`.
  // The writer is valid for this message, until the next add.
  MessageWriter& add(std::size_t about, const Request& request);

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  BytesView bytes() const { return writer_.bytes(); }

 private:
  friend class Socket;
  struct Entry {
    std::size_t about = 0;
    std::size_t start = 0;  // of the message, in bytes()
    const Schema* schema = nullptr;
  };
  // A part of the batch that is sent as one datagram, with its sequence numbers.
  struct Piece {
    BytesView bytes;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  // Numbers the messages from the given one on, until about `bytes` are full, and asks for an
  // acknowledgement of the last: refusals are told anyway, and this one says there are no more.
  Piece seal(std::size_t first, std::size_t bytes, std::uint32_t base_sequence);
  Refusal refusal(std::size_t index, const Ack& ack) const;
  std::optional<Refusal> oversized() const;  // what must not be sent
  std::size_t end_of(std::size_t index) const;

  MessageWriter writer_;
  std::vector<Entry> entries_;
};

}  // namespace topoproof::netlink
