// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/record.hh"

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"

namespace topoproof::sim {

flow::FateKind fate_of(End end) {
  using enum flow::FateKind;
  switch (end) {
    case End::Delivered:
    case End::Echoed:
    case End::Consumed:
      return Delivered;
    case End::NobodyListens:
    case End::NoProtocol:
      return Refused;
    case End::Filtered:
    case End::Isolated:
      return Dropped;
    case End::Rejected:
      return Rejected;
    case End::NoRoute:
    case End::RouteBlackhole:
    case End::RouteUnreachable:
    case End::RouteProhibit:
      return NoRoute;
    case End::NoNeighbor:
      return NoNeighbor;
    case End::TtlExceeded:
      return TtlExceeded;
    case End::TooBig:
      return TooBig;
    case End::MartianSource:
    case End::MartianDestination:
    case End::ReversePath:
      return Martian;
    case End::NotForwarding:
      return NotForwarding;
    case End::None:
    case End::OtherHost:
    case End::NoConnection:
    case End::NoStation:
    case End::LinkDown:
    case End::Impaired:
    case End::Silent:
    case End::Malformed:
    case End::Storm:
    case End::OutOfSteps:
    case End::Unknown:
      break;
  }
  return Lost;
}

std::string describe(End end) {
  switch (end) {
    case End::None:
      return "still under way";
    case End::Delivered:
      return "the target's socket got it";
    case End::Echoed:
      return "the target's kernel answered";
    case End::Consumed:
      return "its receiver has it";
    case End::NobodyListens:
      return "nobody listens";
    case End::NoConnection:
      return "there is no connection that this reset would end";
    case End::NoProtocol:
      return "the host does not speak this protocol";
    case End::Filtered:
      return "a rule dropped it";
    case End::Rejected:
      return "a rule rejected it";
    case End::NoRoute:
      return "no route";
    case End::RouteBlackhole:
      return "the route says blackhole";
    case End::RouteUnreachable:
      return "the route says unreachable";
    case End::RouteProhibit:
      return "the route says prohibit";
    case End::NoNeighbor:
      return "nobody answered for the next hop";
    case End::TtlExceeded:
      return "its TTL is used up";
    case End::TooBig:
      return "it is larger than the MTU, and may not be fragmented";
    case End::MartianSource:
      return "its source address is not valid here";
    case End::MartianDestination:
      return "its destination address is not valid here";
    case End::ReversePath:
      return "the way back to its source leads elsewhere (rp_filter)";
    case End::NotForwarding:
      return "the node does not forward";
    case End::OtherHost:
      return "the frame is for another station";
    case End::NoStation:
      return "the bridge has no port to send it to";
    case End::Isolated:
      return "both ports of the bridge are isolated";
    case End::LinkDown:
      return "the link is down";
    case End::Impaired:
      return "the link lost it, as its impairment says";
    case End::Silent:
      return "the node answers no echo (icmp_echo_ignore_all)";
    case End::Malformed:
      return "its headers are not sound";
    case End::Storm:
      return "it goes round for ever";
    case End::OutOfSteps:
      return "the simulation's limit of steps was reached";
    case End::Unknown:
      return "not modelled";
  }
  return "";
}

flow::Tuple tuple_of(const Record& record) {
  return {record.source, record.destination, record.protocol, record.source_port,
          record.destination_port};
}

namespace {

bool is_echo(std::uint8_t protocol, BytesView transport) {
  const auto type = std::to_integer<std::uint8_t>(transport[0]);
  return protocol == packet::Icmp::kProtocol ? packet::Icmp::is_echo(type)
                                             : packet::Icmpv6::is_echo(type);
}

}  // namespace

std::optional<flow::Tuple> tuple_of(const skb::Skb& skb) {
  const bool is_ip = (skb.is_ipv4() && skb.size() >= 20) || (skb.is_ipv6() && skb.size() >= 40);
  if (!is_ip) return std::nullopt;
  flow::Tuple tuple{skb.source(), skb.destination(), flow::Protocol::Raw};
  const skb::Headers& headers = skb.headers();
  const BytesView transport = skb.transport();
  if (headers.fragment_offset != 0 || transport.size() < 8) return tuple;
  switch (headers.protocol) {
    case packet::Tcp::kProtocol:
    case packet::Udp::kProtocol:
      tuple.protocol =
          headers.protocol == packet::Tcp::kProtocol ? flow::Protocol::Tcp : flow::Protocol::Udp;
      tuple.source_port = load_be16(transport.data());
      tuple.destination_port = load_be16(transport.data() + 2);
      break;
    case packet::Icmp::kProtocol:
    case packet::Icmpv6::kProtocol:
      tuple.protocol = flow::Protocol::Icmp;
      if (!is_echo(headers.protocol, transport)) break;
      tuple.source_port = tuple.destination_port = load_be16(transport.data() + 4);
      break;
    default:
      break;
  }
  return tuple;
}

}  // namespace topoproof::sim
