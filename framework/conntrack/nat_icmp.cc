// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/nat_icmp.hh"

#include "conntrack/rewrite.hh"
#include "conntrack/wire.hh"
#include "packet/checksum.hh"
#include "packet/icmp.hh"

namespace topoproof::conntrack {
namespace {

// Redirects name addresses that translation does not reach: they pass only where nothing is
// translated, and that is known.
bool may_redirect(const Entry& entry) {
  return (entry.status & kNatDoneBits) == kNatDoneBits && !entry.has(kNatBits);
}

// Anew over all of the message, quote included.
void write_checksum(skb::Skb& packet, std::size_t icmp, bool v4) {
  auto* field = packet.writable().data() + icmp + 2;
  store_be16(field, 0);
  const auto message = packet.bytes().subspan(icmp);
  auto sum = v4 ? packet::InternetSum()
                : packet::pseudo_header(packet.source(), packet.destination(), kIcmpv6,
                                        static_cast<std::uint32_t>(message.size()));
  store_be16(field, sum.add(message).checksum());
}

}  // namespace

Outcome translate_icmp_error(skb::Skb& packet, const Entry& entry, std::size_t icmp, Manip manip) {
  const bool v4 = entry.family() == Family::Ipv4;
  if (packet.size() < icmp + packet::Icmp::kSize + (v4 ? kIpv4Size : kIpv6Size)) {
    return dropped("nat: an ICMP error that quotes too little");
  }
  const auto protocol = v4 ? kIcmp : kIcmpv6;
  if (!is_checksum_good(packet, protocol, icmp)) return dropped("nat: bad ICMP checksum");
  const auto type = u8_at(packet.bytes(), icmp);
  if (type == (v4 ? kRedirect : kIcmpv6Redirect) && !may_redirect(entry)) {
    return dropped("nat: an ICMP redirect for a translated flow");
  }
  const auto direction = direction_of(packet.ct_info);
  const auto kind = direction == Direction::Reply ? other(manip) : manip;
  if (!entry.has(kind == Manip::Source ? kSourceNat : kDestinationNat)) return accepted();
  const auto& quoted = entry.tuple(other(direction));
  if (!rewrite(packet, icmp + packet::Icmp::kSize, quoted, other(manip))) {
    return dropped("nat: an ICMP error that quotes too little");
  }
  if (!packet.checksum_partial) write_checksum(packet, icmp, v4);
  auto target = inverse(quoted);
  if (!target) return dropped("nat: a flow that cannot be turned around");
  target->protocol = protocol;
  if (!rewrite(packet, 0, *target, manip)) return dropped("nat: packet too short");
  return accepted();
}

}  // namespace topoproof::conntrack
