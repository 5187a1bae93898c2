// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/multipath.hh"

#include <algorithm>
#include <array>
#include <utility>

#include "packet/view.hh"
#include "sim/siphash.hh"

namespace topoproof::sim {
namespace {

// struct flow_keys from `basic` on, with IPv4 addresses, as it lies in memory: n_proto, ip_proto,
// flow label, two VLAN tags, key id, ports, ICMP, addresses, and four bytes of padding.
using HashedKeys = std::array<std::byte, 48>;
constexpr std::size_t kProtocolAt = 2;
constexpr std::size_t kPortsAt = 28;
constexpr std::size_t kAddressesAt = 36;

std::uint32_t as_little_endian(std::uint32_t big) {
  return (big & 0xff) << 24 | (big & 0xff00) << 8 | (big >> 8 & 0xff00) | big >> 24;
}

// __flow_hash_consistentify: both directions of a flow hash alike. The kernel compares what lies
// in network order as numbers of its own order.
std::uint32_t hash_of(FlowKeys keys, bool by_ports, std::uint32_t seed) {
  std::uint32_t source = keys.source.v4().bits();
  std::uint32_t destination = keys.destination.v4().bits();
  const bool turn = as_little_endian(destination) < as_little_endian(source);
  if (turn) std::swap(source, destination);
  HashedKeys bytes{};
  store_be32(bytes.data() + kAddressesAt, source);
  store_be32(bytes.data() + kAddressesAt + 4, destination);
  if (by_ports) {
    const auto little = [](std::uint16_t p) { return p >> 8 | (p & 0xff) << 8; };
    const bool turn_ports = little(keys.destination_port) < little(keys.source_port);
    if (turn_ports) std::swap(keys.source_port, keys.destination_port);
    bytes[kProtocolAt] = static_cast<std::byte>(keys.protocol);
    store_be16(bytes.data() + kPortsAt, keys.source_port);
    store_be16(bytes.data() + kPortsAt + 2, keys.destination_port);
  }
  const std::uint64_t half = static_cast<std::uint64_t>(seed) << 32 | seed;
  const auto hash = static_cast<std::uint32_t>(siphash({half, half}, bytes));
  return (hash == 0 ? 1 : hash) >> 1;
}

}  // namespace

FlowKeys flow_keys(const skb::Skb& skb) {
  FlowKeys keys{.source = skb.source(), .destination = skb.destination()};
  const auto view = packet::parse_view(skb.bytes());
  if (!view) return keys;
  if (view->is_icmp_error()) {
    if (const auto quoted = view->quoted()) return {quoted->src, quoted->dst};
  }
  keys.protocol = view->protocol;
  keys.source_port = view->sport().value_or(0);
  keys.destination_port = view->dport().value_or(0);
  return keys;
}

const routing::Hop* choose_hop(const Host& host, const routing::Found& found,
                               const FlowKeys& keys) {
  if (found.hops.size() == 1) return &found.hops.front();
  const bool v4 = keys.destination.is_v4();
  // IPv6 hashes the flow label, too, which senders draw at random.
  if (!v4 || host.settings->multipath_seed == 0 || host.settings->multipath_policy > 1) {
    return nullptr;
  }
  const std::uint32_t hash =
      hash_of(keys, host.settings->multipath_policy == 1, host.settings->multipath_seed);
  std::uint64_t total = 0;
  for (const routing::Hop& hop : found.hops) total += hop.weight;
  std::uint64_t sum = 0;
  for (const routing::Hop& hop : found.hops) {
    sum += hop.weight;
    const std::uint64_t bound = ((sum << 31) + total / 2) / total - 1;  // fib_rebalance
    if (hash <= bound) return &hop;
  }
  return &found.hops.back();
}

}  // namespace topoproof::sim
