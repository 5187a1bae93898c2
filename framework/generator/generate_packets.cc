// SPDX-License-Identifier: GPL-2.0-or-later
#include "generator/generate_packets.hh"

#include <array>

#include "base/check.hh"
#include "firewall/build.hh"
#include "packet/stack.hh"

namespace topoproof::generator {
namespace {

using packet::Stack;
using packet::Tcp;

constexpr std::array kKinds{Feature::Udp,         Feature::Udp,    Feature::TcpSyn,
                            Feature::TcpSyn,      Feature::TcpAck, Feature::TcpReset,
                            Feature::TcpSynAck,   Feature::Echo,   Feature::OtherProtocol,
                            Feature::Reply,       Feature::Reply,  Feature::SamePacketAgain,
                            Feature::ErrorAboutIt};
constexpr std::uint8_t kExperimental = 253;  // RFC 3692
constexpr std::size_t kLong = 1430;          // longer than the narrow link's MTU
constexpr std::uint16_t kFirstPort = 20'000;

// The fields of a packet, as far as the generator varies them.
struct Draft {
  std::size_t port = 0;
  std::uint8_t protocol = firewall::kUdp;
  IpAddress source;
  IpAddress destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 80;
  std::uint8_t tcp_flags = Tcp::kSyn;
  std::uint8_t ttl = 64;
  std::uint16_t id = 0;
  std::uint16_t fragment_offset = 0;
  bool dont_fragment = false;
  bool bad_checksum = false;
  std::size_t payload = 8;
};

class PacketGenerator {
 public:
  PacketGenerator(Chooser& chooser, const Options& options, const Shape& shape, const Hints& hints)
      : chooser_(chooser), options_(options), shape_(shape), hints_(hints) {}

  std::vector<Probe> probes() {
    const std::size_t count = std::max<std::size_t>(options_.probes, 1);
    while (probes_.size() < count) add_probe();
    return std::move(probes_);
  }

 private:
  void add_probe() {
    const Feature kind = chooser_.choose(kKinds).value_or(Feature::Udp);
    if (kind >= Feature::Reply && probes_.empty()) return add_packet(Feature::Udp);
    if (kind < Feature::Reply) return add_packet(kind);
    chooser_.note(kind);
    // Mostly the packet before: what follows at once is what is interesting.
    const std::size_t about =
        chooser_.chance(60) ? probes_.size() - 1 : chooser_.source().below(probes_.size());
    if (kind == Feature::SamePacketAgain) {
      probes_.push_back(probes_[about]);
      return;
    }
    probes_.push_back({.make = kind == Feature::Reply ? Make::Reply : Make::Error, .about = about});
  }

  void add_packet(Feature kind) {
    chooser_.note(kind);
    Draft draft = aimed_draft();
    set_kind(draft, kind);
    vary_way(draft);
    vary_header(draft);
    probes_.push_back({.port = draft.port, .frame = packet::build(frame(draft))});
  }

  Draft aimed_draft() {
    Draft draft{.port = chooser_.source().below(shape_.ports.size())};
    const Hint* hint = nullptr;
    if (!hints_.empty() && chooser_.chance(75)) hint = &chooser_.source().pick(hints_);
    if (hint != nullptr) aim(draft, *hint);
    const Port& port = shape_.ports[draft.port];
    draft.source = port.edge_address;
    draft.destination = other_edge(draft.port);
    draft.source_port = static_cast<std::uint16_t>(kFirstPort + probes_.size());
    draft.id = static_cast<std::uint16_t>(0x1000 + probes_.size());
    if (hint != nullptr) take(draft, *hint);
    return draft;
  }

  IpAddress other_edge(std::size_t port) {
    const std::size_t further = 1 + chooser_.source().below(shape_.ports.size() - 1);
    return shape_.ports[(port + further) % shape_.ports.size()].edge_address;
  }

  // The edge from which such a packet comes.
  void aim(Draft& draft, const Hint& hint) {
    for (std::size_t i = 0; i < shape_.ports.size(); ++i) {
      if (hint.source == shape_.ports[i].edge_address) draft.port = i;
      if (hint.input == shape_.ports[i].interface && chooser_.chance(70)) draft.port = i;
    }
  }

  std::uint16_t near(std::uint16_t constant) {
    if (!chooser_.wants(Feature::NeighborOfAConstant, 25)) return constant;
    return static_cast<std::uint16_t>(chooser_.source().coin() ? constant + 1 : constant - 1);
  }

  void take(Draft& draft, const Hint& hint) {
    if (hint.protocol) draft.protocol = *hint.protocol;
    if (hint.destination && *hint.destination != draft.source)
      draft.destination = *hint.destination;
    if (hint.source_port) draft.source_port = near(*hint.source_port);
    if (hint.destination_port) draft.destination_port = near(*hint.destination_port);
    if (hint.tcp_flags) draft.tcp_flags = *hint.tcp_flags;
  }

