// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/options.hh"

#include <algorithm>

#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "packet/ipv6.hh"
#include "packet/ipv6_extension.hh"
#include "sim/icmp.hh"

namespace topoproof::sim {
namespace {

std::size_t number(BytesView bytes, std::size_t at) {
  return std::to_integer<std::size_t>(bytes[at]);
}

// What is made of a list of options.
struct Reading {
  enum class Kind : std::uint8_t { Fine, Drop, Complain, Unknown };
  Kind kind = Kind::Fine;
  std::size_t at = 0;  // the byte that is complained of
  std::string_view why = {};
};
Reading complaint(std::size_t at) { return {Reading::Kind::Complain, at}; }
Reading not_modelled(std::string_view why) { return {Reading::Kind::Unknown, 0, why}; }

// RETURNS: whether the packet goes on.
bool conclude(World& world, Host& host, Packet& packet, const Reading& reading, std::uint8_t type,
              std::uint8_t code, std::uint32_t info) {
  if (reading.kind == Reading::Kind::Fine) return true;
  if (reading.kind == Reading::Kind::Unknown) {
    world.end_unknown(host, packet, std::string(reading.why));
    return false;
  }
  world.end(host, packet, End::Malformed);
  if (reading.kind == Reading::Kind::Complain) send_error(world, host, packet, type, code, info);
  return false;
}

// RFC 791 3.1; RFC 2113
constexpr std::size_t kEndOfOptions = 0;
constexpr std::size_t kNoOperation = 1;
constexpr std::size_t kRecordRoute = 7;
constexpr std::size_t kTimestamp = 68;
constexpr std::size_t kLooseSourceRoute = 131;
constexpr std::size_t kCommercialSecurity = 134;
constexpr std::size_t kStrictSourceRoute = 137;
constexpr std::size_t kRouterAlert = 148;

// One option of those that have a length. `at`: where it is in the header.
Reading read_option(BytesView header, std::size_t at, bool& routes) {
  const std::size_t kind = number(header, at);
  const std::size_t length = number(header, at + 1);
  const bool is_route = kind == kLooseSourceRoute || kind == kStrictSourceRoute;
  if (is_route || kind == kRecordRoute) {
    if (length < 3) return complaint(at + 1);
    if (number(header, at + 2) < 4) return complaint(at + 2);
  }
  if (is_route) {
    if (routes) return complaint(at);
    routes = true;
  } else if (kind == kRecordRoute) {
    return not_modelled("a packet that records its route");
  } else if (kind == kTimestamp) {
    return not_modelled("a packet that collects timestamps");
  } else if (kind == kCommercialSecurity) {
    return not_modelled("a packet with a label of security");
  } else if (kind == kRouterAlert && length < 4) {
    return complaint(at + 1);
  }
  return {};
}

// __ip_options_compile. Nobody here takes source routes (accept_source_route).
Reading read_options(BytesView header) {
  bool routes = false;
  std::size_t at = 20;
  while (at < header.size()) {
    const std::size_t kind = number(header, at);
    if (kind == kEndOfOptions) {
      const bool clean =
          std::ranges::all_of(header.subspan(at), [](std::byte b) { return b == std::byte{}; });
      if (!clean) return not_modelled("bytes behind the end of options");
      break;
    }
    if (kind == kNoOperation) {
      ++at;
      continue;
    }
    const bool whole = at + 2 <= header.size() && number(header, at + 1) >= 2 &&
                       at + number(header, at + 1) <= header.size();
    if (!whole) return complaint(at);
    const Reading reading = read_option(header, at, routes);
    if (reading.kind != Reading::Kind::Fine) return reading;
    at += number(header, at + 1);
  }
  return routes ? Reading{Reading::Kind::Drop} : Reading{};
}

// RFC 8200 4.2
constexpr std::size_t kPad1 = 0;
constexpr std::size_t kPadN = 1;
constexpr std::size_t kRouterAlert6 = 5;
constexpr std::size_t kCalipso = 7;
constexpr std::size_t kIoam = 49;
constexpr std::size_t kJumbo = 194;
constexpr std::size_t kHomeAddress = 201;

// Its first two bits say what becomes of a packet with an option that the node does not know.
Reading read_unknown_option(BytesView packet, std::size_t at) {
  const bool group = packet[24] == std::byte{0xff};
  switch (number(packet, at) >> 6) {
    case 0:
      return {};
    case 1:
      return {Reading::Kind::Drop};
    case 2:
      if (group) return not_modelled("an unknown option of a packet to a group");
      return complaint(at);
    default:
      return group ? Reading{Reading::Kind::Drop} : complaint(at);
  }
}

Reading read_option6(BytesView packet, std::size_t at, bool hop_by_hop) {
  const std::size_t kind = number(packet, at);
  if (!hop_by_hop) {
    if (kind == kHomeAddress) return not_modelled("a packet with a home address");
    return read_unknown_option(packet, at);
  }
  if (kind == kJumbo) return not_modelled("a jumbogram");
  if (kind == kCalipso) return not_modelled("a packet with a label of security");
  if (kind == kIoam) return {};  // ioam6_enabled is off
  if (kind != kRouterAlert6) return read_unknown_option(packet, at);
  return number(packet, at + 1) == 2 ? Reading{} : Reading{Reading::Kind::Drop};
}

// What options may be filled up with: no more than aligns the next one, and zeros.
class Padding {
 public:
  bool add(BytesView bytes) {
    size_ += bytes.size();
    const BytesView zeros = bytes.size() > 2 ? bytes.subspan(2) : BytesView();
    return size_ <= 7 && std::ranges::all_of(zeros, [](std::byte b) { return b == std::byte{}; });
  }
  void end() { size_ = 0; }

