// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/tuple.hh"

#include <algorithm>

#include <fmt/format.h>

#include "conntrack/wire.hh"

namespace topoproof::conntrack {
namespace {

std::optional<Transport> find_ipv4_transport(BytesView bytes, std::size_t network) {
  if (bytes.size() < network + kIpv4Size) return {};
  const auto* header = bytes.data() + network;
  if ((load_be16(header + 6) & 0x1fffU) != 0) return {};
  const auto offset = network + (u8_at(bytes, network) & 0x0fU) * 4U;
  if (offset > bytes.size()) return {};
  return Transport{u8_at(bytes, network + 9), offset};
}

std::optional<Transport> find_ipv6_transport(BytesView bytes, std::size_t network) {
  if (bytes.size() < network + kIpv6Size) return {};
  const auto found = skip_extensions(bytes, network + kIpv6Size, u8_at(bytes, network + 6));
  if (!found || found->later_fragment) return {};
  return Transport{found->protocol, found->offset};
}

// Answers of the queries that ICMP knows, and back; RFC 792, RFC 950, RFC 4443, RFC 4620.
struct Pair {
  std::uint8_t query;
  std::uint8_t answer;
};
constexpr std::array kIcmpPairs{Pair{8, 0}, Pair{13, 14}, Pair{15, 16}, Pair{17, 18}};
constexpr std::array kIcmpv6Pairs{Pair{128, 129}, Pair{139, 140}};

template <std::size_t N>
std::optional<std::uint8_t> counterpart(const std::array<Pair, N>& pairs, std::uint8_t type) {
  for (const auto& pair : pairs) {
    if (type == pair.query) return pair.answer;
    if (type == pair.answer) return pair.query;
  }
  return {};
}

void read_gre(BytesView bytes, std::size_t at, Tuple& tuple) {
  const bool is_pptp = bytes.size() >= at + 8 && (u8_at(bytes, at + 1) & 7U) == 1;
  if (is_pptp) tuple.destination_port = load_be16(bytes.data() + at + 6);
}

bool is_other_than_ppp(BytesView bytes, std::size_t at) {
  return bytes.size() >= at + 8 && (u8_at(bytes, at + 1) & 7U) == 1 &&
         load_be16(bytes.data() + at + 2) != 0x880b;
}

bool read_ports(BytesView bytes, const Transport& transport, Tuple& tuple) {
  const auto at = transport.offset;
  if (transport.protocol == kGre) {
    read_gre(bytes, at, tuple);
    return !is_other_than_ppp(bytes, at);
  }
  if (is_icmp(transport.protocol)) {
    if (bytes.size() < at + 8) return false;
    tuple.source_port = load_be16(bytes.data() + at + 4);
    tuple.destination_port = load_be16(bytes.data() + at);
    return true;
  }
  if (!has_ports(transport.protocol)) return true;
  if (bytes.size() < at + 4) return false;
  tuple.source_port = load_be16(bytes.data() + at);
  tuple.destination_port = load_be16(bytes.data() + at + 2);
  return true;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  a = (a ^ b) * 0x9e37'79b9'7f4a'7c15ULL;
  return a ^ (a >> 29);
}

std::string port_text(const Tuple& tuple, std::uint16_t port) {
  return has_ports(tuple.protocol) ? fmt::format(" {}", port) : std::string();
}

std::string protocol_text(std::uint8_t protocol) {
  if (protocol == kTcp) return "tcp";
  if (protocol == kUdp) return "udp";
  if (protocol == kIcmp) return "icmp";
  return protocol == kIcmpv6 ? "icmpv6" : fmt::format("protocol {}", protocol);
}

}  // namespace

std::array<std::byte, 16> RawAddress::bytes() const {
  std::array<std::byte, 16> out;
  std::memcpy(out.data(), words.data(), out.size());
  return out;
}

RawAddress raw_address(BytesView bytes) {
  RawAddress raw;
  std::memcpy(raw.words.data(), bytes.data(), std::min<std::size_t>(bytes.size(), 16));
  return raw;
}
RawAddress raw_address(const IpAddress& address) {
  return address.is_v4() ? raw_address(BytesView(address.v4().bytes()))
                         : raw_address(BytesView(address.v6().bytes()));
}
IpAddress ip_address(const RawAddress& address, Family family) {
  const auto bytes = address.bytes();
  return IpAddress::from_bytes(BytesView(bytes).first(family == Family::Ipv4 ? 4 : 16));
}
std::strong_ordering compare(const RawAddress& a, const RawAddress& b) {
  return std::memcmp(a.words.data(), b.words.data(), 16) <=> 0;
}

std::string to_string(const Tuple& tuple) {
  auto text =
      fmt::format("{} {}{} -> {}{}", protocol_text(tuple.protocol),
                  to_string(tuple.source_address()), port_text(tuple, tuple.source_port),
                  to_string(tuple.destination_address()), port_text(tuple, tuple.destination_port));
  if (!is_icmp(tuple.protocol)) return text;
  return text +
         fmt::format(" {}/{} id {}", tuple.icmp_type(), tuple.icmp_code(), tuple.source_port);
}

std::uint64_t hash_of(const Tuple& tuple, std::uint16_t zone) {
  const auto rest = std::uint64_t{tuple.source_port} << 48 |
                    std::uint64_t{tuple.destination_port} << 32 | std::uint64_t{zone} << 16 |
                    tuple.protocol;
  auto hash = mix(tuple.source.words[0], rest);
  hash = mix(hash, tuple.destination.words[0]);
  if (tuple.family == Family::Ipv4) return hash;
  return mix(mix(hash, tuple.source.words[1]), tuple.destination.words[1]);
}

std::optional<Transport> find_transport(BytesView bytes, std::size_t network, Family family) {
  return family == Family::Ipv4 ? find_ipv4_transport(bytes, network)
                                : find_ipv6_transport(bytes, network);
}

std::optional<Tuple> read_tuple(BytesView bytes, std::size_t network, const Transport& transport,
                                Family family) {
  Tuple tuple{.protocol = transport.protocol, .family = family};
  const bool v4 = family == Family::Ipv4;
  const std::size_t size = v4 ? 4 : 16;
  const auto addresses = network + (v4 ? 12 : 8);
  if (bytes.size() < addresses + 2 * size) return {};
  tuple.source = raw_address(bytes.subspan(addresses, size));
  tuple.destination = raw_address(bytes.subspan(addresses + size, size));
  if (!read_ports(bytes, transport, tuple)) return {};
  return tuple;
}

std::optional<Tuple> inverse(const Tuple& tuple) {
  Tuple turned = tuple;
  std::swap(turned.source, turned.destination);
  if (!is_icmp(tuple.protocol)) {
    std::swap(turned.source_port, turned.destination_port);
    return turned;
  }
  const auto type = tuple.protocol == kIcmp ? counterpart(kIcmpPairs, tuple.icmp_type())
                                            : counterpart(kIcmpv6Pairs, tuple.icmp_type());
  if (!type) return {};
  turned.destination_port = static_cast<std::uint16_t>(*type << 8 | tuple.icmp_code());
  return turned;
}

}  // namespace topoproof::conntrack
