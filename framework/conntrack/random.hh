// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers where the kernel's are random: the same seed gives the same ones, on every machine
// (splitmix64, which is public domain). Whoever draws says so in its result: what followed is one
// of several possible outcomes.
#pragma once

#include <cstdint>

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

 private:
  std::uint64_t state_;
};

}  // namespace topoproof::conntrack
