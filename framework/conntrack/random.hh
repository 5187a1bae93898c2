// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers where the kernel's are random: the same seed gives the same ones, on every machine
// (splitmix64, which is public domain). Whoever draws says so in its result: what followed is one
// of several possible outcomes.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace topoproof::conntrack {

class Random {
 public:
  explicit Random(std::uint64_t seed = 1) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e37'79b9'7f4a'7c15ULL;
    auto value = state_;
    value = (value ^ (value >> 30U)) * 0xbf58'476d'1ce4'e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d0'49bb'1331'11ebULL;
    return value ^ (value >> 31U);
  }
  std::uint32_t next32() { return static_cast<std::uint32_t>(next() >> 32U); }
  std::uint16_t next16() { return static_cast<std::uint16_t>(next() >> 48U); }

  // What a kernel was seen to draw: such a number is taken wherever it is possible.
  void expect(std::vector<std::uint16_t> drawn) { expected_ = std::move(drawn); }
  // How far above `first` the number is, of `count` that there are.
  std::uint16_t offset(std::uint32_t first, std::uint32_t count) {
    for (const std::uint16_t drawn : expected_) {
      if (drawn >= first && drawn - first < count) return static_cast<std::uint16_t>(drawn - first);
    }
    return next16();
  }

 private:
  std::uint64_t state_;
  std::vector<std::uint16_t> expected_;
};

}  // namespace topoproof::conntrack
