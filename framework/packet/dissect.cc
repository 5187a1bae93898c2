// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/dissect.hh"

#include <optional>

namespace topoproof::packet {
namespace {

// Hostile bytes can nest headers by the thousand; what is deeper than this stays raw.
constexpr std::size_t kMostHeaders = 32;

using Decode = std::optional<Layer> (*)(Reader&);

template <class T>
std::optional<Layer> decode_as(Reader& in) {
  auto header = T::decode(in);
  return header ? std::optional<Layer>(std::move(*header)) : std::nullopt;
}

Decode by_ether_type(std::optional<std::uint16_t> type) {
  switch (type.value_or(kRawEtherType)) {
    case Vlan::kEtherType:
    case Vlan::kServiceTag:
      return decode_as<Vlan>;
    case Arp::kEtherType:
      return decode_as<Arp>;
    case Ipv4::kEtherType:
      return decode_as<Ipv4>;
    case Ipv6::kEtherType:
      return decode_as<Ipv6>;
    default:
      return nullptr;
  }
}

Decode by_protocol(std::optional<std::uint8_t> protocol) {
  switch (protocol.value_or(kRawProtocol)) {
    case Ipv4::kProtocol:
      return decode_as<Ipv4>;
    case Ipv6::kProtocol:
      return decode_as<Ipv6>;
    case HopByHop::kProtocol:
      return decode_as<HopByHop>;
    case Routing::kProtocol:
      return decode_as<Routing>;
    case DestinationOptions::kProtocol:
      return decode_as<DestinationOptions>;
    case Ipv6Fragment::kProtocol:
      return decode_as<Ipv6Fragment>;
    case Icmp::kProtocol:
      return decode_as<Icmp>;
    case Icmpv6::kProtocol:
      return decode_as<Icmpv6>;
    case Udp::kProtocol:
      return decode_as<Udp>;
    case Tcp::kProtocol:
      return decode_as<Tcp>;
    default:
      return nullptr;
  }
}

// Which header a header announces; none where it announces nothing that is known.
struct Announced {
  Decode operator()(const Ether& ether) const { return by_ether_type(ether.ether_type); }
  Decode operator()(const Vlan& vlan) const { return by_ether_type(vlan.ether_type); }
  Decode operator()(const Ipv4& ip) const {
    return ip.fragment_offset == 0 ? by_protocol(ip.protocol) : nullptr;
  }
  Decode operator()(const Ipv6& ip) const { return by_protocol(ip.next_header); }
  template <std::uint8_t Number>
  Decode operator()(const Ipv6Extension<Number>& extension) const {
    return by_protocol(extension.next_header);
  }
  Decode operator()(const Ipv6Fragment& fragment) const {
    return fragment.fragment_offset == 0 ? by_protocol(fragment.next_header) : nullptr;
  }
  Decode operator()(const Icmpv6& icmp) const {
    switch (icmp.type) {
      case Icmpv6::kNeighborSolicitation:
      case Icmpv6::kNeighborAdvertisement:
        return decode_as<NdTarget>;
      case Icmpv6::kRouterAdvertisement:
        return decode_as<NdRouter>;
      default:
        return nullptr;
    }
  }
  Decode operator()(const auto&) const { return nullptr; }
};

// How many bytes of `rest` belong to the packet, going by the length in the header just read. A
// length that is too great or too small for its own header says nothing about the rest.
struct PayloadSize {
  std::size_t rest;
  std::size_t operator()(const Ipv4& ip) const {
    const std::size_t header = Ipv4::kSize + ip.options.size();
    const std::size_t total = ip.total_length.value_or(0);
    return total < header ? rest : std::min(rest, total - header);
  }
  std::size_t operator()(const Ipv6& ip) const {
    const std::size_t length = ip.payload_length.value_or(0);
    return length == 0 && ip.next_header != kNoNextProtocol ? rest : std::min(rest, length);
  }
  std::size_t operator()(const Arp&) const { return 0; }
  std::size_t operator()(const auto&) const { return rest; }
};

Decode first_header(BytesView bytes, LinkType link) {
  if (link == LinkType::Ethernet) return decode_as<Ether>;
  const bool is_v6 = !bytes.empty() && std::to_integer<unsigned>(bytes[0]) >> 4 == 6;
  return is_v6 ? decode_as<Ipv6> : decode_as<Ipv4>;
}

Bytes copy(BytesView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

Stack dissect(BytesView bytes, LinkType link) {
  Stack stack;
  BytesView rest = bytes;
  std::size_t padding_size = 0;
  Decode decode = first_header(bytes, link);
  while (decode != nullptr && stack.layers.size() < kMostHeaders) {
    Reader in(rest);
    auto layer = decode(in);
    if (!layer) break;
    const std::size_t size = std::visit(PayloadSize{in.rest().size()}, *layer);
    padding_size += in.rest().size() - size;
    rest = in.rest().first(size);
    decode = std::visit(Announced{}, *layer);
    stack.layers.push_back(std::move(*layer));
  }
  if (!rest.empty()) stack.layers.emplace_back(Payload{copy(rest)});
  if (padding_size > 0) stack.layers.emplace_back(Padding{copy(bytes.last(padding_size))});
  return without_redundant_fields(std::move(stack));
}

}  // namespace topoproof::packet
