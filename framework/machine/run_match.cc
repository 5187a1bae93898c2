// SPDX-License-Identifier: GPL-2.0-or-later
// Instructions that compute on registers and are not frequent enough for a form of their own.
#include <algorithm>
#include <bit>
#include <cstring>

#include "conntrack/jhash.hh"
#include "machine/run.hh"

namespace topoproof::machine {

void Run::other(const fw::Range& e, std::uint32_t /*index*/) {
  const auto* value = registers_.at(e.from.word);
  const bool inside = std::memcmp(value, e.low.data(), e.low.size()) >= 0 &&
                      std::memcmp(value, e.high.data(), e.high.size()) <= 0;
  if (inside == e.inverted) fail();
}

// Of whole words: what is behind the mask becomes zero.
void Run::other(const fw::Bitwise& e, std::uint32_t /*index*/) {
  const auto words = (e.mask.size() + 3) / 4;
  for (std::size_t i = 0; i < words; ++i) {
    const auto length = std::min<std::size_t>(4, e.mask.size() - 4 * i);
    std::uint32_t mask = 0;
    std::uint32_t flip = 0;
    std::memcpy(&mask, e.mask.data() + 4 * i, length);
    std::memcpy(&flip, e.flip.data() + 4 * i, length);
    registers_.word(e.to.word + i) = (registers_.word(e.from.word + i) & mask) ^ flip;
  }
}

void Run::other(const fw::Immediate& e, std::uint32_t /*index*/) {
  registers_.store(e.to.word, e.value);
}

// Over words in their order, the first the highest (nft_bitwise_eval_lshift, ..._rshift).
void Run::other(const fw::Shift& e, std::uint32_t /*index*/) {
  const auto words = (e.length + 3) / 4;
  std::uint32_t carry = 0;
  const bool moves = e.bits % 32 != 0;
  const auto left = e.direction == fw::ShiftDirection::Left;
  for (std::uint32_t n = 0; n < words; ++n) {
    const auto i = left ? words - 1 - n : n;
    const auto value = registers_.word(e.from.word + i);
    registers_.word(e.to.word + i) = (left ? value << e.bits : value >> e.bits) | carry;
    if (moves) carry = left ? value >> (32 - e.bits) : value << (32 - e.bits);
  }
}

// Swaps the bytes of each number: the same both ways on a machine whose order is not the network's.
void Run::other(const fw::ByteOrder& e, std::uint32_t /*index*/) {
  if (e.size == 0) return;
  const auto from = registers_.view(e.from.word, e.length);
  Bytes bytes(from.begin(), from.end());
  for (std::size_t at = 0; at + e.size <= bytes.size(); at += e.size) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + e.size));
  }
  registers_.store(e.to.word, bytes);
}

std::uint32_t Run::draw_below(std::uint32_t count) {
  if (count <= 1) return 0;
  if (world_.can_choose() && count <= Choices::kMost) return world_.choices->choose(count);
  is_random_ = true;
  return conntrack::scaled(random_.next32(), count);
}

void Run::other(const fw::NumberGenerator& e, std::uint32_t index) {
  if (e.kind == fw::NumberKind::Random) {
    registers_.word(e.to.word) = draw_below(e.modulus) + e.offset;
    return;
  }
  auto& state = std::get<SequenceState>(program_.states()[index]);
  const auto value = state.next;
  state.next = value + 1 < e.modulus ? value + 1 : 0;
  registers_.word(e.to.word) = value + e.offset;
}

namespace {

// FNV-1a
class Mixer {
 public:
  void add(std::uint64_t word) { key_ = (key_ ^ word) * 0x0000'0100'0000'01b3; }
  void add(BytesView bytes) {
    for (const std::byte b : bytes) add(std::to_integer<std::uint64_t>(b));
  }
  std::uint64_t key() const { return key_; }

 private:
  std::uint64_t key_ = 0xcbf2'9ce4'8422'2325;
};

// Both directions of a flow are one (__skb_get_hash_symmetric); fragments have no ports.
void add_flow(const skb::Skb& packet, const skb::Headers& headers, Mixer& mixer) {
  const auto [low, high] = std::minmax({packet.source(), packet.destination()});
  mixer.add(low.bytes());
  mixer.add(high.bytes());
  mixer.add(headers.protocol);
  const auto transport = packet.transport();
  const bool has_ports = headers.protocol == 6 || headers.protocol == 17;
  if (!has_ports || headers.fragment_offset != 0 || transport.size() < 4) return;
  const auto [a, b] = std::minmax({load_be16(&transport[0]), load_be16(&transport[2])});
  mixer.add(std::uint64_t{a} << 16 | b);
}

}  // namespace

// Whatever the key is, what is hashed alike has the same number.
void Run::draw_hash(const fw::Hash& e) {
  const bool symmetric = e.kind == fw::HashKind::Symmetric;
  const bool knows_flow = !symmetric || headers_.has_transport;
  if (!world_.can_choose() || !knows_flow || e.modulus > Choices::kMost) {
    return give_up(symmetric ? "symhash: its key is random" : "jhash: its seed is random");
  }
  Mixer mixer;
  mixer.add(e.modulus);
  if (symmetric) {
    add_flow(packet_, headers_, mixer);
  } else {
    mixer.add(std::bit_cast<std::uintptr_t>(&e));  // each rule has a seed of its own
    mixer.add(registers_.view(e.from->word, e.length));
  }
  registers_.word(e.to.word) = world_.choices->choose_once(mixer.key(), e.modulus) + e.offset;
}

void Run::other(const fw::Hash& e, std::uint32_t /*index*/) {
  if (e.modulus <= 1) {
    registers_.word(e.to.word) = e.offset;
    return;
  }
  if (is_drawn(e)) return draw_hash(e);
  const auto hash = conntrack::jhash_bytes(registers_.view(e.from->word, e.length), *e.seed);
  registers_.word(e.to.word) = conntrack::scaled(hash, e.modulus) + e.offset;
}

}  // namespace topoproof::machine
