// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/rule_nat.hh"

#include "sim/route.hh"

namespace topoproof::sim {
namespace {

using conntrack::NatRange;

std::uint16_t port_in(const Registers& registers, firewall::Register at) {
  return load_be16(registers.read(at, 2).data());
}

void set_ports(const Registers& registers, const std::optional<firewall::Register>& low,
               const std::optional<firewall::Register>& high, NatRange& range) {
  if (!low) return;
  range.flags |= conntrack::kMapPorts;
  range.low_port = port_in(registers, *low);
  range.high_port = port_in(registers, high.value_or(*low));
}

// The first address of the incoming interface (nf_nat_redirect_ipv4).
std::optional<IpAddress> first_address(const HookPlace& at) {
  if (at.in == kNoSlot) return std::nullopt;
  for (const InterfaceAddress& own : at.host.at(at.in).addresses) {
    const bool usable = own.address.family() == at.family && !own.address.is_link_local();
    if (usable) return own.address;
  }
  return std::nullopt;
}

}  // namespace

conntrack::Outcome bind(const HookPlace& at, const Registers& registers, const firewall::Nat& e,
                        Packet& packet) {
  if (e.family != at.family && e.address) return conntrack::accepted();
  NatRange range{.flags = e.flags};
  if (e.address) {
    const std::size_t size = at.family == Family::Ipv4 ? 4 : 16;
    range.flags |= conntrack::kMapAddresses;
    range.low = conntrack::raw_address(registers.read(*e.address, size));
    range.high = conntrack::raw_address(registers.read(e.address_high.value_or(*e.address), size));
  }
  set_ports(registers, e.port, e.port_high, range);
  const auto manip = e.kind == firewall::NatKind::Source ? conntrack::Manip::Source
                                                         : conntrack::Manip::Destination;
  return at.host.netfilter->nat().bind(packet.skb, range, manip);
}

conntrack::Outcome bind(const HookPlace& at, const Registers& registers,
                        const firewall::Masquerade& e, Packet& packet) {
  NatRange range{.flags = e.flags};
  set_ports(registers, e.port, e.port_high, range);
  const IpAddress destination = packet.skb.destination();
  const auto address =
      at.family == Family::Ipv4
          ? select_address(at.world, at.host, at.out, packet.way.gateway.value_or(destination))
          : select_address6(at.host, at.out, destination);
  return at.host.netfilter->nat().masquerade(packet.skb, range, at.host.at(at.out).index, address);
}

conntrack::Outcome bind(const HookPlace& at, const Registers& registers,
                        const firewall::Redirect& e, Packet& packet) {
  NatRange range{.flags = e.flags};
  set_ports(registers, e.port, e.port_high, range);
  return at.host.netfilter->nat().redirect(packet.skb, range, at.point(), first_address(at));
}

}  // namespace topoproof::sim
