// SPDX-License-Identifier: GPL-2.0-or-later
// The registers of the nf_tables machine, by words, as the kernel lays them out (struct nft_regs).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "base/bytes.hh"

namespace topoproof::machine {

class Registers {
 public:
  static constexpr std::size_t kWords = 20;
  static constexpr std::size_t kWordSize = 4;

  std::uint32_t& word(std::size_t index) { return words_[index]; }
  std::uint32_t word(std::size_t index) const { return words_[index]; }

  // REQUIRES: the bytes lie within the registers.
  BytesView view(std::size_t index, std::size_t length) const {
    return std::as_bytes(std::span(words_)).subspan(index * kWordSize, length);
  }
  std::byte* at(std::size_t index) {
    return std::as_writable_bytes(std::span(words_)).data() + index * kWordSize;
  }
  void store(std::size_t index, BytesView bytes) {
    std::memcpy(at(index), bytes.data(), bytes.size());
  }
  // Smaller numbers leave the rest of their word zero.
  void store8(std::size_t index, std::uint8_t value) {
    words_[index] = 0;
    std::memcpy(at(index), &value, 1);
  }
  void store16(std::size_t index, std::uint16_t value) {
    words_[index] = 0;
    std::memcpy(at(index), &value, 2);
  }
  void store_be16(std::size_t index, std::uint16_t value) {
    words_[index] = 0;
    topoproof::store_be16(at(index), value);
  }
  void store64(std::size_t index, std::uint64_t value) { std::memcpy(at(index), &value, 8); }
  std::uint8_t load8(std::size_t index) const {
    return std::to_integer<std::uint8_t>(view(index, 1)[0]);
  }
  std::uint16_t load16(std::size_t index) const {
    std::uint16_t value = 0;
    std::memcpy(&value, view(index, 2).data(), 2);
    return value;
  }
  std::uint16_t load_be16(std::size_t index) const {
    return topoproof::load_be16(view(index, 2).data());
  }

 private:
  std::array<std::uint32_t, kWords> words_{};
};

}  // namespace topoproof::machine
