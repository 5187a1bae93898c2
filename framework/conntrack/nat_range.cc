// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/nat_range.hh"

#include <array>

#include "conntrack/jhash.hh"

namespace topoproof::conntrack {
namespace {

using Words = std::array<std::uint32_t, 4>;  // as they lie in memory, network order

Words words_of(const RawAddress& address) {
  Words words;
  std::memcpy(words.data(), address.words.data(), sizeof words);
  return words;
}

std::uint32_t host_order(std::uint32_t word) {
  std::array<std::byte, 4> bytes;
  std::memcpy(bytes.data(), &word, 4);
  return load_be32(bytes.data());
}
std::uint32_t network_order(std::uint32_t number) {
  std::array<std::byte, 4> bytes;
  store_be32(bytes.data(), number);
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data(), 4);
  return word;
}

}  // namespace

// The address is built word by word. While all before it are at the upper end of the range a word
// is between the bounds, afterwards it is any.
RawAddress choose_address(const Tuple& tuple, const NatRange& range, std::uint16_t zone_id) {
  if (range.low == range.high) return range.low;
  const std::size_t last = tuple.family == Family::Ipv4 ? 0 : 3;
  const auto destination = words_of(tuple.destination);
  const auto low = words_of(range.low);
  const auto high = words_of(range.high);
  const bool persistent = range.has(kPersistent);
  auto hash = jhash_words(words_of(tuple.source), persistent ? 0 : destination[last] ^ zone_id);
  Words chosen{};
  bool below = false;
  for (std::size_t i = 0; i <= last; ++i) {
    const auto first = below ? 0 : host_order(low[i]);
    const auto count = below ? ~0U : host_order(high[i]) - first + 1;
    chosen[i] = network_order(first + scaled(hash, count));
    if (chosen[i] != high[i]) below = true;
    if (!persistent) hash ^= destination[i];
  }
  RawAddress address;
  std::memcpy(address.words.data(), chosen.data(), sizeof chosen);
  return address;
}

NatRange netmap_range(const NatRange& range, const RawAddress& address) {
  auto mapped = range;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto fixed = ~(range.low.words[i] ^ range.high.words[i]);
    mapped.low.words[i] = (address.words[i] & ~fixed) | (range.low.words[i] & fixed);
  }
  mapped.high = mapped.low;
  mapped.flags |= kMapAddresses;
  return mapped;
}

bool is_port_in_range(const Tuple& tuple, const NatRange& range, Manip manip) {
  if (!is_icmp(tuple.protocol) && !has_ports(tuple.protocol) && tuple.protocol != kGre) return true;
  const bool source = manip == Manip::Source || is_icmp(tuple.protocol);
  const auto port = source ? tuple.source_port : tuple.destination_port;
  return port >= range.low_port && port <= range.high_port;
}

bool is_address_in_range(const RawAddress& address, const NatRange& range) {
  return compare(address, range.low) >= 0 && compare(address, range.high) <= 0;
}

}  // namespace topoproof::conntrack
