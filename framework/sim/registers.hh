// SPDX-License-Identifier: GPL-2.0-or-later
// The register file of the nf_tables machine: 20 words of 32 bits. Internal to this module.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "firewall/load.hh"

namespace topoproof::sim {

class Registers {
 public:
  // Up to a whole word, the rest of the last one is cleared. What does not fit is cut.
  void write(firewall::Register to, BytesView value) {
    const std::span<std::byte> place = from(to);
    const std::size_t padded = std::min((value.size() + 3) / 4 * 4, place.size());
    std::ranges::fill(place.first(padded), std::byte{0});
    std::ranges::copy(value.first(std::min(value.size(), place.size())), place.begin());
  }
  template <class Number>
  void write_number(firewall::Register to, Number value) {
    std::array<std::byte, sizeof(Number)> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    write(to, bytes);
  }

  Bytes read(firewall::Register at, std::size_t size) const {
    const auto all = BytesView(bytes_).subspan(std::min<std::size_t>(at.word * 4U, bytes_.size()));
    const auto part = all.first(std::min(size, all.size()));
    return {part.begin(), part.end()};
  }
  std::uint32_t read_number(firewall::Register at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes_.data() + std::min<std::size_t>(at.word * 4U, bytes_.size() - 4), 4);
    return value;
  }
  // As memcmp does.
  int compare(firewall::Register at, BytesView value) const {
    const std::size_t begin = at.word * 4U;
    if (begin + value.size() > bytes_.size()) return 1;
    return std::memcmp(bytes_.data() + begin, value.data(), value.size());
  }

 private:
  std::span<std::byte> from(firewall::Register at) {
    return std::span(bytes_).subspan(std::min<std::size_t>(at.word * 4U, bytes_.size()));
  }
  std::array<std::byte, 80> bytes_{};
};

}  // namespace topoproof::sim
