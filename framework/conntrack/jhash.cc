// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/jhash.hh"

#include <algorithm>
#include <bit>
#include <cstring>

namespace topoproof::conntrack {
namespace {

constexpr std::uint32_t kInitial = 0xdeadbeef;

struct State {
  std::uint32_t a;
  std::uint32_t b;
  std::uint32_t c;

  void mix() {
    a -= c;
    a ^= std::rotl(c, 4);
    c += b;
    b -= a;
    b ^= std::rotl(a, 6);
    a += c;
    c -= b;
    c ^= std::rotl(b, 8);
    b += a;
    a -= c;
    a ^= std::rotl(c, 16);
    c += b;
    b -= a;
    b ^= std::rotl(a, 19);
    a += c;
    c -= b;
    c ^= std::rotl(b, 4);
    b += a;
  }
  void finish() {
    c ^= b;
    c -= std::rotl(b, 14);
    a ^= c;
    a -= std::rotl(c, 11);
    b ^= a;
    b -= std::rotl(a, 25);
    c ^= b;
    c -= std::rotl(b, 16);
    a ^= c;
    a -= std::rotl(c, 4);
    b ^= a;
    b -= std::rotl(a, 14);
    c ^= b;
    c -= std::rotl(b, 24);
  }
};

State begin(std::size_t bytes, std::uint32_t seed) {
  const auto value = kInitial + static_cast<std::uint32_t>(bytes) + seed;
  return {value, value, value};
}

std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t word = 0;
  if (at < bytes.size()) {
    std::memcpy(&word, bytes.data() + at, std::min<std::size_t>(4, bytes.size() - at));
  }
  return word;
}

}  // namespace

std::uint32_t jhash_bytes(std::span<const std::byte> bytes, std::uint32_t seed) {
  auto state = begin(bytes.size(), seed);
  while (bytes.size() > 12) {
    state.a += word_at(bytes, 0);
    state.b += word_at(bytes, 4);
    state.c += word_at(bytes, 8);
    state.mix();
    bytes = bytes.subspan(12);
  }
  if (bytes.empty()) return state.c;
  state.a += word_at(bytes, 0);
  state.b += word_at(bytes, 4);
  state.c += word_at(bytes, 8);
  state.finish();
  return state.c;
}

std::uint32_t jhash_words(std::span<const std::uint32_t> words, std::uint32_t seed) {
  return jhash_bytes(std::as_bytes(words), seed);
}

}  // namespace topoproof::conntrack
