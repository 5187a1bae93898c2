// SPDX-License-Identifier: GPL-2.0-or-later
// Matches on the packet itself (xt_tcpudp.c, xt_multiport.c, ip_tables.c, xt_length.c, ...).
#include <algorithm>

#include "machine/xt_match.hh"
#include "packet/tcp.hh"

namespace topoproof::machine {
namespace {

namespace xt = xtables;

constexpr std::uint8_t kMss = 2;

bool is_in(const xt::PortRange& range, std::uint16_t port, bool inverted) {
  return (port >= range.first && port <= range.last) != inverted;
}

// The first fragment that begins within the header of another is an attack.
bool is_evil_fragment(const MatchInput& in) {
  return in.headers.fragment_offset == (in.packet.is_ipv4() ? 8 : 1);
}

std::size_t header_length(BytesView tcp) { return (u8_at(tcp, 12) >> 4U) * 4U; }

// RETURNS: nothing if the options are not whole.
std::optional<bool> has_option(BytesView tcp, std::uint8_t kind) {
  const auto length = header_length(tcp);
  if (length > tcp.size()) return {};
  for (std::size_t i = packet::Tcp::kSize; i < length;) {
    if (u8_at(tcp, i) == kind) return true;
    const bool single = u8_at(tcp, i) < 2 || i + 1 >= length || u8_at(tcp, i + 1) == 0;
    i += single ? 1U : u8_at(tcp, i + 1);
  }
  return false;
}

std::uint8_t traffic_class(const skb::Skb& packet) {
  const auto bytes = packet.bytes();
  if (packet.is_ipv4()) return u8_at(bytes, 1);
  return static_cast<std::uint8_t>(load_be16(bytes.data()) >> 4U);
}

bool is_between(const IpAddress& address, const xt::AddressRange& range) {
  return address >= range.first && address <= range.last;
}

}  // namespace

BytesView MatchInput::transport() const {
  if (!headers.has_transport || headers.transport > packet.size()) return {};
  return packet.bytes().subspan(headers.transport);
}

MatchResult match(const xt::TcpMatch& m, const MatchInput& in) {
  if (in.headers.fragment_offset != 0) return is_evil_fragment(in) ? hot_drop() : when(false);
  const auto tcp = in.transport();
  if (tcp.size() < packet::Tcp::kSize) return hot_drop();
  const auto inverted = [&](std::uint8_t bit) { return (m.inverted & bit) != 0; };
  if (!is_in(m.source, load_be16(&tcp[0]), inverted(xt::kInvertSourcePort))) return when(false);
  if (!is_in(m.destination, load_be16(&tcp[2]), inverted(xt::kInvertDestinationPort))) {
    return when(false);
  }
  const bool flags = (u8_at(tcp, 13) & m.flag_mask) == m.flags;
  if (flags == inverted(xt::kInvertTcpFlags)) return when(false);
  if (m.option == 0) return when(true);
  if (header_length(tcp) < packet::Tcp::kSize) return hot_drop();
  const auto found = has_option(tcp, m.option);
  if (!found) return hot_drop();
  return when(*found != inverted(xt::kInvertTcpOption));
}

MatchResult match(const xt::UdpMatch& m, const MatchInput& in) {
  if (in.headers.fragment_offset != 0) return when(false);
  const auto udp = in.transport();
  if (udp.size() < 8) return hot_drop();
  return when(
      is_in(m.source, load_be16(&udp[0]), (m.inverted & xt::kInvertSourcePort) != 0) &&
      is_in(m.destination, load_be16(&udp[2]), (m.inverted & xt::kInvertDestinationPort) != 0));
}

MatchResult match(const xt::MultiportMatch& m, const MatchInput& in) {
  if (in.headers.fragment_offset != 0) return when(false);
  const auto ports = in.transport();
  if (ports.size() < 4) return hot_drop();
  const auto source = load_be16(&ports[0]);
  const auto destination = load_be16(&ports[2]);
  const bool any = std::ranges::any_of(m.ports, [&](const xt::PortRange& range) {
    const bool by_source = m.side != xt::MultiportSide::Destination && is_in(range, source, false);
    return by_source || (m.side != xt::MultiportSide::Source && is_in(range, destination, false));
  });
  return when(any != m.inverted);
}

MatchResult match(const xt::IcmpMatch& m, const MatchInput& in) {
  if (in.headers.fragment_offset != 0) return when(false);
  const auto icmp = in.transport();
  if (icmp.size() < 8) return hot_drop();
  const auto code = u8_at(icmp, 1);
  const bool same = u8_at(icmp, 0) == m.type && code >= m.first_code && code <= m.last_code;
  return when((m.is_any() || same) != m.inverted);
}

MatchResult match(const xt::TcpMssMatch& m, const MatchInput& in) {
  const auto tcp = in.transport();
  if (tcp.size() < packet::Tcp::kSize || header_length(tcp) < packet::Tcp::kSize) return hot_drop();
  const auto length = header_length(tcp);
  if (length > tcp.size()) return hot_drop();
  for (std::size_t i = packet::Tcp::kSize; i < length;) {
    if (u8_at(tcp, i) == kMss && length - i >= 4 && u8_at(tcp, i + 1) == 4) {
      const auto mss = load_be16(&tcp[i + 2]);
      return when((mss >= m.first && mss <= m.last) != m.inverted);
    }
    const bool single = u8_at(tcp, i) < 2 || i + 1 >= length || u8_at(tcp, i + 1) == 0;
    i += single ? 1U : u8_at(tcp, i + 1);
  }
  return when(m.inverted);
}

MatchResult match(const xt::LengthMatch& m, const MatchInput& in) {
  const auto bytes = in.packet.bytes();
  const auto length = in.packet.is_ipv4() ? load_be16(&bytes[2]) : load_be16(&bytes[4]) + 40U;
  return when((length >= m.first && length <= m.last) != m.inverted);
}

MatchResult match(const xt::HopLimitMatch& m, const MatchInput& in) {
  const auto value = in.packet.ttl();
  switch (m.test) {
    case xt::HopTest::Equal:
      return when(value == m.value);
    case xt::HopTest::NotEqual:
      return when(value != m.value);
    case xt::HopTest::Less:
      return when(value < m.value);
    case xt::HopTest::Greater:
      return when(value > m.value);
  }
  return when(false);
}

MatchResult match(const xt::DscpMatch& m, const MatchInput& in) {
  return when((traffic_class(in.packet) >> 2U == m.value) != m.inverted);
}

MatchResult match(const xt::TosMatch& m, const MatchInput& in) {
  return when(((traffic_class(in.packet) & m.mask) == m.value) != m.inverted);
}

MatchResult match(const xt::MacMatch& m, const MatchInput& in) {
  constexpr std::uint16_t kEthernet = 1;
  if (!in.packet.link || in.at.in == nullptr || in.at.in->type != kEthernet) return when(false);
  return when((in.packet.link->source == m.source) != m.inverted);
}

MatchResult match(const xt::PacketTypeMatch& m, const MatchInput& in) {
  const bool same = static_cast<std::int32_t>(in.packet.type) == static_cast<std::int32_t>(m.type);
  return when(same != m.inverted);
}

MatchResult match(const xt::AddressTypeMatch& m, const MatchInput& in) {
  const auto* interface = (m.flags & xt::kOfInputInterface) != 0    ? in.at.in
                          : (m.flags & xt::kOfOutputInterface) != 0 ? in.at.out
                                                                    : nullptr;
  const auto index = interface == nullptr ? 0 : interface->index;
  const auto is_of = [&](const IpAddress& address, std::uint16_t types) -> Answer<bool> {
    const auto type = in.world.environment.address_type(address, index);
    if (!type) return std::unexpected(type.error());
    return (std::uint32_t{types} >> *type & 1U) != 0;
  };
  if (m.source != 0) {
    const auto answer = is_of(in.packet.source(), m.source);
    if (!answer) return not_known(answer.error().reason);
    if (*answer == ((m.flags & xt::kInvertSourceType) != 0)) return when(false);
  }
  if (m.destination == 0) return when(true);
  const auto answer = is_of(in.packet.destination(), m.destination);
  if (!answer) return not_known(answer.error().reason);
  return when(*answer != ((m.flags & xt::kInvertDestinationType) != 0));
}

MatchResult match(const xt::IpRangeMatch& m, const MatchInput& in) {
  const auto holds = [&](std::uint8_t asked, std::uint8_t inverted, const IpAddress& address,
                         const xt::AddressRange& range) {
    if ((m.flags & asked) == 0) return true;
    return is_between(address, range) != ((m.flags & inverted) != 0);
  };
  return when(
      holds(xt::kOfSource, xt::kInvertSource, in.packet.source(), m.source) &&
      holds(xt::kOfDestination, xt::kInvertDestination, in.packet.destination(), m.destination));
}

namespace {

// A word of the packet, of which further steps make another (xt_u32.c). RETURNS: nothing where a
// step leads out of the packet.
std::optional<std::uint32_t> u32_value(const xt::U32Test& test, BytesView bytes) {
  const auto word_at = [&](std::uint64_t at) -> std::optional<std::uint32_t> {
    if (at + 4 > bytes.size()) return {};
    return load_be32(&bytes[at]);
  };
  std::uint64_t base = 0;
  auto value = word_at(test.steps.empty() ? 0 : test.steps[0].number);
  for (std::size_t i = 1; value && i < test.steps.size(); ++i) {
    const auto number = test.steps[i].number;
    switch (test.steps[i].next) {
      case xt::U32Operation::And:
        *value &= number;
        break;
      case xt::U32Operation::ShiftLeft:
        *value <<= number % 32;
        break;
      case xt::U32Operation::ShiftRight:
        *value >>= number % 32;
        break;
      case xt::U32Operation::At:
        base += *value;
        value = word_at(base + number);
        break;
    }
  }
  return value;
}

}  // namespace

namespace {

MatchResult match_u32(const xt::U32Match& m, BytesView bytes) {
  const bool all = std::ranges::all_of(m.tests, [&](const xt::U32Test& test) {
    const auto value = u32_value(test, bytes);
    return value && std::ranges::any_of(test.allowed, [&](const xt::U32Range& range) {
             return *value >= range.first && *value <= range.last;
           });
  });
  return when(all != m.inverted);
}

// The packet with other numbers where a kernel draws them.
Bytes redrawn(const MatchInput& in) {
  Bytes bytes(in.packet.bytes().begin(), in.packet.bytes().end());
  const auto turn = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, bytes.size()); ++i) bytes[i] = ~bytes[i];
  };
  const bool v4 = in.packet.is_ipv4();
  if (in.packet.has_drawn_id) turn(v4 ? 4 : 2, v4 ? 6 : 4);
  if (in.packet.has_drawn_id && v4) turn(10, 12);
  if (!in.packet.has_drawn_data) return bytes;
  const std::size_t start = in.headers.transport;
  const bool tcp = in.headers.protocol == packet::Tcp::kProtocol;
  if (tcp) turn(start + 4, start + 12);
  turn(start + (tcp ? 20 : 8), bytes.size());
  return bytes;
}

}  // namespace

