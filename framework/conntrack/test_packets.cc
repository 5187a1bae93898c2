// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/test_packets.hh"

#include <algorithm>

#include "conntrack/wire.hh"
#include "packet/dissect.hh"

namespace topoproof::conntrack {
namespace {

packet::Stack ip(const Ends& ends) {
  const auto from = IpAddress::parse(ends.from).value();
  const auto to = IpAddress::parse(ends.to).value();
  if (from.is_v4()) return packet::ipv4({.src = from.v4(), .dst = to.v4()});
  return packet::ipv6({.src = from.v6(), .dst = to.v6()});
}

}  // namespace

skb::Skb ip_packet(packet::Stack stack) {
  const bool v6 = stack.find<packet::Ipv6>() != nullptr;
  return skb::Skb(packet::build(stack), v6 ? skb::kEtherIpv6 : skb::kEtherIpv4);
}

skb::Skb udp(const Ends& ends, const std::string& payload) {
  return ip_packet(ip(ends) / packet::udp({.sport = ends.sport, .dport = ends.dport}) /
                   packet::payload(payload));
}
skb::Skb tcp(const Ends& ends, std::uint8_t flags, std::uint32_t seq, std::uint32_t ack) {
  return ip_packet(
      ip(ends) /
      packet::tcp(
          {.sport = ends.sport, .dport = ends.dport, .seq = seq, .ack = ack, .flags = flags}));
}
skb::Skb echo(const Ends& ends, std::uint8_t type, std::uint16_t id) {
  return ip_packet(ip(ends) / packet::icmp({.type = type, .id = id}));
}
skb::Skb icmp_error(const std::string& from, const std::string& to, const skb::Skb& quoted,
                    std::uint8_t type, std::uint8_t code) {
  const auto bytes = quoted.bytes().first(std::min<std::size_t>(quoted.size(), 28));
  return ip_packet(ip({.from = from, .to = to}) / packet::icmp({.type = type, .code = code}) /
                   packet::payload(Bytes(bytes.begin(), bytes.end())));
}

Tuple tuple_of(const skb::Skb& packet) {
  const auto family = family_of(packet);
  const auto transport = find_transport(packet.bytes(), 0, family).value();
  return read_tuple(packet.bytes(), 0, transport, family).value();
}
std::string text_of(const skb::Skb& packet) { return to_string(tuple_of(packet)); }

bool has_good_checksums(const skb::Skb& packet) {
  const auto stack = packet::dissect(packet.bytes(), packet::LinkType::Ip);
  const auto* ip = stack.find<packet::Ipv4>();
  const auto transport = find_transport(packet.bytes(), 0, family_of(packet)).value();
  return (ip == nullptr || !ip->checksum) &&
         is_checksum_good(packet, transport.protocol, transport.offset);
}

std::string state_of(const skb::Skb& packet) {
  if (!packet.connection) {
    return packet.ct_info == skb::CtInfo::Untracked ? "untracked" : "invalid";
  }
  switch (packet.ct_info) {
    case skb::CtInfo::Established:
      return "established";
    case skb::CtInfo::Related:
      return "related";
    case skb::CtInfo::New:
      return "new";
    case skb::CtInfo::EstablishedReply:
      return "reply";
    case skb::CtInfo::RelatedReply:
      return "related-reply";
    case skb::CtInfo::Untracked:
      break;
  }
  return "untracked";
}

}  // namespace topoproof::conntrack
