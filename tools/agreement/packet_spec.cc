// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet_spec.hh"

#include <algorithm>
#include <iterator>

#include "packet/checksum.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/stack.hh"

namespace topoproof::agreement {
namespace {

packet::Stack network(const PacketSpec& spec) {
  if (spec.family() == Family::Ipv4) {
    return packet::ipv4({.id = spec.id,
                         .ttl = spec.ttl,
                         .protocol = spec.protocol,
                         .src = spec.source.v4(),
                         .dst = spec.destination.v4()});
  }
  return packet::ipv6({.flow_label = spec.id,
                       .next_header = spec.protocol,
                       .hop_limit = spec.ttl,
                       .src = spec.source.v6(),
                       .dst = spec.destination.v6()});
}

packet::Stack transport(const PacketSpec& spec) {
  switch (spec.protocol) {
    case packet::Tcp::kProtocol:
      return packet::tcp({.sport = spec.source_port,
                          .dport = spec.destination_port,
                          .seq = spec.sequence,
                          .ack = spec.acknowledged,
                          .flags = spec.flags});
    case packet::Udp::kProtocol:
      return packet::udp({.sport = spec.source_port, .dport = spec.destination_port});
    case packet::Icmp::kProtocol:
      return packet::icmp(
          {.type = spec.type, .code = spec.code, .id = spec.source_port, .sequence = 1});
    case packet::Icmpv6::kProtocol:
      return packet::icmpv6(
          {.type = spec.type, .code = spec.code, .id = spec.source_port, .sequence = 1});
    default: {
      Bytes bytes(8);
      store_be16(bytes.data(), spec.source_port);
      store_be16(bytes.data() + 2, spec.destination_port);
      return packet::payload(std::move(bytes));
    }
  }
}

MacAddress receiver(const PacketSpec& spec, const Zones& zones) {
  if (spec.destination.is_v4() && spec.destination.v4().bits() == 0xffff'ffff) {
    return MacAddress::broadcast();
  }
  const Zone& from = zones.all[spec.zone];
  for (const Zone& zone : zones.all) {
    const bool beside = &zone != &from && zone.is_bridged() && from.is_bridged();
    if (beside && zone.neighbor[index(spec.family())] == spec.destination) return zone.far_mac;
  }
  return from.router_mac;
}

Bytes with_ether(BytesView packet, const MacAddress& from, const MacAddress& to) {
  const bool v4 = std::to_integer<unsigned>(packet[0]) >> 4 == 4;
  const std::uint16_t type = v4 ? packet::Ipv4::kEtherType : packet::Ipv6::kEtherType;
  return packet::build(packet::ether({.src = from, .dst = to, .ether_type = type}) /
                       packet::payload(Bytes(packet.begin(), packet.end())));
}

}  // namespace

Bytes packet_of(const PacketSpec& spec) {
  const packet::Stack headers = network(spec) / transport(spec);
  if (spec.payload == 0) return packet::build(headers);
  Bytes payload(spec.payload);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::byte>(i);
  return packet::build(headers / packet::payload(std::move(payload)));
}

Bytes fragment_of(BytesView packet, std::size_t from, std::size_t to) {
  Bytes bytes(packet.begin(), packet.begin() + 20);
  std::ranges::copy(packet.subspan(20 + from, to - from), std::back_inserter(bytes));
  const std::uint16_t more = 20 + to < packet.size() ? 0x2000 : 0;
  store_be16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size()));
  store_be16(bytes.data() + 6, static_cast<std::uint16_t>(from / 8 | more));
  store_be16(bytes.data() + 10, 0);
  store_be16(bytes.data() + 10, packet::internet_checksum(BytesView(bytes).first(20)));
  return bytes;
}

Bytes frame_of(const PacketSpec& spec, const Zones& zones) {
  return with_ether(packet_of(spec), zones.all[spec.zone].far_mac, receiver(spec, zones));
}

Bytes frame_around(BytesView packet, std::size_t zone, const Zones& zones) {
  return with_ether(packet, zones.all[zone].far_mac, zones.all[zone].router_mac);
}

PacketSpec answer_to(const PacketSpec& spec, std::size_t zone) {
  PacketSpec answer = spec;
  answer.zone = zone;
  std::swap(answer.source, answer.destination);
  answer.id = static_cast<std::uint16_t>(spec.id + 1);
  answer.ttl = 63;
  if (spec.is_icmp()) {
    if (spec.type == packet::Icmp::kEchoRequest) answer.type = packet::Icmp::kEchoReply;
    if (spec.type == packet::Icmpv6::kEchoRequest) answer.type = packet::Icmpv6::kEchoReply;
    return answer;
  }
  std::swap(answer.source_port, answer.destination_port);
  answer.flags = packet::Tcp::kSyn | packet::Tcp::kAck;
  answer.sequence = 5000;
  answer.acknowledged = spec.sequence + 1;
  return answer;
}

}  // namespace topoproof::agreement
