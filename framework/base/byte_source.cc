// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/byte_source.hh"

#include <algorithm>

#include "base/check.hh"

namespace topoproof {

ByteSource ByteSource::seeded(std::uint64_t seed) {
  ByteSource source{BytesView()};
  source.random_.emplace(seed);
  return source;
}

std::uint8_t ByteSource::byte() {
  if (random_) return static_cast<std::uint8_t>((*random_)() & 0xff);
  if (bytes_.empty()) return 0;
  const auto value = std::to_integer<std::uint8_t>(bytes_.front());
  bytes_ = bytes_.subspan(1);
  return value;
}

std::uint64_t ByteSource::up_to(std::uint64_t most) {
  std::uint64_t value = 0;
  for (std::uint64_t left = most; left != 0; left >>= 8) value = value << 8 | byte();
  return most == std::numeric_limits<std::uint64_t>::max() ? value : value % (most + 1);
}

Bytes ByteSource::bytes(std::size_t size) {
  Bytes out(size);
  if (random_) {
    std::ranges::generate(out, [this] { return std::byte{byte()}; });
  } else {
    std::ranges::copy(view(size), out.begin());
  }
  return out;
}

BytesView ByteSource::view(std::size_t size) {
  TOPOPROOF_CHECK(!random_, "a seeded source has nothing to view");
  const BytesView taken = bytes_.first(std::min(size, bytes_.size()));
  bytes_ = bytes_.subspan(taken.size());
  return taken;
}

std::string ByteSource::letters(std::size_t size) {
  std::string out(size, ' ');
  std::ranges::generate(out, [this] { return static_cast<char>('a' + byte() % 26); });
  return out;
}

}  // namespace topoproof
