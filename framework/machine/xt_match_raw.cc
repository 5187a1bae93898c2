// SPDX-License-Identifier: GPL-2.0-or-later
// Matches that have no type of their own in xtables: read from the bytes of their C structs, whose
// numbers are the host's.
#include <cstring>

#include "machine/extension.hh"
#include "machine/xt_match.hh"

namespace topoproof::machine {
namespace {

namespace xt = xtables;

template <class T>
T host_number(BytesView bytes, std::size_t at) {
  T value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// struct xt_policy_info: four policies of 76 bytes, flags, count. Nothing here transforms packets
// with IPsec: what holds is only that there was none (policy_mt).
MatchResult match_policy(BytesView info) {
  constexpr std::size_t kFlags = 304;
  constexpr std::uint16_t kNone = 4;
  return when((host_number<std::uint16_t>(info, kFlags) & kNone) != 0);
}

// struct xt_sctp_info: ports of the destination, of the source, chunks, flags, inverted flags.
MatchResult match_sctp(BytesView info, const MatchInput& in) {
  constexpr std::size_t kFlags = 284;
  constexpr std::size_t kInverted = 288;
  constexpr std::uint32_t kSource = 1;
  constexpr std::uint32_t kDestinationBit = 2;
  constexpr std::uint32_t kChunks = 4;
  constexpr std::size_t kHeader = 12;
  const auto asked = host_number<std::uint32_t>(info, kFlags);
  const auto inverted = host_number<std::uint32_t>(info, kInverted);
  if ((asked & kChunks) != 0) return not_known("chunks of SCTP");
  if (in.headers.fragment_offset != 0) return when(false);
  const BytesView header = in.transport();
  if (header.size() < kHeader) return hot_drop();
  const auto holds = [&](std::uint32_t which, std::uint16_t port, std::size_t range) {
    const bool inside = port >= host_number<std::uint16_t>(info, range) &&
                        port <= host_number<std::uint16_t>(info, range + 2);
    return (asked & which) == 0 || inside != ((inverted & which) != 0);
  };
  return when(holds(kDestinationBit, load_be16(header.data() + 2), 0) &&
              holds(kSource, load_be16(header.data()), 4));
}

// struct ip6t_rt: type, first and last number of segments left, length, then addresses from byte 20
// on, with flags and inverted flags before them (ip6t_rt.c).
MatchResult match_routing(BytesView info, const MatchInput& in) {
  constexpr std::size_t kFlags = 16;
  constexpr std::uint8_t kType = 1;
  constexpr std::uint8_t kSegments = 2;
  constexpr std::uint8_t kLength = 4;
  constexpr std::uint8_t kHeader = 43;
  const auto asked = std::to_integer<std::uint8_t>(info[kFlags]);
  const auto inverted = std::to_integer<std::uint8_t>(info[kFlags + 1]);
  const BytesView packet = in.packet.bytes();
  const auto at = find_ipv6_header(packet, kHeader).at;
  if (!at) return in.headers.has_transport ? when(false) : hot_drop();
  if (packet.size() < *at + 4) return hot_drop();
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(packet[*at + i]); };
  const std::uint32_t length = (byte(1) + 1) * 8;
  if (packet.size() - *at < length) return hot_drop();
  if ((asked & ~(kType | kSegments | kLength)) != 0) return not_known("addresses of a rt match");
  const auto number = [&](std::size_t i) { return host_number<std::uint32_t>(info, i * 4); };
  const auto holds = [&](std::uint8_t which, bool value) {
    return value != ((inverted & which) != 0);
  };
  return when(holds(kSegments, byte(3) >= number(1) && byte(3) <= number(2)) &&
              ((asked & kLength) == 0 || holds(kLength, number(3) == length)) &&
              ((asked & kType) == 0 || holds(kType, number(0) == byte(2))));
}

// The first one of each is the bytes of the struct.
struct Known {
  std::string_view name;
  std::size_t size;
  MatchResult (*match)(BytesView info, const MatchInput& in);
};
constexpr Known kKnown[] = {
    {"policy", 312, [](BytesView info, const MatchInput&) { return match_policy(info); }},
    {"sctp", 296, match_sctp},
    {"rt", 280, match_routing},
};

}  // namespace

std::optional<MatchResult> match_raw(const xt::Extension& e, const MatchInput& in) {
  for (const Known& known : kKnown) {
    if (e.name == known.name && e.revision == 0 && e.bytes.size() == known.size) {
      return known.match(e.bytes, in);
    }
  }
  return std::nullopt;
}

}  // namespace topoproof::machine
