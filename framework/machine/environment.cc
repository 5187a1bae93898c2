// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/environment.hh"

namespace topoproof::machine {

Answer<std::optional<IpAddress>> Environment::masquerade_address(const skb::Skb& /*packet*/,
                                                                 const Interface& /*out*/) {
  return unknown("the address of the outgoing interface");
}
Answer<std::optional<IpAddress>> Environment::redirect_address(const skb::Skb& /*packet*/,
                                                               const Interface& /*in*/) {
  return unknown("the address of the incoming interface");
}
Answer<std::uint32_t> Environment::fib_interface(const FibQuestion& /*question*/) {
  return unknown("a routing lookup by a rule");
}
Answer<bool> Environment::leads_back(const ReverseQuestion& /*question*/) {
  return unknown("a routing lookup by a rule");
}
Answer<std::string> Environment::interface_name(std::uint32_t /*index*/) {
  return unknown("the name of an interface");
}
Answer<std::uint32_t> Environment::address_type(const IpAddress& /*address*/,
                                                std::uint32_t /*interface*/) {
  return unknown("the type of an address");
}
Answer<std::optional<RouteOfPacket>> Environment::route_of(const skb::Skb& /*packet*/) {
  return unknown("the route of the packet");
}
Answer<std::optional<SocketOwner>> Environment::socket_owner(const skb::Skb& /*packet*/) {
  return unknown("the socket that sent the packet");
}
Answer<bool> Environment::has_transparent_socket(const skb::Skb& /*packet*/,
                                                 const IpAddress& /*address*/,
                                                 std::uint16_t /*port*/) {
  return unknown("transparent sockets");
}
Answer<bool> Environment::has_queue_listener(std::uint16_t /*queue*/) { return false; }
Answer<conntrack::Time> Environment::epoch() { return unknown("the time of day"); }

}  // namespace topoproof::machine