// What masks leave of a word is what counts: who finds the same whatever is drawn is certain.
MatchResult match(const xt::U32Match& m, const MatchInput& in) {
  const auto result = match_u32(m, in.packet.bytes());
  if (!in.packet.has_drawn_id && !in.packet.has_drawn_data) return result;
  const Bytes other = redrawn(in);
  return match_u32(m, other).matches == result.matches ? result : not_known(kDrawnBytes);
}

MatchResult match(const xt::StringMatch& m, const MatchInput& in) {
  if (in.packet.has_drawn_data) return not_known(kDrawnBytes);
  const auto bytes = in.packet.bytes();
  const auto begin = std::min<std::size_t>(m.from, bytes.size());
  const auto end = std::clamp<std::size_t>(m.to, begin, bytes.size());
  const auto lower = [&](std::byte byte) {
    const auto c = std::to_integer<unsigned>(byte);
    return m.ignores_case && c >= 'A' && c <= 'Z' ? c + 32 : c;
  };
  const auto found =
      std::ranges::search(bytes.subspan(begin, end - begin), m.pattern, {}, lower, lower);
  return when(!found.empty() != m.inverted);
}

namespace {

bool is_called(const Interface* interface, std::string_view name) {
  if (interface == nullptr) return false;
  if (!name.ends_with('+')) return interface->name == name;
  return interface->name.starts_with(name.substr(0, name.size() - 1));
}

}  // namespace

// physdev_mt. Of packets that met no bridge all that is asked is not so. A port that the packet
// has not been given yet is asked for in vain, but for the input, which then is not looked at.
MatchResult match(const xt::PhysdevMatch& m, const MatchInput& in) {
  if (!in.at.is_bridged) return when((m.asked & ~m.inverted) == 0);
  const bool has_in = in.at.physical_in != nullptr;
  const bool has_out = in.at.physical_out != nullptr;
  const auto holds = [&](std::uint8_t test, bool value) {
    return (m.asked & test) == 0 || value != ((m.inverted & test) != 0);
  };
  return when(holds(xt::kPhysdevIsBridged, has_out) && holds(xt::kPhysdevIsIn, has_in) &&
              holds(xt::kPhysdevIsOut, has_out) &&
              (!has_in || holds(xt::kPhysdevIn, is_called(in.at.physical_in, m.in))) &&
              holds(xt::kPhysdevOut, is_called(in.at.physical_out, m.out)));
}

}  // namespace topoproof::machine
