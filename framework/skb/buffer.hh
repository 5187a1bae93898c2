// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of a packet, owned, with room in front: headers are taken off and put on without
// moving what follows.
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.hh"

namespace topoproof::skb {

class Buffer {
 public:
  static constexpr std::size_t kRoom = 64;  // for an IP header with options put in front

  Buffer() = default;
  explicit Buffer(BytesView bytes, std::size_t room = kRoom);

  BytesView view() const { return BytesView(bytes_).subspan(head_); }
  std::span<std::byte> writable() { return std::span(bytes_).subspan(head_); }
  std::size_t size() const { return bytes_.size() - head_; }

  void take_front(std::size_t count);                 // REQUIRES: that many are there
  std::span<std::byte> put_front(std::size_t count);  // RETURNS: the new bytes, to be filled
  void append(BytesView bytes);
  void trim(std::size_t size);  // REQUIRES: not larger than size()

  friend bool operator==(const Buffer& a, const Buffer& b);

 private:
  Bytes bytes_;
  std::size_t head_ = 0;  // where the packet begins
};

}  // namespace topoproof::skb
