// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/nat.hh"

#include "base/check.hh"
#include "base/planted_fault.hh"
#include "conntrack/nat_icmp.hh"
#include "conntrack/rewrite.hh"
#include "conntrack/wire.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::uint32_t done_bit(Manip manip) {
  return manip == Manip::Source ? kSourceNatDone : kDestinationNatDone;
}
constexpr std::uint32_t nat_bit(Manip manip) {
  return manip == Manip::Source ? kSourceNat : kDestinationNat;
}

bool is_related(skb::CtInfo info) {
  return info == skb::CtInfo::Related || info == skb::CtInfo::RelatedReply;
}

bool has_left_its_interface(const Entry& entry, const skb::Skb& packet, const HookPoint& at) {
  return entry.masqueraded_on != 0 && at.hook == firewall::Hook::Postrouting &&
         direction_of(packet.ct_info) == Direction::Original && entry.masqueraded_on != at.out;
}

std::optional<Transport> transport_of(const skb::Skb& packet, Family family) {
  return find_transport(packet.bytes(), 0, family);
}

Outcome apply(const Entry& entry, skb::Skb& packet, Manip manip) {
  const auto direction = direction_of(packet.ct_info);
  if (direction == Direction::Reply && planted("simulator-reply-translation")) return accepted();
  const auto kind = direction == Direction::Reply ? other(manip) : manip;
  if (!entry.has(nat_bit(kind))) return accepted();
  const auto target = inverse(entry.tuple(other(direction)));
  if (!target || !rewrite(packet, 0, *target, manip)) return dropped("nat: packet too short");
  return accepted();
}

}  // namespace

Outcome Nat::translate(skb::Skb& packet, const HookPoint& at, NatChains& chains) {
  auto* entry = entry_of(packet);
  if (entry == nullptr) return accepted();
  const auto manip = manip_at(at.hook);
  if (is_related(packet.ct_info)) {
    const auto transport = transport_of(packet, at.family);
    const auto icmp = at.family == Family::Ipv4 ? kIcmp : kIcmpv6;
    if (transport && transport->protocol == icmp) {
      return translate_icmp_error(packet, *entry, transport->offset, manip);
    }
  }
  const skb::Ref<skb::Tracked> held = packet.connection;
  const bool first = packet.ct_info == skb::CtInfo::New || is_related(packet.ct_info);
  if (first && !entry->has(done_bit(manip))) {
    const auto consulted = consult(packet, at, chains, manip);
    if (!consulted.accepts()) return consulted;
  } else if (has_left_its_interface(*entry, packet, at)) {
    tracker_.table().remove(*entry);
    return dropped("nat: a masqueraded flow left by another interface");
  }
  note_drawn(*entry);
  return apply(*entry, packet, manip);
}

Outcome Nat::consult(skb::Skb& packet, const HookPoint& at, NatChains& chains, Manip manip) {
  (void)at;
  auto& entry = *entry_of(packet);
  for (std::size_t i = 0; i < chains.count(); ++i) {
    const auto ran = chains.run(i, packet);
    if (!ran.accepts()) return ran;
    if (entry.has(done_bit(manip))) return accepted();
  }
  return bind_null(entry, manip);
}

Outcome Nat::bind(skb::Skb& packet, const NatRange& range, Manip manip) {
  auto* entry = entry_of(packet);
  TOPOPROOF_CHECK(entry != nullptr, "only a packet of a flow can be translated");
  return bind_flow(*entry, range, manip);
}

Outcome Nat::bind_flow(Entry& entry, const NatRange& range, Manip manip) {
  if (entry.is_confirmed()) return accepted();
  if (entry.has(done_bit(manip))) return dropped("nat: the flow has its binding already");
  const auto before = inverse(entry.reply());
  if (!before) return dropped("nat: a flow that cannot be turned around");
  const auto after = unique_tuple(*before, range, entry, manip);
  if (after != *before) {
    const auto reply = inverse(after);
    if (!reply) return dropped("nat: a flow that cannot be turned around");
    entry.sides[1].tuple = *reply;
    entry.status |= nat_bit(manip);
  }
  if (manip == Manip::Source) tracker_.table().add_by_source(entry);
  entry.status |= done_bit(manip);
  return accepted();
}

// To the address that it has: the port may have to give way all the same.
Outcome Nat::bind_null(Entry& entry, Manip manip) {
  const auto& reply = entry.reply();
  const auto& address = manip == Manip::Source ? reply.destination : reply.source;
  return bind_flow(entry, {.flags = kMapAddresses, .low = address, .high = address}, manip);
}

Outcome Nat::masquerade(skb::Skb& packet, NatRange range, std::uint32_t out_interface,
                        const std::optional<IpAddress>& address) {
  auto* entry = entry_of(packet);
  TOPOPROOF_CHECK(entry != nullptr, "only a packet of a flow can be masqueraded");
  // A sender that has no address yet (DHCP).
  if (entry->family() == Family::Ipv4 && entry->original().source.is_zero()) return accepted();
  if (!address) return dropped("masquerade: the outgoing interface has no address");
  entry->masqueraded_on = out_interface;
  range.flags |= kMapAddresses;
  range.low = range.high = raw_address(*address);
  return bind_flow(*entry, range, Manip::Source);
}

Outcome Nat::redirect(skb::Skb& packet, NatRange range, const HookPoint& at,
                      const std::optional<IpAddress>& address) {
  const bool local = at.hook == firewall::Hook::Output;
  const auto loopback = at.family == Family::Ipv4 ? IpAddress(Ipv4Address(127, 0, 0, 1))
                                                  : IpAddress(Ipv6Address::parse("::1").value());
  const auto target = local ? std::optional(loopback) : address;
  if (!target) return dropped("redirect: the incoming interface has no address");
  range.flags |= kMapAddresses;
  range.low = range.high = raw_address(*target);
  return bind(packet, range, Manip::Destination);
}

bool Nat::needs_new_route(const skb::Skb& packet) {
  const auto* entry = entry_of(packet);
  if (entry == nullptr) return false;
  const auto direction = direction_of(packet.ct_info);
  return entry->tuple(direction).destination != entry->tuple(other(direction)).source;
}

void Nat::forget_masqueraded(std::uint32_t interface, const std::optional<IpAddress>& address) {
  const auto raw = address ? std::optional(raw_address(*address)) : std::nullopt;
  tracker_.table().remove_if([&](const Entry& entry) {
    return entry.masqueraded_on == interface && (!raw || entry.reply().destination == *raw);
  });
}

}  // namespace topoproof::conntrack
