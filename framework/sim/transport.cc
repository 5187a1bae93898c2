// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/transport.hh"

#include <algorithm>

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/tcp.hh"
#include "packet/udp.hh"
#include "packet/view.hh"
#include "sim/device.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/make_packet.hh"
#include "sim/route.hh"
#include "sim/transport_parts.hh"

namespace topoproof::sim {

bool has_good_checksum(const skb::Skb& skb, std::uint8_t protocol) {
  if (skb.checksum_partial) return true;
  const BytesView bytes = skb.transport();
  return packet::pseudo_header(skb.source(), skb.destination(), protocol,
                               static_cast<std::uint32_t>(bytes.size()))
             .add(bytes)
             .checksum() == 0;
}

bool listens(const Host& host, flow::Service service, Family family) {
  return std::ranges::binary_search(host.listeners, Listener{service, family});
}

Socket* find_socket(Host& host, const flow::Tuple& incoming) {
  const auto found = std::ranges::find(host.sockets, incoming.inverse(), &Socket::tuple);
  return found == host.sockets.end() ? nullptr : &*found;
}

IpFields ip_fields(const Host& host, const Socket& socket) {
  return {.source = socket.tuple.source,
          .destination = socket.tuple.destination,
          .ttl = socket.ttl != 0 ? socket.ttl : host.settings->ttl,
          .dont_fragment = socket.dont_fragment};
}

namespace {

std::uint8_t number_of(flow::Protocol protocol) {
  if (protocol == flow::Protocol::Tcp) return packet::Tcp::kProtocol;
  return protocol == flow::Protocol::Udp ? packet::Udp::kProtocol : packet::Icmp::kProtocol;
}

}  // namespace

std::uint16_t ether_type_of(const IpAddress& address) {
  return address.is_v4() ? skb::kEtherIpv4 : skb::kEtherIpv6;
}

void send_as(World& world, Host& host, const flow::Tuple& tuple, Slot link, const Bytes& bytes,
             RecordId tail) {
  const OutputRoute route = route_output(world, host,
                                         {.destination = tuple.destination,
                                          .source = tuple.source,
                                          .out = link,
                                          .source_port = tuple.source_port,
                                          .destination_port = tuple.destination_port,
                                          .protocol = number_of(tuple.protocol)});
  Packet packet{.skb = skb::Skb(bytes, ether_type_of(tuple.destination)),
                .way = route.way,
                .tail = tail,
                .locally_made = true};
  packet.skb.checksum_partial = true;
  packet.skb.has_drawn_id = true;
  packet.skb.has_drawn_data = true;
  // Who listens to datagrams is connected to nobody.
  packet.skb.has_socket_hash = tuple.protocol == flow::Protocol::Tcp;
  if (route.end != End::None) return end_without_way(world, host, packet, route.end);
  send_ip(world, host, std::move(packet));
}

// What the interface can take, less the headers, is told to the other end (tcp_advertise_mss).
Bytes options_of(const Socket& socket, std::uint8_t flags) {
  if ((flags & packet::Tcp::kSyn) == 0) return timestamp_option();
  const std::uint32_t headers = socket.tuple.source.is_v4() ? 40 : 60;
  return opening_options(static_cast<std::uint16_t>(std::min(socket.mtu, 0xffffU) - headers));
}

namespace {

Socket make_client(const Host& host, const Launch& launch, const OutputRoute& route) {
  const flow::Flow& flow = launch.flow;
  const auto size = flow.payload_size.value_or(0);
  Socket socket{.tuple = {route.source, flow.destination, flow.service.protocol, launch.source_port,
                          flow.service.port},
                .is_client = true,
                .ttl = flow.ttl.value_or(flow.destination.is_multicast() ? std::uint8_t{1}
                                                                         : host.settings->ttl),
                .sequence = 0x1000'0000U + launch.source_port,
                .payload = static_cast<std::uint32_t>(std::max(size, kToken)),
                .mtu = std::max(route.way.mtu, kSmallestMtu)};
  // Of what is smaller than the way's MTU, senders that discover it ask that nobody cuts it.
  const std::size_t headers = (flow.family() == Family::Ipv4 ? 20 : 40) + 8;
  const bool fits = socket.payload + headers <= route.way.mtu;
  socket.dont_fragment = flow.dont_fragment || (!flow.payload_size && fits);
  if (flow.service.protocol == flow::Protocol::Tcp) {
    socket.dont_fragment = true;
  }
  return socket;
}

// "Any" as a source is none, and as a destination the sender itself.
Launch as_kernel_reads(Launch launch) {
  flow::Flow& flow = launch.flow;
  if (flow.service.protocol == flow::Protocol::Raw) return launch;
  if (flow.source && flow.source->is_unspecified()) flow.source.reset();
  if (!flow.destination.is_unspecified()) return launch;
  const bool v4 = flow.destination.is_v4();
  const IpAddress itself =
      v4 ? IpAddress(Ipv4Address(127, 0, 0, 1)) : IpAddress(Ipv6Address::parse("::1").value());
  flow.destination = flow.source.value_or(itself);
  return launch;
}

Bytes first_packet(const Host& host, const Socket& socket, const Launch& launch) {
  IpFields ip = ip_fields(host, socket);
  // Any, but no other flow's: fragments of two packets must not be put together.
  if (!ip.dont_fragment) {
    ip.id = static_cast<std::uint16_t>(launch.source_port + launch.echo_sequence);
  }
  switch (socket.tuple.protocol) {
    case flow::Protocol::Tcp:
      return make_tcp(ip, {.source_port = socket.tuple.source_port,
                           .destination_port = socket.tuple.destination_port,
                           .flags = packet::Tcp::kSyn,
                           .sequence = socket.sequence,
                           .options = options_of(socket, packet::Tcp::kSyn)});
    case flow::Protocol::Udp:
      return make_udp(ip, socket.tuple.source_port, socket.tuple.destination_port, socket.payload);
    case flow::Protocol::Icmp:
    case flow::Protocol::Raw:
      break;
  }
  const auto type = ip.source.is_v4() ? packet::Icmp::kEchoRequest : packet::Icmpv6::kEchoRequest;
  const std::uint32_t info =
      static_cast<std::uint32_t>(launch.source_port) << 16 | launch.echo_sequence;
  return make_icmp(ip, type, 0, info, make_payload(socket.payload));
}

// As a packet socket sends it: no hook sees it before it leaves.
void launch_frame(World& world, Host& host, const flow::Flow& flow, RecordId start) {
  world.touch();
  const auto frame = packet::parse_frame_view(flow.frame);
  const auto out = std::ranges::find(host.interfaces, flow.interface, &Interface::name);
  Packet packet{.tail = start, .locally_made = true};
  if (!frame || frame->vlan || out == host.interfaces.end()) {
    return world.end_unknown(host, packet, "a frame with a VLAN tag, or none at all");
  }
  packet.skb = skb::Skb(frame->network, frame->ether_type);
  packet.skb.link = skb::LinkHeader{frame->src, frame->dst, frame->ether_type};
  transmit(world, host, static_cast<Slot>(out - host.interfaces.begin()), std::move(packet));
}

}  // namespace

void receive_udp(World& world, Host& host, Packet&& packet) {
  const BytesView udp = packet.skb.transport();
  const bool whole = udp.size() >= packet::Udp::kSize && load_be16(udp.data() + 4) >= 8 &&
                     load_be16(udp.data() + 4) <= udp.size();
  const bool no_checksum = whole && packet.skb.is_ipv4() && load_be16(udp.data() + 6) == 0;
  if (!whole || (!no_checksum && !has_good_checksum(packet.skb, packet::Udp::kProtocol))) {
    return world.end(host, packet, End::Malformed);
  }
  const flow::Tuple tuple = *tuple_of(packet.skb);
  if (find_socket(host, tuple) != nullptr) return world.end(host, packet, End::Delivered);
  const flow::Service service{flow::Protocol::Udp, tuple.destination_port};
  if (!listens(host, service, tuple.source.family())) {
    return complain(world, host, std::move(packet), End::NobodyListens, Complaint::Port);
  }
  world.end(host, packet, End::Delivered);
  const flow::Tuple back = tuple.inverse();
  const IpFields ip{
      .source = back.source, .destination = back.destination, .ttl = host.settings->ttl};
  send_as(world, host, back, link_of_answer(host, packet),
          make_udp(ip, back.source_port, back.destination_port, kToken),
          world.answer(host, packet.tail, Event::Replied, 0));
}

namespace {

// fe80::/10, ff01::/16, ff02::/16: nothing without an interface (__ipv6_addr_needs_scope_id).
bool needs_interface(const IpAddress& address) {
  if (address.is_v4()) return false;
  const int scope = std::to_integer<int>(address.v6().bytes()[1]) & 15;
  return address.is_link_local() || (address.is_multicast() && (scope == 1 || scope == 2));
}

// tcp_v4_connect, tcp_v6_connect, __ip6_datagram_connect: what sockets refuse, whatever way there
// is. Those of echoes do not connect.
End refusal_to_connect(const flow::Flow& flow) {
  const bool tcp = flow.service.protocol == flow::Protocol::Tcp;
  const bool connects = tcp || flow.service.protocol == flow::Protocol::Udp;
  if (tcp && flow.destination.is_multicast()) return End::NoRoute;
  return connects && needs_interface(flow.destination) ? End::MartianDestination : End::None;
}

}  // namespace

RecordId launch(World& world, Host& host, const Launch& asked) {
  const Launch launch = as_kernel_reads(asked);
  const flow::Flow& flow = launch.flow;
  const RecordId start = world.answer(host, kNoRecord, Event::Replied, 0);
  if (flow.service.protocol == flow::Protocol::Raw) {
    launch_frame(world, host, flow, start);
    return start;
  }
  const bool connects = flow.service.protocol != flow::Protocol::Icmp;
  const OutputRoute route =
      route_output(world, host,
                   {.destination = flow.destination,
                    .source = flow.source,
                    .source_port = connects ? launch.source_port : std::uint16_t{0},
                    .destination_port = connects ? flow.service.port : std::uint16_t{0},
                    .protocol = number_of(flow.service.protocol)});
  const End refused = refusal_to_connect(flow);
  const End end = refused != End::None ? refused : route.end;
  OutputRoute from = route;
  if (end != End::None) {
    const bool v4 = flow.family() == Family::Ipv4;
    from.source = flow.source.value_or(v4 ? IpAddress(Ipv4Address()) : IpAddress(Ipv6Address()));
  }
  Socket socket = make_client(host, launch, from);
  world.connection.request = socket.payload;
  Packet packet{
      .skb = skb::Skb(first_packet(host, socket, launch), ether_type_of(flow.destination)),
      .way = route.way,
      .tail = start,
      .locally_made = true};
  packet.skb.checksum_partial = connects;
  packet.skb.has_socket_hash = connects;
  packet.skb.has_drawn_id = true;
  packet.skb.has_drawn_data = true;
  if (end != End::None) {
    end_without_way(world, host, packet, end);
    return start;
  }
  if (flow.dont_fragment && packet.skb.size() > route.way.mtu) {
    world.end(host, packet, End::TooBig);
    return start;
  }
  if (socket.tuple.protocol == flow::Protocol::Tcp) {
    if (!host.unknown_to_tcp.empty()) {
      world.end_unknown(host, packet, host.unknown_to_tcp);
      return start;
    }
    socket.state = Socket::State::SynSent;
    ++socket.sequence;
  }
  world.opened_socket(host.id);
  host.sockets.push_back(socket);
  send_ip(world, host, std::move(packet));
  return start;
}

}  // namespace topoproof::sim
