// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/tracker.hh"

#include <algorithm>
#include <utility>

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/ipv4.hh"
#include "packet/tcp.hh"

namespace topoproof::evidence {
namespace {

using packet::PacketView;
using probe::FlowNumber;
using probe::Token;
using probe::TokenKind;

flow::Protocol protocol_of(const PacketView& view) {
  if (view.tcp() != nullptr) return flow::Protocol::Tcp;
  if (view.udp() != nullptr) return flow::Protocol::Udp;
  if (view.icmp() != nullptr) return flow::Protocol::Icmp;
  return flow::Protocol::Raw;
}

flow::Tuple tuple_of(const PacketView& view) {
  flow::Tuple tuple{view.src, view.dst, protocol_of(view)};
  if (const auto* icmp = view.icmp()) {
    tuple.source_port = tuple.destination_port = icmp->id.value_or(0);
  } else {
    tuple.source_port = view.sport().value_or(0);
    tuple.destination_port = view.dport().value_or(0);
  }
  return tuple;
}

bool is_echo_reply(const packet::IcmpView& icmp, Family family) {
  return icmp.type ==
         (family == Family::Ipv4 ? packet::Icmp::kEchoReply : packet::Icmpv6::kEchoReply);
}

bool is_echo_request(const packet::IcmpView& icmp, Family family) {
  return icmp.type ==
         (family == Family::Ipv4 ? packet::Icmp::kEchoRequest : packet::Icmpv6::kEchoRequest);
}

// FNV-1a over what a packet carries, and over what of its headers `salt` stands for.
std::uint64_t content_of(const PacketView& view, std::initializer_list<std::uint64_t> salt) {
  constexpr std::size_t kMost = 64;  // well within a tap's snap length
  std::uint64_t hash = 0xcbf29ce484222325U ^ view.protocol;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3U; };
  for (const std::uint64_t value : salt) mix(value);
  for (const std::byte b : view.payload.first(std::min(kMost, view.payload.size()))) {
    mix(std::to_integer<std::uint64_t>(b));
  }
  return hash;
}

// What identifies a raw frame on its whole way: addresses, ports, TTL and checksums may change.
std::uint64_t content_of(const PacketView& view) {
  if (const auto* tcp = view.tcp()) {
    return content_of(view, {view.id.value_or(0), tcp->seq.value_or(0), tcp->flags.value_or(0)});
  }
  const auto* icmp = view.icmp();
  if (icmp == nullptr) return content_of(view, {view.id.value_or(0)});
  return content_of(view, {view.id.value_or(0), icmp->type, icmp->code});
}

// An echo reply repeats its request's payload and number under an IP id of its own.
std::uint64_t reply_content_of(const PacketView& view) {
  constexpr std::uint64_t kReply = 1U << 16;  // nothing that an IP id could be
  return content_of(view, {kReply, view.icmp()->sequence.value_or(0)});
}

bool has(std::uint8_t flags, std::uint8_t flag) { return (flags & flag) != 0; }

Part part_of(const packet::TcpView& tcp, BytesView payload) {
  const std::uint8_t flags = tcp.flags.value_or(0);
  if (has(flags, packet::Tcp::kSyn)) return Part::Handshake;
  if (has(flags, packet::Tcp::kFin)) return Part::End;
  return payload.empty() ? Part::Acknowledgement : Part::Data;
}

Sighting make_sighting(NodeId node, const capture::FrameView& frame, const PacketView& view) {
  Sighting out;
  out.time_ns = frame.timestamp.time_since_epoch().count();
  out.node = node;
  out.interface = frame.interface_index;
  out.way = frame.type == capture::PacketType::Outgoing ? Way::Out : Way::In;
  out.for_this_host = frame.type != capture::PacketType::OtherHost;
  out.ttl = view.ttl;
  out.length = view.total_length;
  out.may_be_cut = view.family() == Family::Ipv4 && !view.dont_fragment;
  out.tuple = tuple_of(view);
  if (view.fragment_offset != 0) out.packet = view.fragment_offset;
  if (const auto* tcp = view.tcp()) {
    out.packet = tcp->seq.value_or(0);
    out.part = part_of(*tcp, view.payload);
  }
  if (view.is_icmp_error()) {
    out.icmp_type = view.icmp()->type;
    out.icmp_code = view.icmp()->code;
    out.mtu = static_cast<std::uint16_t>(view.icmp()->mtu.value_or(0));
    if (const auto quoted = view.quoted()) out.about = quoted->dst;
  }
  return out;
}

// Sequence numbers of a stream that carries so many bytes: its SYN and FIN have one each, and what
// acknowledges the other's FIN has the next.
std::uint32_t stream_length(std::size_t payload) { return static_cast<std::uint32_t>(payload) + 2; }

}  // namespace

