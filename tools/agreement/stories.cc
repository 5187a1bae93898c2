// SPDX-License-Identifier: GPL-2.0-or-later
#include "stories.hh"

#include <algorithm>
#include <iterator>
#include <optional>

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/stack.hh"
#include "packet/tcp.hh"
#include "packet/view.hh"

namespace topoproof::agreement {
namespace {

using packet::Tcp;

constexpr std::size_t kNetwork = packet::Ether::kSize;

// A packet that reached its receiver, as the receiver sees it.
struct Delivered {
  std::size_t zone = 0;
  Bytes packet;
  PacketSpec spec;
};

std::optional<Delivered> read(const Arrival& arrival, const PacketSpec& sent) {
  const auto frame = packet::parse_frame_view(arrival.frame);
  const auto view = frame ? packet::parse_view(frame->network) : std::nullopt;
  if (!view || view->protocol != sent.protocol || view->is_icmp_error()) return std::nullopt;
  Delivered delivered{arrival.zone, Bytes(frame->network.begin(), frame->network.end()), sent};
  delivered.spec.source = view->src;
  delivered.spec.destination = view->dst;
  delivered.spec.source_port = view->sport().value_or(sent.source_port);
  delivered.spec.destination_port = view->dport().value_or(sent.destination_port);
  if (view->icmp() != nullptr) delivered.spec.source_port = view->icmp()->id.value_or(0);
  return delivered;
}

// What left by another zone than it came by; by the same one only if nothing else did.
std::optional<Delivered> find_delivered(const std::vector<Arrival>& arrivals,
                                        const PacketSpec& sent) {
  std::optional<Delivered> found;
  for (const Arrival& arrival : arrivals) {
    auto delivered = read(arrival, sent);
    if (!delivered) continue;
    if (arrival.zone != sent.zone) return delivered;
    const bool goes_back = delivered->spec.destination != sent.source;
    if (goes_back && !found) found = std::move(delivered);
  }
  return found;
}

Bytes icmp_error(const Delivered& about, const IpAddress& from, std::uint8_t type,
                 std::uint8_t code) {
  const IpAddress to = about.spec.source;
  Bytes quote(about.packet.begin(),
              about.packet.begin() +
                  static_cast<std::ptrdiff_t>(std::min<std::size_t>(about.packet.size(), 500)));
  if (to.is_v4()) {
    return packet::build(packet::ipv4({.id = 77, .ttl = 60, .src = from.v4(), .dst = to.v4()}) /
                         packet::icmp({.type = type, .code = code}) /
                         packet::payload(std::move(quote)));
  }
  return packet::build(packet::ipv6({.hop_limit = 60, .src = from.v6(), .dst = to.v6()}) /
                       packet::icmpv6({.type = type, .code = code}) /
                       packet::payload(std::move(quote)));
}

void send(Trial& trial, const PacketSpec& spec, std::string_view what) {
  trial.send(spec.zone, frame_of(spec, trial.zones()), what);
}
void send_around(Trial& trial, const Bytes& packet, std::size_t zone, std::string_view what) {
  trial.send(zone, frame_around(packet, zone, trial.zones()), what);
}

// Errors from the receiver, and from a router before it.
void tell_errors(Trial& trial, const Delivered& delivered) {
  const bool v4 = delivered.spec.family() == Family::Ipv4;
  const IpAddress middle = trial.zones().all[delivered.zone].neighbor[v4 ? 0 : 1];
  send_around(trial, icmp_error(delivered, delivered.spec.destination, v4 ? 3 : 1, v4 ? 3 : 4),
              delivered.zone, "error of the receiver");
  send_around(trial, icmp_error(delivered, middle, v4 ? 11 : 3, 0), delivered.zone,
              "error of a router");
}

PacketSpec with_flags(PacketSpec spec, std::uint8_t flags, std::uint32_t sequence,
                      std::uint32_t acknowledged) {
  spec.flags = flags;
  spec.sequence = sequence;
  spec.acknowledged = acknowledged;
  spec.id = static_cast<std::uint16_t>(spec.id + 7);
  return spec;
}

void tell_connection(Trial& trial, const PacketSpec& client, const PacketSpec& server) {
  send(trial, with_flags(client, Tcp::kAck, 1001, 5001), "acknowledgment");
  send(trial, with_flags(client, Tcp::kPsh | Tcp::kAck, 1001, 5001), "data");
  send(trial, with_flags(server, Tcp::kAck, 5001, 1017), "acknowledgment of data");
  send(trial, with_flags(client, Tcp::kFin | Tcp::kAck, 1017, 5001), "end");
  send(trial, with_flags(server, Tcp::kRst, 5001, 0), "reset");
}

}  // namespace

void tell_flow(Trial& trial, const PacketSpec& spec) {
  trial.begin("a flow");
  const Bytes frame = frame_of(spec, trial.zones());
  const auto arrivals = trial.send(spec.zone, frame, "first packet");
  trial.send(spec.zone, frame, "second packet");
  if (const auto delivered = find_delivered(arrivals, spec)) {
    const PacketSpec answer = answer_to(delivered->spec, delivered->zone);
    send(trial, answer, "answer");
    if (spec.protocol == Tcp::kProtocol) tell_connection(trial, spec, answer);
    if (spec.protocol != Tcp::kProtocol) send(trial, spec, "third packet");
    tell_errors(trial, *delivered);
  }
  trial.end();
}

void tell_exchanges(Trial& trial, std::span<const PacketSpec> specs) {
  trial.begin("some packets");
  for (const PacketSpec& spec : specs) {
    trial.next_flow();
    const auto arrivals = trial.send(spec.zone, frame_of(spec, trial.zones()), "packet");
    if (const auto delivered = find_delivered(arrivals, spec)) {
      send(trial, answer_to(delivered->spec, delivered->zone), "answer");
    }
  }
  trial.end();
}

void tell_strange(Trial& trial, const PacketSpec& spec) {
  PacketSpec tcp = spec;
  tcp.protocol = Tcp::kProtocol;
  trial.begin("a bare reset, then data from nowhere");
  send(trial, with_flags(tcp, Tcp::kRst, 1, 0), "reset");
  send(trial, with_flags(tcp, Tcp::kAck, 900, 1), "acknowledgment");
  trial.end();

  trial.begin("another protocol from another interface");
  PacketSpec other = spec;
  other.zone = (spec.zone + 1) % trial.zones().all.size();
  send(trial, other, "same packet");
  other.protocol = spec.protocol == 17 ? 6 : 17;
  other.flags = Tcp::kSyn;
  send(trial, other, "other protocol");
  trial.end();

  trial.begin("a wrong checksum");
  Bytes frame = frame_of(spec, trial.zones());
  frame.back() ^= std::byte{1};
  trial.send(spec.zone, frame, "packet");
  trial.end();
}

void tell_fragments(Trial& trial, const PacketSpec& spec) {
  if (spec.family() != Family::Ipv4) return;
  PacketSpec large = spec;
  large.payload = 1200;
  large.id = static_cast<std::uint16_t>(spec.id + 4000);
  const Bytes packet = packet_of(large);
  const std::size_t size = packet.size() - 20;
  trial.begin("fragments");
  send_around(trial, fragment_of(packet, 0, 400), spec.zone, "first fragment");
  send_around(trial, fragment_of(packet, 800, size), spec.zone, "last fragment");
  send_around(trial, fragment_of(packet, 400, 800), spec.zone, "middle fragment");
  trial.end();
}

namespace {

constexpr std::size_t kTogether = 8;  // to compare state after each packet takes too long

void tell_all_of(Trial& trial, const RuleAsks& asks, conntrack::Random& random, std::uint16_t& id) {
  auto specs = packets_for(asks, trial.zones(), random);
  for (PacketSpec& spec : specs) spec.id = id = static_cast<std::uint16_t>((id + 50) | 1);
  tell_flow(trial, specs.front());
  tell_strange(trial, specs.front());
  tell_fragments(trial, specs.front());
  const std::span<const PacketSpec> variations = std::span(specs).subspan(1);
  for (std::size_t i = 0; i < variations.size(); i += kTogether) {
    tell_exchanges(trial, variations.subspan(i, std::min(kTogether, variations.size() - i)));
  }
}

}  // namespace

void tell_stories(Trial& trial, const std::vector<RuleAsks>& asks, std::size_t packets,
                  conntrack::Random& random) {
  std::vector<std::size_t> order(std::max<std::size_t>(asks.size(), 1));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.next() % i]);
  }
  const RuleAsks anything;
  std::uint16_t id = 1;
  for (std::size_t i = 0; trial.sent() < packets; ++i) {
    const std::size_t at = order[i % order.size()];
    tell_all_of(trial, asks.empty() ? anything : asks[at], random, id);
  }
}

}  // namespace topoproof::agreement
