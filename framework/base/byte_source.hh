// SPDX-License-Identifier: GPL-2.0-or-later
// Where generated values come from: the bytes of a fuzzer's input, or a seed. Both feed the same
// code, so that every property that is fuzzed is a quick test as well.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <type_traits>

#include "base/bytes.hh"

namespace topoproof {

class ByteSource {
 public:
  // Byte for byte; zeros once they are used up. REQUIRES: the bytes outlive the source.
  explicit ByteSource(BytesView bytes) : bytes_(bytes) {}
  // An endless stream, the same for the same seed on every machine.
  static ByteSource seeded(std::uint64_t seed);

  // Nothing is left: what comes now is zeros. Never of a seeded source.
  bool is_exhausted() const { return !random_ && bytes_.empty(); }

  std::uint8_t byte();
  bool coin() { return (byte() & 1) != 0; }

  // Takes as many bytes as the range needs. REQUIRES: low <= high.
  template <class Integer>
  Integer between(Integer low, Integer high) {
    static_assert(std::is_integral_v<Integer>);
    const auto range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    return static_cast<Integer>(static_cast<std::uint64_t>(low) + up_to(range));
  }
  template <class Integer>
  Integer any() {
    return between(std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max());
  }
  // REQUIRES: size > 0
  std::size_t below(std::size_t size) { return between<std::size_t>(0, size - 1); }

  // REQUIRES: `choices` is not empty.
  template <class Choices>
  const auto& pick(const Choices& choices) {
    return *std::next(std::begin(choices), static_cast<std::ptrdiff_t>(below(std::size(choices))));
  }

  Bytes bytes(std::size_t size);
  // The next bytes as they stand: fewer than asked for at the end. REQUIRES: it was made from
  // bytes.
  BytesView view(std::size_t size);
  std::string letters(std::size_t size);  // 'a' to 'z'
  BytesView rest() const { return bytes_; }

 private:
  std::uint64_t up_to(std::uint64_t most);

  BytesView bytes_;
  std::optional<std::mt19937_64> random_;  // its 2.5 KB are made only for a seed
};

}  // namespace topoproof
