// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/protocols.hh"

#include "conntrack/wire.hh"
#include "packet/icmp.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::uint8_t kDestinationUnreachable = 3;
constexpr std::uint8_t kSourceQuench = 4;
constexpr std::uint8_t kTimeExceeded = 11;
constexpr std::uint8_t kParameterProblem = 12;
constexpr std::uint8_t kHighestKnownIcmp = 18;
constexpr std::size_t kRedirectSize = 40;

constexpr Time kStreamAge = 2s;

Step follow_gre(const Visit& visit) {
  const bool stream = visit.entry.has(kSeenReply);
  refresh(visit, stream ? visit.settings.gre_stream : visit.settings.gre);
  if (stream) visit.entry.status |= kAssured;
  return Step::Follow;
}

Step follow_other(const Visit& visit) {
  refresh(visit, visit.settings.generic);
  return Step::Follow;
}

bool is_icmp_error(std::uint8_t type) {
  return type == kDestinationUnreachable || type == kSourceQuench || type == kRedirect ||
         type == kTimeExceeded || type == kParameterProblem;
}

// Multicast listener and neighbour discovery: no flow, and not invalid.
bool is_never_tracked(std::uint8_t type) { return (type >= 130 && type <= 136) || type == 143; }

bool is_link_local(const skb::Skb& packet) { return packet.source().is_link_local(); }

// Whether the packet quoted at `quote` belongs to a known flow, and the error goes to where that
// direction of it goes: from there the quoted packet came.
bool relate_quote(skb::Skb& packet, std::size_t quote, Family family, const Zone& zone,
                  Table& table) {
  const auto transport = find_transport(packet.bytes(), quote, family);
  if (!transport || transport->offset == 0) return false;
  const auto quoted = read_tuple(packet.bytes(), quote, *transport, family);
  const auto turned = quoted ? inverse(*quoted) : std::nullopt;
  if (!turned) return false;
  const auto* side = table.find(*turned, zone);
  if (side == nullptr) return false;
  if (raw_address(packet.destination()) != side->tuple.destination) return false;
  packet.connection = skb::Ref<Entry>(side->entry);
  packet.ct_info =
      side->direction() == Direction::Reply ? skb::CtInfo::RelatedReply : skb::CtInfo::Related;
  return true;
}

bool relate_icmp(skb::Skb& packet, std::size_t transport, const Zone& zone, Table& table) {
  const auto type = u8_at(packet.bytes(), transport);
  if (type > kHighestKnownIcmp) return false;
  if (!is_icmp_error(type)) return true;
  return relate_quote(packet, transport + packet::Icmp::kSize, Family::Ipv4, zone, table);
}

bool relate_icmpv6_redirect(skb::Skb& packet, std::size_t transport, const Zone& zone,
                            Table& table) {
  constexpr std::uint8_t kRedirectedHeader = 4;
  const auto bytes = packet.bytes();
  if (bytes.size() < transport + kRedirectSize) return false;
  if (u8_at(bytes, transport + 1) != 0) return true;
  if (packet.ttl() != 255 || !is_link_local(packet)) return false;
  const auto option = transport + kRedirectSize;
  if (bytes.size() < option + 2 || u8_at(bytes, option + 1) == 0) return false;
  if (u8_at(bytes, option) != kRedirectedHeader) return true;
  return relate_quote(packet, option + 8, Family::Ipv6, zone, table);
}

bool relate_icmpv6(skb::Skb& packet, std::size_t transport, const Zone& zone, Table& table) {
  const auto type = u8_at(packet.bytes(), transport);
  if (is_never_tracked(type)) {
    packet.ct_info = skb::CtInfo::Untracked;
    return true;
  }
  if (type == kIcmpv6Redirect) return relate_icmpv6_redirect(packet, transport, zone, table);
  if (type >= 128) return true;
  return relate_quote(packet, transport + packet::Icmp::kSize, Family::Ipv6, zone, table);
}

bool begins_icmp_flow(const Tuple& original) {
  const auto type = original.icmp_type();
  if (original.protocol == kIcmpv6) return type == 128 || type == 139;
  return type == 8 || type == 13 || type == 15 || type == 17;
}

}  // namespace

void refresh(const Visit& visit, Time timeout) {
  auto& entry = visit.entry;
  if (!entry.has(kFixedTimeout)) {
    entry.expires = entry.is_confirmed() ? visit.clock.now + timeout : timeout;
  }
  auto& traffic = entry.traffic_of(visit.direction());
  ++traffic.packets;
  traffic.bytes += visit.packet.size();
}

bool has_bad_checksum(const Visit& visit, std::uint8_t protocol) {
  return visit.settings.checksum && visit.at.hook == firewall::Hook::Prerouting &&
         !is_checksum_good(visit.packet, protocol, visit.transport);
}

Step follow_udp(const Visit& visit) {
  const auto bytes = visit.bytes();
  if (bytes.size() < 8) return Step::Invalid;
  const auto length = load_be16(bytes.data() + 4);
  if (length > bytes.size() || length < 8) return Step::Invalid;
  if (load_be16(bytes.data() + 6) != 0 && has_bad_checksum(visit, kUdp)) return Step::Invalid;

  auto& entry = visit.entry;
  const auto now = visit.clock.now;
  if (!entry.is_confirmed()) entry.stream_since = now + kStreamAge;
  const bool answered = entry.has(kSeenReply);
  const bool stream = answered && now > entry.stream_since;
  refresh(visit, stream ? visit.settings.udp_stream : visit.settings.udp);
  if (stream && !entry.has(kNatClash)) entry.status |= kAssured;
  return Step::Follow;
}

Step follow_icmp(const Visit& visit) {
  const bool v6 = visit.entry.protocol() == kIcmpv6;
  if (v6 != (visit.at.family == Family::Ipv6)) return Step::Invalid;
  if ((!v6 || !visit.entry.is_confirmed()) && !begins_icmp_flow(visit.entry.original())) {
    return Step::Invalid;
  }
  refresh(visit, v6 ? visit.settings.icmpv6 : visit.settings.icmp);
  return Step::Follow;
}

Step follow(const Visit& visit) {
  const auto protocol = visit.entry.protocol();
  if (protocol == kTcp) return follow_tcp(visit);
  if (protocol == kUdp) return follow_udp(visit);
  if (is_icmp(protocol)) return follow_icmp(visit);
  if (protocol == kGre) return follow_gre(visit);
  if (protocol == kSctp || protocol == kDccp || protocol == kUdpLite) return Step::Unknown;
  return follow_other(visit);
}

bool relate_error(skb::Skb& packet, std::size_t transport, const HookPoint& at,
                  const Settings& settings, const Zone& zone, Table& table) {
  if (packet.size() < transport + packet::Icmp::kSize) return false;
  const bool v6 = at.family == Family::Ipv6;
  if (settings.checksum && at.hook == firewall::Hook::Prerouting &&
      !is_checksum_good(packet, v6 ? kIcmpv6 : kIcmp, transport)) {
    return false;
  }
  return v6 ? relate_icmpv6(packet, transport, zone, table)
            : relate_icmp(packet, transport, zone, table);
}

}  // namespace topoproof::conntrack
