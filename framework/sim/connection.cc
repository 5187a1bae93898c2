// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "packet/tcp.hh"
#include "sim/bridge_netfilter.hh"
#include "sim/icmp.hh"
#include "sim/ip.hh"
#include "sim/make_packet.hh"
#include "sim/route.hh"
#include "sim/transport_parts.hh"

namespace topoproof::sim {
namespace {

using packet::Tcp;

struct Incoming {
  flow::Tuple tuple;  // as it came
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::uint32_t payload = 0;
  std::uint32_t largest = 0;  // the option of that name; 0: there is none

  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  // Sequence numbers that it takes up.
  std::uint32_t length() const {
    return payload + (has(Tcp::kSyn) ? 1U : 0U) + (has(Tcp::kFin) ? 1U : 0U);
  }
};

// The option, as a rule on its way may have changed it.
std::uint32_t largest_segment(BytesView options) {
  constexpr std::byte kEnd{0};
  constexpr std::byte kNothing{1};
  constexpr std::byte kLargestSegment{2};
  while (options.size() >= 4 && options[0] != kEnd) {
    if (options[0] == kLargestSegment) return load_be16(options.data() + 2);
    const std::size_t length =
        options[0] == kNothing ? 1 : std::to_integer<std::size_t>(options[1]);
    if (length == 0 || length > options.size()) break;
    options = options.subspan(length);
  }
  return 0;
}

std::optional<Incoming> read_segment(const skb::Skb& skb) {
  const BytesView tcp = skb.transport();
  if (tcp.size() < Tcp::kSize) return std::nullopt;
  const std::size_t header = (std::to_integer<std::size_t>(tcp[12]) >> 4) * 4;
  if (header < Tcp::kSize || header > tcp.size()) return std::nullopt;
  return Incoming{.tuple = *tuple_of(skb),
                  .flags = std::to_integer<std::uint8_t>(tcp[13]),
                  .sequence = load_be32(tcp.data() + 4),
                  .acknowledged = load_be32(tcp.data() + 8),
                  .payload = static_cast<std::uint32_t>(tcp.size() - header),
                  .largest = largest_segment(tcp.subspan(Tcp::kSize, header - Tcp::kSize))};
}

Segment::Part part_of(std::uint8_t flags, std::uint32_t payload) {
  if ((flags & Tcp::kFin) != 0) return Segment::Part::End;
  return payload > 0 ? Segment::Part::Data : Segment::Part::Acknowledgement;
}

void send_segment_at(World& world, Host& host, Socket& socket, std::uint8_t flags, RecordId cause,
                     std::uint32_t sequence, std::uint32_t payload) {
  const TcpFields fields{.source_port = socket.tuple.source_port,
                         .destination_port = socket.tuple.destination_port,
                         .flags = flags,
                         .sequence = sequence,
                         .acknowledged = (flags & Tcp::kAck) != 0 ? socket.acknowledged : 0,
                         .options = options_of(socket, flags)};
  const flow::Tuple tuple = socket.tuple;
  const Bytes bytes = make_tcp(ip_fields(host, socket), fields, payload);
  const RecordId start = world.answer(host, cause, Event::Replied, 0);
  if ((flags & Tcp::kSyn) == 0) {
    world.connection.segments.push_back({start, !socket.is_client, part_of(flags, payload)});
  }
  send_as(world, host, tuple, socket.link, bytes, start);
}

void send_segment(World& world, Host& host, Socket& socket, std::uint8_t flags, RecordId cause,
                  std::uint32_t payload = 0) {
  const bool counts = (flags & (Tcp::kSyn | Tcp::kFin)) != 0;
  const std::uint32_t sequence = socket.sequence;
  socket.sequence += payload + (counts ? 1U : 0U);
  send_segment_at(world, host, socket, flags, cause, sequence, payload);
}

// Of a segment behind the handshake: what the way takes, and the other end, less the headers
// (tcp_mtu_to_mss, tcp_current_mss).
std::uint32_t segment_size(const Socket& socket, std::uint32_t mtu) {
  constexpr std::uint32_t kTimestamps = 12;
  const std::uint32_t headers = socket.tuple.source.is_v4() ? 40 : 60;
  std::uint32_t size = std::max(mtu, headers + kTimestamps + 1) - headers;
  if (socket.largest != 0) size = std::min(size, std::max(socket.largest, kTimestamps + 1));
  return size - kTimestamps;
}

// Does it with the socket, if it is there still.
template <class F>
void when_its_turn_comes(World& world, Host& host, const Socket& socket, F f) {
  world.take_turn([&host, incoming = socket.tuple.inverse(), f] {
    if (Socket* found = find_socket(host, incoming)) f(*found);
  });
}

// One piece after the other, each with all that comes of it; one may have become too large for the
// way.
void send_request(World& world, Host& host, Socket& socket, RecordId cause) {
  const std::uint32_t size = segment_size(socket, socket.mtu);
  for (std::uint32_t left = std::min(socket.unsent, socket.piece); left > 0;) {
    const std::uint32_t part = std::min(left, size);
    socket.unsent -= part;
    left -= part;
    send_segment(world, host, socket, Tcp::kPsh | Tcp::kAck, cause, part);
  }
  if (socket.unsent == 0) return;
  when_its_turn_comes(world, host, socket,
                      [&world, &host, cause](Socket& s) { send_request(world, host, s, cause); });
}

void accept_connection(World& world, Host& host, const Incoming& syn, const Packet& packet) {
  const flow::Tuple own = syn.tuple.inverse();
  const Slot link = link_of_answer(host, packet);
  const OutputRoute route = route_output(world, host,
                                         {.destination = own.destination,
                                          .source = own.source,
                                          .out = link,
                                          .source_port = own.source_port,
                                          .destination_port = own.destination_port,
                                          .protocol = Tcp::kProtocol});
  world.opened_socket(host.id);
  host.sockets.push_back({.tuple = own,
                          .state = Socket::State::SynReceived,
                          .sequence = syn.sequence ^ 0x5a5a'5a5a,
                          .acknowledged = syn.sequence + 1,
                          .mtu = std::max(route.way.mtu, kSmallestMtu),
                          .link = link});
  send_segment(world, host, host.sockets.back(), Tcp::kSyn | Tcp::kAck, packet.tail);
}

void close_socket(Host& host, const Socket& socket) {
  host.sockets.erase(host.sockets.begin() + (&socket - host.sockets.data()));
}

// As the probe's sockets do: the client sends its request when it is connected, the server answers
// it when it has all of it, the client closes, then the server.
void advance_client(World& world, Host& host, Socket& socket, const Incoming& in, RecordId cause) {
  if (socket.state == Socket::State::SynSent) {
    if (!in.has(Tcp::kSyn) || !in.has(Tcp::kAck)) return;
    socket.state = Socket::State::Established;
    socket.acknowledged = in.sequence + 1;
    socket.largest = in.largest;
    world.connection.connected = true;
    socket.unsent = socket.payload;
    socket.piece = segment_size(socket, socket.mtu);
    send_segment(world, host, socket, Tcp::kAck, cause);
    return when_its_turn_comes(world, host, socket, [&world, &host, cause](Socket& s) {
      send_request(world, host, s, cause);
    });
  }
  if (in.sequence != socket.acknowledged) return;  // it was here before
  socket.acknowledged += in.length();
  if (in.payload > 0 && socket.state == Socket::State::Established) {
    socket.state = Socket::State::Closing;
    world.connection.answered = true;
    send_segment(world, host, socket, Tcp::kAck, cause);
    return when_its_turn_comes(world, host, socket, [&world, &host, cause](Socket& s) {
      send_segment(world, host, s, Tcp::kFin | Tcp::kAck, cause);
    });
  }
  if (!in.has(Tcp::kFin)) return;
  world.connection.closed = true;
  send_segment(world, host, socket, Tcp::kAck, cause);
  close_socket(host, socket);
}

void advance_server(World& world, Host& host, Socket& socket, const Incoming& in, RecordId cause) {
  if (socket.state == Socket::State::Closing) {
    if (in.acknowledged == socket.sequence) close_socket(host, socket);
    return;
  }
  if (in.has(Tcp::kSyn)) return;  // once more
  socket.state = Socket::State::Established;
  if (in.length() == 0 || std::ranges::find(socket.seen, in.sequence) != socket.seen.end()) return;
  socket.seen.push_back(in.sequence);
  // What is asked about comes as a whole.
  const bool is_asked_about = world.connection.request != 0;
  socket.acknowledged = (is_asked_about ? socket.acknowledged : in.sequence) + in.length();
  if (in.payload > 0) {
    socket.payload += in.payload;
    send_segment(world, host, socket, Tcp::kAck, cause);
    if (socket.payload < world.connection.request) return;
    world.connection.arrived = true;
    return when_its_turn_comes(world, host, socket, [&world, &host, cause](Socket& s) {
      send_segment(world, host, s, Tcp::kPsh | Tcp::kAck, cause, kToken);
    });
  }
  if (!in.has(Tcp::kFin)) return;
  world.connection.ended_at_target = true;
  when_its_turn_comes(world, host, socket, [&world, &host, cause](Socket& s) {
    s.state = Socket::State::Closing;
    send_segment(world, host, s, Tcp::kFin | Tcp::kAck, cause);
  });
}

void receive_on(World& world, Host& host, Socket& socket, const Incoming& segment,
                Packet&& packet) {
  world.end(host, packet, End::Delivered);
  if (segment.has(Tcp::kRst)) return close_socket(host, socket);
  if (socket.is_client) {
    advance_client(world, host, socket, segment, packet.tail);
  } else {
    advance_server(world, host, socket, segment, packet.tail);
  }
}

TcpFields reset_of(const Incoming& segment) {
  TcpFields reset{.source_port = segment.tuple.destination_port,
                  .destination_port = segment.tuple.source_port,
                  .flags = Tcp::kRst,
                  .window = 0};
  if (segment.has(Tcp::kAck)) {
    reset.sequence = segment.acknowledged;
  } else {
    reset.flags |= Tcp::kAck;
    reset.acknowledged = segment.sequence + segment.length();
  }
  return reset;
}

// tcp_simple_retransmit: of the request, whose segments were as large as `before` allows.
void send_larger_again(World& world, Host& host, Socket& socket, std::uint32_t before,
                       std::uint32_t now, RecordId cause) {
  const std::uint32_t whole = socket.payload - socket.unsent;
  std::uint32_t sequence = socket.sequence - whole;
  for (std::uint32_t left = whole; left > 0;) {
    const std::uint32_t sent = std::min(left, before);
    for (std::uint32_t done = 0; sent > now && done < sent; done += now) {
      send_segment_at(world, host, socket, Tcp::kPsh | Tcp::kAck, cause, sequence + done,
                      std::min(sent - done, now));
    }
    sequence += sent;
    left -= sent;
  }
}

}  // namespace

void heed_path_mtu(World& world, Host& host, const flow::Tuple& tuple, std::uint32_t mtu,
                   RecordId cause) {
  Socket* socket = find_socket(host, tuple.inverse());
  const bool sends = socket != nullptr && tuple.protocol == flow::Protocol::Tcp &&
                     socket->is_client && socket->state == Socket::State::Established;
  if (!sends || mtu >= socket->mtu) return;
  const std::uint32_t before = segment_size(*socket, socket->mtu);
  socket->mtu = mtu;
  send_larger_again(world, host, *socket, before, segment_size(*socket, mtu), cause);
}

std::optional<skb::Skb> make_reset(const Host& host, const skb::Skb& about) {
  const bool is_tcp =
      about.headers().protocol == Tcp::kProtocol && about.headers().fragment_offset == 0;
  const auto segment = is_tcp ? read_segment(about) : std::nullopt;
  if (!segment || segment->has(Tcp::kRst)) return std::nullopt;
  const IpFields ip{
      .source = about.destination(), .destination = about.source(), .ttl = host.settings->ttl};
  skb::Skb reset(make_tcp(ip, reset_of(*segment)), about.ether_type());
  reset.checksum_partial = true;
  reset.has_drawn_id = about.is_ipv6();
  reset.has_drawn_data = about.has_drawn_data;
  return reset;
}

void send_reset(World& world, Host& host, const Packet& about,
                const std::function<void(Packet&)>& finish) {
  auto made = make_reset(host, about.skb);
  if (!made) return;
  // A rule's reset goes by any route (nf_send_reset6), TCP's own by its link
  // (tcp_v6_send_response).
  const OutputRoute route = route_output(world, host,
                                         {.destination = made->destination(),
                                          .source = made->source(),
                                          .out = finish ? kNoSlot : link_of_answer(host, about),
                                          .any_source = true});
  if (route.end != End::None && route.end != End::Unknown) return;  // who has no way says nothing
  Packet reset{.skb = std::move(*made),
               .way = route.way,
               .tail = world.answer(host, about.tail, Event::Answered, answer_detail(true, 0, 0)),
               .locally_made = true};
  if (route.end != End::None) return end_without_way(world, host, reset, route.end);
  if (finish) finish(reset);
  if (finish && about.bridged) return send_bridged_reset(world, host, about, std::move(reset));
  send_ip(world, host, std::move(reset));
}

void receive_tcp(World& world, Host& host, Packet&& packet) {
  const auto segment = read_segment(packet.skb);
  if (!segment || !has_good_checksum(packet.skb, Tcp::kProtocol)) {
    return world.end(host, packet, End::Malformed);
  }
  if (packet.skb.type != skb::PacketType::Host || packet.way.kind != Way::Kind::Local) {
    return world.end(host, packet, End::OtherHost);
  }
  if (!host.unknown_to_tcp.empty()) return world.end_unknown(host, packet, host.unknown_to_tcp);
  if (Socket* socket = find_socket(host, segment->tuple)) {
    return receive_on(world, host, *socket, *segment, std::move(packet));
  }
  const flow::Service service{flow::Protocol::Tcp, segment->tuple.destination_port};
  const bool opens = segment->has(Tcp::kSyn) && !segment->has(Tcp::kAck | Tcp::kRst | Tcp::kFin);
  if (!opens || !listens(host, service, packet.skb.source().family())) {
    world.end(host, packet, segment->has(Tcp::kRst) ? End::NoConnection : End::NobodyListens);
    if (is_anycast(host, packet.skb.destination())) return;  // tcp_v6_send_reset
    return send_reset(world, host, packet);
  }
  world.end(host, packet, End::Delivered);
  accept_connection(world, host, *segment, packet);
}

}  // namespace topoproof::sim
