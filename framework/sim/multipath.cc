// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/multipath.hh"

#include <algorithm>
#include <array>
#include <utility>

#include "packet/view.hh"
#include "sim/route.hh"
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
  FlowKeys keys{.source = skb.source(),
                .destination = skb.destination(),
                .by_socket_hash = skb.has_socket_hash};
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

namespace {

// IPv6 hashes the flow label, too, which senders draw at random.
bool knows_seed(const Host& host, Family family) {
  return family == Family::Ipv4 && host.settings->multipath_seed != 0 &&
         host.settings->multipath_policy <= 1;
}
bool is_by_ports(const Host& host) { return host.settings->multipath_policy == 1; }

bool knows_hash(const Host& host, const FlowKeys& keys) {
  return knows_seed(host, keys.destination.family()) && !(is_by_ports(host) && keys.by_socket_hash);
}

// One for all packets of a flow at a node, whatever their direction; but each end's socket draws
// its own.
std::uint64_t key_of(const Host& host, const routing::Found& found, const FlowKeys& keys) {
  const auto& [low, high] = std::minmax(keys.source, keys.destination);
  std::uint64_t key = host.id;
  const auto mix = [&](std::uint64_t word) { key = (key ^ word) * 0x0000'0100'0000'01b3; };
  for (const IpAddress& address : {low, high}) {
    const routing::Key words = routing::key_of(address);
    mix(words.high);
    mix(words.low);
  }
  mix(found.route->prefix.high);
  mix(found.route->prefix.low ^ found.route->length);
  if (host.settings->multipath_policy == 0) return key;
  if (keys.by_socket_hash) mix(keys.source < keys.destination ? 1 : 2);
  mix(keys.protocol);
  mix(std::min(keys.source_port, keys.destination_port));
  mix(std::max(keys.source_port, keys.destination_port));
  return key;
}

// fib_nh.nh_saddr is the source.
bool has_source(const World& world, const Host& host, const routing::Hop& hop,
                const FlowKeys& keys) {
  return keys.locally_made && keys.source.is_v4() && !keys.source.is_unspecified() &&
         select_address(world, host, hop.interface, hop.gateway) == keys.source;
}

const routing::Hop* try_hop(const World& world, const Host& host, const routing::Found& found,
                            const FlowKeys& keys) {
  std::vector<const routing::Hop*> preferred;
  std::vector<const routing::Hop*> all;
  for (const routing::Hop& hop : found.hops) {
    all.push_back(&hop);
    if (has_source(world, host, hop, keys)) preferred.push_back(&hop);
  }
  const auto& among = preferred.empty() ? all : preferred;
  if (among.size() == 1) return among.front();
  const auto count = static_cast<std::uint32_t>(among.size());
  if (!world.choices.is_open() || count > machine::Choices::kMost) return nullptr;
  return among[world.choices.choose_once(key_of(host, found, keys), count)];
}

// fib_select_multipath. Of all that have the source, or else of all, the one whose share the hash
// falls into; the shares are those of all.
const routing::Hop* find_hop(const World& world, const Host& host, const routing::Found& found,
                             const FlowKeys& keys) {
  const std::uint32_t hash = hash_of(keys, is_by_ports(host), host.settings->multipath_seed);
  std::uint64_t total = 0;
  for (const routing::Hop& hop : found.hops) total += hop.weight;
  std::uint64_t sum = 0;
  int best_score = -1;
  const routing::Hop* best = nullptr;
  for (const routing::Hop& hop : found.hops) {
    sum += hop.weight;
    const std::uint64_t bound = ((sum << 31) + total / 2) / total - 1;  // fib_rebalance
    const int score = (has_source(world, host, hop, keys) ? 2 : 0) + (hash <= bound ? 1 : 0);
    if (score <= best_score) continue;
    best = &hop;
    best_score = score;
  }
  return best;
}

}  // namespace

bool draws_ways(const Host& host) {
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    const routing::Fib* fib = host.fib(family);
    const bool knows = knows_seed(host, family) && !is_by_ports(host);
    if (fib != nullptr && fib->has_choices() && !knows) return true;
  }
  return false;
}

const routing::Hop* choose_hop(const World& world, const Host& host, const routing::Found& found,
                               const FlowKeys& keys) {
  if (found.hops.size() == 1) return &found.hops.front();
  return knows_hash(host, keys) ? find_hop(world, host, found, keys)
                                : try_hop(world, host, found, keys);
}

}  // namespace topoproof::sim
