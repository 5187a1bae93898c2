// SPDX-License-Identifier: GPL-2.0-or-later
// What rules can ask about the world outside of the packet: interfaces, routes, sockets, clocks.
// The network that runs the machine answers; what it does not know is unknown, never a guess.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hh"
#include "conntrack/settings.hh"
#include "skb/skb.hh"

namespace topoproof::machine {

inline constexpr std::uint16_t kLoopbackDevice = 772;  // ARPHRD_LOOPBACK

struct Interface {
  std::uint32_t index = 0;
  std::string name;
  std::uint16_t type = 1;  // ARPHRD_*: 1 is Ethernet
  std::uint32_t group = 0;
  std::string kind = {};                        // "veth", "bridge"; empty: none
  std::optional<std::string> bridge_name = {};  // of a port of a bridge
};

// Why nothing can be said; text that lives as long as the program.
struct Unknown {
  std::string_view reason;
};
template <class T>
using Answer = std::expected<T, Unknown>;
inline std::unexpected<Unknown> unknown(std::string_view reason) {
  return std::unexpected(Unknown{reason});
}

// A lookup in the routing rules and tables, as nft_fib4_eval() and nft_fib6_eval() make it.
struct FibQuestion {
  IpAddress destination;
  IpAddress source;
  std::uint8_t tos = 0;
  std::uint32_t mark = 0;
  std::uint32_t in_interface = 0;   // 0: as if sent from here
  std::uint32_t out_interface = 0;  // not 0: is there a route out of this one
};

// Whether an answer to the packet would go out by where the packet came in, as the rpfilter match
// asks (ipt_rpfilter.c, ip6t_rpfilter.c).
struct ReverseQuestion {
  IpAddress source;  // of the packet
  IpAddress destination;
  std::uint32_t mark = 0;
  std::uint32_t in_interface = 0;
  bool loose = false;  // by any interface
  bool accept_local = false;
};

// Who owns the local socket that sent a packet.
struct SocketOwner {
  std::uint32_t user = 0;
  std::uint32_t group = 0;
};

struct RouteOfPacket {
  IpAddress next_hop;
  std::uint32_t class_id = 0;
  std::uint16_t tcp_mss = 0;  // the smaller of the MTUs of both directions, less the headers
};

class Environment {
 public:
  virtual ~Environment() = default;

  // The address that masquerading gives: inet_select_addr(out, next hop of the packet's route), or
  // ipv6_dev_get_saddr(out, destination). Nothing: there is none, the packet is dropped.
  virtual Answer<std::optional<IpAddress>> masquerade_address(const skb::Skb& packet,
                                                              const Interface& out);
  // The first address of the interface, as redirect takes it; of IPv6 one that is not tentative and
  // of the destination's scope.
  virtual Answer<std::optional<IpAddress>> redirect_address(const skb::Skb& packet,
                                                            const Interface& in);

  // RETURNS: the interface of a unicast route; 0 if there is none (or it is local).
  virtual Answer<std::uint32_t> fib_interface(const FibQuestion& question);
  virtual Answer<bool> leads_back(const ReverseQuestion& question);
  virtual Answer<std::string> interface_name(std::uint32_t index);
  // RTN_*: 1 unicast, 2 local, 3 broadcast, 5 multicast, 6 blackhole, 7 unreachable, ...; of the
  // whole namespace, or as seen from one interface (index not 0).
  virtual Answer<std::uint32_t> address_type(const IpAddress& address, std::uint32_t interface);
  // The packet's own route; nothing before it is routed.
  virtual Answer<std::optional<RouteOfPacket>> route_of(const skb::Skb& packet);

  // Nothing: no local socket sent the packet.
  virtual Answer<std::optional<SocketOwner>> socket_owner(const skb::Skb& packet);
  // Whether a transparent socket would take the packet, if it were for this address and port.
  virtual Answer<bool> has_transparent_socket(const skb::Skb& packet, const IpAddress& address,
                                              std::uint16_t port);
  // Whether a program reads this queue. In a topology nobody does, unless told so.
  virtual Answer<bool> has_queue_listener(std::uint16_t queue);

  // Since 1970, in UTC, at virtual time 0.
  virtual Answer<conntrack::Time> epoch();
};

}  // namespace topoproof::machine
