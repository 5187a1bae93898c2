// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/siphash.hh"

#include <bit>

namespace topoproof::sim {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

// Little-endian, as many bytes as there are.
std::uint64_t word_of(BytesView bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  }
  return word;
}

}  // namespace

std::uint64_t siphash(const SipKey& key, BytesView bytes) {
  State state{0x736f'6d65'7073'6575 ^ key.low, 0x646f'7261'6e64'6f6d ^ key.high,
              0x6c79'6765'6e65'7261 ^ key.low, 0x7465'6462'7974'6573 ^ key.high};
  const std::uint64_t length = static_cast<std::uint64_t>(bytes.size()) << 56;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) state.take(word_of(bytes.first(8)));
  state.take(length | word_of(bytes));
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace topoproof::sim