  void set_kind(Draft& draft, Feature kind) {
    const std::uint8_t echo = shape_.family == Family::Ipv4 ? firewall::kIcmp : firewall::kIcmpv6;
    draft.protocol = firewall::kTcp;
    if (kind == Feature::Udp) draft.protocol = firewall::kUdp;
    if (kind == Feature::Echo) draft.protocol = echo;
    if (kind == Feature::OtherProtocol) draft.protocol = kExperimental;
    if (kind == Feature::TcpAck) draft.tcp_flags = Tcp::kAck;
    if (kind == Feature::TcpReset) draft.tcp_flags = Tcp::kRst;
    if (kind == Feature::TcpSynAck) draft.tcp_flags = Tcp::kSyn | Tcp::kAck;
    if (kind == Feature::TcpSyn) draft.tcp_flags = Tcp::kSyn;
  }

  void vary_way(Draft& draft) {
    const bool v4 = shape_.family == Family::Ipv4;
    if (chooser_.wants(Feature::ToTheNode, 15)) {
      draft.destination = chooser_.source().pick(shape_.ports).node_address;
    } else if (chooser_.wants(Feature::NoRouteThere, 4)) {
      draft.destination =
          v4 ? IpAddress(Ipv4Address(10, 99, 0, 1)) : IpAddress::parse("fdff::1").value();
    }
    if (chooser_.wants(Feature::SpoofedSource, 5)) {
      draft.source = chooser_.source().coin() ? other_edge(draft.port)
                                              : chooser_.source().pick(shape_.ports).node_address;
    }
  }

  void vary_header(Draft& draft) {
    const bool v4 = shape_.family == Family::Ipv4;
    if (chooser_.wants(Feature::LastHop, 5)) draft.ttl = chooser_.source().coin() ? 1 : 2;
    if (chooser_.wants(Feature::BadChecksum, 4)) draft.bad_checksum = true;
    if (v4 && chooser_.wants(Feature::LateFragment, 3)) {
      draft.fragment_offset = 100;
      draft.id = chooser_.source().any<std::uint16_t>();  // queues live longer than cases
    } else if (draft.port != kNarrowPort && chooser_.wants(Feature::TooLong, 4)) {
      draft.payload = kLong;
      draft.dont_fragment = v4 && chooser_.source().coin();
    }
  }

  Stack frame(const Draft& draft) const {
    const Port& port = shape_.ports[draft.port];
    return packet::ether({.src = port.edge_mac, .dst = next_hop(draft)}) / network(draft) /
           transport(draft) / packet::payload(Bytes(draft.payload, std::byte{0x5a}));
  }

  // Through a bridge a neighbour is reached without the node.
  MacAddress next_hop(const Draft& draft) const {
    const Port& own = shape_.ports[draft.port];
    for (const Port& port : shape_.ports) {
      const bool is_neighbor = shape_.has_bridge && port.gateway == own.gateway;
      if (is_neighbor && port.edge_address == draft.destination) return port.edge_mac;
    }
    return own.gateway;
  }

  static Stack network(const Draft& draft) {
    if (draft.source.is_v6()) {
      return packet::ipv6({.next_header = draft.protocol,
                           .hop_limit = draft.ttl,
                           .src = draft.source.v6(),
                           .dst = draft.destination.v6()});
    }
    return packet::ipv4({.id = draft.id,
                         .dont_fragment = draft.dont_fragment,
                         .fragment_offset = draft.fragment_offset,
                         .ttl = draft.ttl,
                         .protocol = draft.protocol,
                         .src = draft.source.v4(),
                         .dst = draft.destination.v4()});
  }

  static Stack transport(const Draft& draft) {
    const auto wrong = draft.bad_checksum ? std::optional<std::uint16_t>(0xdead) : std::nullopt;
    switch (draft.protocol) {
      case firewall::kUdp:
        return packet::udp(
            {.sport = draft.source_port, .dport = draft.destination_port, .checksum = wrong});
      case firewall::kTcp:
        return packet::tcp({.sport = draft.source_port,
                            .dport = draft.destination_port,
                            .seq = 1000,
                            .ack = (draft.tcp_flags & Tcp::kAck) != 0 ? 2000U : 0U,
                            .flags = draft.tcp_flags,
                            .checksum = wrong,
                            .options = mss_option(draft)});
      case firewall::kIcmp:
        return packet::icmp({.checksum = wrong, .id = draft.source_port, .sequence = 1});
      case firewall::kIcmpv6:
        return packet::icmpv6({.checksum = wrong, .id = draft.source_port, .sequence = 1});
      default:
        return {};
    }
  }

  static Bytes mss_option(const Draft& draft) {
    if ((draft.tcp_flags & Tcp::kSyn) == 0) return {};
    return {std::byte{2}, std::byte{4}, std::byte{0x05}, std::byte{0xb4}};
  }

  Chooser& chooser_;
  const Options& options_;
  const Shape& shape_;
  const Hints& hints_;
  std::vector<Probe> probes_;
};

}  // namespace

std::vector<Probe> generate_packets(Chooser& chooser, const Options& options, const Shape& shape,
                                    const Hints& hints) {
  return PacketGenerator(chooser, options, shape, hints).probes();
}

}  // namespace topoproof::generator