void Tracker::forget_before(FlowNumber first) {
  const auto gone = std::min<std::size_t>(first - first_, flows_.size());
  flows_.erase(flows_.begin(), flows_.begin() + static_cast<std::ptrdiff_t>(gone));
  first_ = first;
  std::erase_if(streams_, [&](const auto& entry) { return entry.second.number < first; });
  std::erase_if(by_content_, [&](const auto& entry) { return entry.second.number < first; });
  std::erase_if(wholes_, [&](const auto& entry) { return entry.second.number < first; });
  strays_.clear();
}

void Tracker::learn_raw(FlowNumber number, BytesView frame, bool fence) {
  const auto ethernet = packet::parse_frame_view(frame);
  const auto view = ethernet ? packet::parse_view(ethernet->network) : std::nullopt;
  if (!view) return;  // not IP: only the errno of sending it can be told
  if (const auto segment = segment_of(*view)) {
    add_stream(segment->seq, {.number = number,
                              .fence = fence,
                              .length = stream_length(view->payload.size()),
                              .port = segment->source_port});
    // A reset that answers it begins with what it acknowledges.
    if (has(segment->flags, packet::Tcp::kAck)) {
      add_stream(segment->ack, {.number = number,
                                .fence = fence,
                                .reply = true,
                                .length = 1,
                                .port = segment->destination_port});
    }
  }
  by_content_[content_of(*view)] = {number, fence ? Role::Fence : Role::Request};
  if (const auto* icmp = view->icmp(); icmp != nullptr && is_echo_request(*icmp, view->family())) {
    by_content_[reply_content_of(*view)] = {number, fence ? Role::Fence : Role::Reply};
  }
}

void Tracker::learn_tcp(std::span<const TcpStart> starts) {
  for (const TcpStart& start : starts) {
    add_stream(start.first_sequence, {.number = start.number,
                                      .fence = start.fence,
                                      .length = stream_length(start.request),
                                      .port = start.source_port});
  }
  attribute_strays();
  attribute_strays();  // by what answers told of themselves
}

void Tracker::attribute_strays() {
  std::erase_if(strays_, [&](const Stray& stray) {
    const auto match = match_stray(stray);
    if (!match) return false;
    if (!stray.quoted) learn_answer(*match, stray.segment);
    store(*match, stray.sighting);
    return true;
  });
}

void Tracker::add_stream(std::uint32_t first, const Stream& stream) {
  streams_.insert_or_assign(first, stream);
  longest_stream_ = std::max(longest_stream_, stream.length);
}

// A SYN+ACK tells the first sequence number of what comes back: a reset may have nothing else.
void Tracker::learn_answer(const Match& match, const Segment& segment) {
  const bool answers =
      has(segment.flags, packet::Tcp::kSyn) && has(segment.flags, packet::Tcp::kAck);
  const bool is_known = !answers || match.role == Role::Reset || streams_.contains(segment.seq);
  if (is_known) return;
  add_stream(segment.seq, {.number = match.number,
                           .fence = match.role == Role::Fence,
                           .reply = true,
                           .length = stream_length(probe::kTokenSize),
                           .port = segment.source_port});
}

// Numbers of two streams seldom meet; then ports tell them apart, unless both were translated.
const Tracker::Stream* Tracker::stream_of(std::uint32_t sequence, std::uint16_t port) const {
  const Stream* nearest = nullptr;
  auto at = streams_.upper_bound(sequence);
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    at = std::prev(at == streams_.begin() ? streams_.end() : at);  // the numbers go round
    const std::uint32_t distance = sequence - at->first;
    if (distance > longest_stream_) break;
    if (distance > at->second.length) continue;
    if (at->second.port == port) return &at->second;
    if (nearest == nullptr) nearest = &at->second;
  }
  return nearest;
}

std::optional<FlowNumber> Tracker::add(NodeId node, const capture::FrameView& frame) {
  const auto view = packet::parse_view(frame.bytes);
  if (!view) return std::nullopt;
  const Sighting sighting = make_sighting(node, frame, *view);
  if (const auto found = match(*view)) {
    const auto segment = segment_of(*view);
    if (segment) learn_answer(*found, *segment);
    note_first_fragment(*found, *view);
    store(*found, sighting);
    return found->number;
  }
  keep_stray(sighting, *view);
  return std::nullopt;
}

std::optional<Tracker::Segment> Tracker::segment_of(const PacketView& view) {
  const auto* tcp = view.tcp();
  if (tcp == nullptr || !tcp->seq || !tcp->flags) return std::nullopt;
  return Segment{*tcp->seq, tcp->ack.value_or(0), *tcp->flags, tcp->sport, tcp->dport};
}

void Tracker::keep_stray(const Sighting& sighting, const PacketView& view) {
  const auto quoted = view.is_icmp_error() ? view.quoted() : std::nullopt;
  if (const auto segment = segment_of(quoted ? *quoted : view)) {
    strays_.push_back({sighting, *segment, quoted.has_value()});
  }
}

