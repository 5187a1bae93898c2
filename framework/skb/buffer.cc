// SPDX-License-Identifier: GPL-2.0-or-later
#include "skb/buffer.hh"

#include <algorithm>

#include "base/check.hh"

namespace topoproof::skb {

Buffer::Buffer(BytesView bytes, std::size_t room) : head_(room) {
  bytes_.reserve(room + bytes.size());
  bytes_.resize(room);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Buffer::take_front(std::size_t count) {
  TOPOPROOF_CHECK(count <= size(), "only bytes that are there can be taken off");
  head_ += count;
}

std::span<std::byte> Buffer::put_front(std::size_t count) {
  if (count > head_) {
    const auto more = count - head_ + kRoom;
    bytes_.insert(bytes_.begin(), more, std::byte{0});
    head_ += more;
  }
  head_ -= count;
  return writable().first(count);
}

void Buffer::append(BytesView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

void Buffer::trim(std::size_t size) {
  TOPOPROOF_CHECK(size <= this->size(), "trimming does not make a packet longer");
  bytes_.resize(head_ + size);
}

bool operator==(const Buffer& a, const Buffer& b) { return std::ranges::equal(a.view(), b.view()); }

}  // namespace topoproof::skb