 private:
  std::size_t size_ = 0;
};

// ip6_parse_tlv: the options of a header that begins at `at` and is whole.
Reading read_options6(BytesView packet, std::size_t at, bool hop_by_hop) {
  constexpr int kMost = 8;  // max_hbh_number, max_dst_opts_number
  const std::size_t end = at + (number(packet, at + 1) + 1) * 8;
  Padding padding;
  int options = 0;
  for (at += 2; at < end;) {
    const std::size_t kind = number(packet, at);
    const std::size_t length =
        kind == kPad1 ? 1 : (at + 2 <= end ? number(packet, at + 1) + 2 : end + 1);
    if (at + length > end) return {Reading::Kind::Drop};
    if (kind == kPad1 || kind == kPadN) {
      if (!padding.add(packet.subspan(at, length))) return {Reading::Kind::Drop};
    } else {
      if (++options > kMost) return {Reading::Kind::Drop};
      const Reading reading = read_option6(packet, at, hop_by_hop);
      if (reading.kind != Reading::Kind::Fine) return reading;
      padding.end();
    }
    at += length;
  }
  return {};
}

bool is_whole_header(BytesView packet, std::size_t at) {
  return at + 8 <= packet.size() && at + (number(packet, at + 1) + 1) * 8 <= packet.size();
}

constexpr std::uint8_t kUnknownOption = 2;  // codes of a parameter problem, RFC 4443 3.4
constexpr std::uint8_t kWrongField = 0;

bool pass_options6(World& world, Host& host, Packet& packet, std::size_t at, bool hop_by_hop) {
  const BytesView bytes = packet.skb.bytes();
  const Reading reading = is_whole_header(bytes, at) ? read_options6(bytes, at, hop_by_hop)
                                                     : Reading{Reading::Kind::Drop};
  return conclude(world, host, packet, reading, packet::Icmpv6::kParameterProblem, kUnknownOption,
                  static_cast<std::uint32_t>(reading.at));
}

// ipv6_rthdr_rcv, of a node that takes no source routes.
bool pass_routing(World& world, Host& host, Packet& packet, std::size_t at) {
  constexpr std::size_t kHome = 2;
  constexpr std::size_t kRpl = 3;
  constexpr std::size_t kSegments = 4;
  const BytesView bytes = packet.skb.bytes();
  if (!is_whole_header(bytes, at) || packet.skb.type != skb::PacketType::Host) {
    return conclude(world, host, packet, {Reading::Kind::Drop}, 0, 0, 0);
  }
  const std::size_t type = number(bytes, at + 2);
  Reading reading;
  if (type == kHome || type == kRpl || type == kSegments) {
    reading = not_modelled("a routing header of this type");
  } else if (number(bytes, at + 3) != 0) {  // segments are left
    reading = complaint(at + 2);
  }
  return conclude(world, host, packet, reading, packet::Icmpv6::kParameterProblem, kWrongField,
                  static_cast<std::uint32_t>(reading.at));
}

}  // namespace

bool pass_options(World& world, Host& host, Packet& packet) {
  const BytesView bytes = packet.skb.bytes();
  const std::size_t size = (number(bytes, 0) & 15) * 4;
  if (size == 20) return true;
  const Reading reading = read_options(bytes.first(size));
  return conclude(world, host, packet, reading, packet::Icmp::kParameterProblem, 0,
                  static_cast<std::uint32_t>(reading.at << 24));
}

bool pass_hop_options(World& world, Host& host, Packet& packet) {
  constexpr std::byte kHopByHop{packet::HopByHop::kProtocol};
  if (packet.skb.bytes()[6] != kHopByHop) return true;
  return pass_options6(world, host, packet, packet::Ipv6::kSize, true);
}

bool pass_extensions(World& world, Host& host, Packet& packet) {
  const BytesView bytes = packet.skb.bytes();
  std::size_t next = number(bytes, 6);
  std::size_t at = packet::Ipv6::kSize;
  if (next == packet::HopByHop::kProtocol) {
    next = number(bytes, at);
    at += (number(bytes, at + 1) + 1) * 8;
  }
  while (next == packet::Routing::kProtocol || next == packet::DestinationOptions::kProtocol) {
    const bool passes = next == packet::Routing::kProtocol
                            ? pass_routing(world, host, packet, at)
                            : pass_options6(world, host, packet, at, false);
    if (!passes) return false;
    next = number(bytes, at);
    at += (number(bytes, at + 1) + 1) * 8;
  }
  return true;
}

}  // namespace topoproof::sim