// A fence's are not told from each other.
void Tracker::note_first_fragment(const Match& match, const PacketView& view) {
  const bool is_first = view.more_fragments && view.fragment_offset == 0 && view.id;
  const bool is_told = match.role == Role::Request || match.role == Role::Reply;
  if (!is_first || !is_told) return;
  const Match other{match.number, Role::Fragment, match.role == Role::Reply};
  wholes_.insert_or_assign({view.src, view.dst, *view.id}, other);
}

std::optional<Tracker::Match> Tracker::match_fragment(const PacketView& view) const {
  const auto found = view.id ? wholes_.find({view.src, view.dst, *view.id}) : wholes_.end();
  if (found == wholes_.end() || !tracked(found->second.number)) return std::nullopt;
  return found->second;
}

std::optional<Tracker::Match> Tracker::match(const PacketView& view) const {
  // A raw frame may be anything, also what would answer another's packet.
  if (const auto raw = match_raw(view)) return raw;
  if (view.fragment_offset != 0) return match_fragment(view);
  if (view.is_icmp_error()) return match_error(view);
  if (const auto found = match_token(view)) return found;
  const auto segment = segment_of(view);
  return segment ? match_tcp(*segment) : std::nullopt;
}

std::optional<Tracker::Match> Tracker::match_token(const PacketView& view) const {
  const auto token = probe::decode_token(view.payload);
  if (!token || token->run != run_ || !tracked(token->flow)) return std::nullopt;
  if (token->kind == TokenKind::Fence) return Match{token->flow, Role::Fence};
  const auto* icmp = view.icmp();
  const bool reply =
      icmp != nullptr ? is_echo_reply(*icmp, view.family()) : token->kind == TokenKind::Reply;
  return Match{token->flow, reply ? Role::Reply : Role::Request};
}

// By its own number, or by that which it acknowledges: of what comes next in the other direction.
std::optional<Tracker::Match> Tracker::match_tcp(const Segment& segment) const {
  const Stream* own = stream_of(segment.seq, segment.source_port);
  const Stream* other = own == nullptr && has(segment.flags, packet::Tcp::kAck)
                            ? stream_of(segment.ack - 1, segment.destination_port)
                            : nullptr;
  const Stream* stream = own != nullptr ? own : other;
  if (stream == nullptr || !tracked(stream->number)) return std::nullopt;
  if (stream->fence) return Match{stream->number, Role::Fence};
  const bool reply = own != nullptr ? own->reply : !other->reply;
  if (has(segment.flags, packet::Tcp::kRst)) return Match{stream->number, Role::Reset, !reply};
  return Match{stream->number, reply ? Role::Reply : Role::Request};
}

std::optional<Tracker::Match> Tracker::match_stray(const Stray& stray) const {
  const auto found = match_tcp(stray.segment);
  return found && stray.quoted ? as_error(*found) : found;
}

Tracker::Match Tracker::as_error(Match quoted) {
  if (quoted.role == Role::Fence) return quoted;
  return {quoted.number, Role::Error, quoted.role == Role::Reply};
}

std::optional<Tracker::Match> Tracker::match_error(const PacketView& error) const {
  const auto quoted = error.quoted();
  if (!quoted) return std::nullopt;
  const auto found = match(*quoted);
  return found ? std::optional(as_error(*found)) : std::nullopt;
}

std::optional<Tracker::Match> Tracker::match_raw(const PacketView& view) const {
  if (by_content_.empty()) return std::nullopt;
  const auto* icmp = view.icmp();
  const bool reply = icmp != nullptr && is_echo_reply(*icmp, view.family());
  auto found = by_content_.find(content_of(view));
  if (found == by_content_.end() && reply) found = by_content_.find(reply_content_of(view));
  if (found == by_content_.end() || !tracked(found->second.number)) return std::nullopt;
  return found->second;
}

void Tracker::store(const Match& match, Sighting sighting) {
  const std::size_t index = match.number - first_;
  if (flows_.size() <= index) flows_.resize(index + 1);
  sighting.role = match.role;
  sighting.quotes_reply = match.quotes_reply;
  flows_[index].push_back(sighting);
  ++count_;
}

Sightings Tracker::sightings(FlowNumber number) const {
  const std::size_t index = number - first_;
  if (!tracked(number) || index >= flows_.size()) return {};
  const Sightings& stored = flows_[index];
  std::vector<const Sighting*> order;
  for (const Sighting& sighting : stored) order.push_back(&sighting);
  // A frame is stamped once, however many interfaces of a node it passes: equal ones stay in the
  // order in which the tap saw them.
  std::ranges::sort(order, {}, [](const Sighting* s) { return std::pair(s->time_ns, s); });
  Sightings out;
  out.reserve(order.size());
  for (const Sighting* sighting : order) out.push_back(*sighting);
  return out;
}

bool Tracker::saw_answer(FlowNumber number) const {
  const std::size_t index = number - first_;
  return tracked(number) && index < flows_.size() &&
         std::ranges::any_of(
             flows_[index],
             [](const Sighting& s) { return s.role == Role::Reset || s.role == Role::Error; });
}

}  // namespace topoproof::evidence
