// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/path_mtu.hh"

#include <algorithm>

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"
#include "packet/view.hh"
#include "sim/route.hh"
#include "sim/transport.hh"

namespace topoproof::sim {
namespace {

using packet::Icmp;
using packet::Icmpv6;
using packet::PacketView;

constexpr Time kKept = std::chrono::minutes(10);  // mtu_expires
constexpr std::uint32_t kLeastPathMtu = 552;      // min_pmtu
constexpr std::uint32_t kLeastPathMtu6 = 1280;

bool says_too_big(const PacketView& error) {
  const packet::IcmpView& icmp = *error.icmp();
  if (error.family() == Family::Ipv6) return icmp.type == Icmpv6::kTooBig;
  return icmp.type == Icmp::kUnreachable && icmp.code == Icmp::kFragmentationNeeded;
}

// What the kernel itself says needs no socket (icmp_err); of ICMPv6 that is anything.
bool is_own_icmp(const Host& host, const PacketView& quoted) {
  if (quoted.family() == Family::Ipv6) return true;
  if (quoted.icmp()->type == Icmp::kEchoReply) return true;
  return std::ranges::any_of(host.sockets, [&](const Socket& socket) {
    return socket.tuple.protocol == flow::Protocol::Icmp && socket.tuple.source == quoted.src &&
           socket.tuple.destination == quoted.dst && socket.tuple.source_port == quoted.icmp()->id;
  });
}

// Whether a socket, or the kernel, sent the packet.
bool is_own(const Host& host, const PacketView& quoted) {
  if (quoted.icmp() != nullptr) return is_own_icmp(host, quoted);
  if (!quoted.sport() || !quoted.dport()) return false;
  const bool tcp = quoted.tcp() != nullptr;
  const auto protocol = tcp ? flow::Protocol::Tcp : flow::Protocol::Udp;
  const flow::Tuple tuple{quoted.src, quoted.dst, protocol, *quoted.sport(), *quoted.dport()};
  if (std::ranges::find(host.sockets, tuple, &Socket::tuple) != host.sockets.end()) return true;
  const Listener listener{{protocol, *quoted.sport()}, quoted.family()};
  return !tcp && std::ranges::binary_search(host.listeners, listener);
}

}  // namespace

// __ip_rt_update_pmtu, __ip6_rt_update_pmtu
void learn_path_mtu(World& world, Host& host, const skb::Skb& error, RecordId tail) {
  const auto view = packet::parse_view(error.bytes());
  if (!view || view->icmp() == nullptr || !says_too_big(*view)) return;
  const auto quoted = view->quoted();
  if (!quoted || !is_own(host, *quoted)) return;
  const OutputRoute route = route_output(
      world, host, {.destination = quoted->dst, .source = quoted->src, .any_source = true});
  const std::uint32_t told = view->icmp()->mtu.value_or(0);
  const bool known = route.end != End::None || told >= route.way.mtu;
  if (known || (quoted->family() == Family::Ipv6 && told < kLeastPathMtu6)) return;
  const std::uint32_t mtu = std::max(told, std::min(route.way.mtu, kLeastPathMtu));
  std::erase_if(host.path_mtus, [&](const PathMtu& p) { return p.destination == quoted->dst; });
  host.path_mtus.push_back({quoted->dst, mtu, world.now() + kKept});
  world.learned_path_mtu(host.id);
  if (quoted->tcp() == nullptr) return;
  heed_path_mtu(world, host,
                {quoted->src, quoted->dst, flow::Protocol::Tcp, *quoted->sport(), *quoted->dport()},
                mtu, tail);
}

std::uint32_t path_mtu(const World& world, const Host& host, const IpAddress& destination,
                       std::uint32_t of_way) {
  const auto known = std::ranges::find(host.path_mtus, destination, &PathMtu::destination);
  const bool holds = known != host.path_mtus.end() && world.now() < known->expires;
  return holds ? std::min(known->mtu, of_way) : of_way;
}

}  // namespace topoproof::sim
