// SPDX-License-Identifier: GPL-2.0-or-later
// Matches that have no type of their own in xtables: read from the bytes of their C structs, whose
// numbers are the host's.
#include <array>
#include <cstring>
#include <span>

#include "conntrack/jhash.hh"
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

// struct xt_devgroup_info: flags, then group and mask of the input, of the output (devgroup_mt).
MatchResult match_devgroup(BytesView info, const MatchInput& in, XtMatchCode&) {
  constexpr std::uint32_t kSource = 1;
  constexpr std::uint32_t kTarget = 4;  // the next bit of each inverts it
  const auto number = [&](std::size_t i) { return host_number<std::uint32_t>(info, i * 4); };
  const auto holds = [&](std::uint32_t which, const Interface* interface, std::size_t at) {
    if ((number(0) & which) == 0) return true;
    if (interface == nullptr) return false;
    const bool is_in = ((number(at) ^ interface->group) & number(at + 1)) == 0;
    return is_in != ((number(0) & which << 1U) != 0);
  };
  return when(holds(kSource, in.at.in, 1) && holds(kTarget, in.at.out, 3));
}

// struct xt_realm_info: realm, mask, whether it is inverted. No route here has a realm.
MatchResult match_realm(BytesView info, const MatchInput&, XtMatchCode&) {
  const bool is_none = host_number<std::uint32_t>(info, 0) == 0;
  return when(is_none != (info[8] != std::byte{}));
}

// struct xt_helper_info: whether it is inverted, a name. No connection here belongs to another.
MatchResult match_helper(BytesView info, const MatchInput&, XtMatchCode&) {
  return when(host_number<std::uint32_t>(info, 0) != 0);
}

// struct xt_ecn_info: what is asked, what of it is inverted, the bits of IP (xt_ecn.c).
MatchResult match_ecn(BytesView info, const MatchInput& in, XtMatchCode&) {
  constexpr std::uint8_t kIp = 0x01;
  constexpr std::uint8_t kEcho = 0x10;
  constexpr std::uint8_t kReduced = 0x20;
  const auto asked = std::to_integer<std::uint8_t>(info[0]);
  const auto inverted = std::to_integer<std::uint8_t>(info[1]);
  const auto holds = [&](std::uint8_t which, bool value) {
    return (asked & which) == 0 || value != ((inverted & which) != 0);
  };
  if (!holds(kIp, (in.packet.tos() & 3U) == std::to_integer<unsigned>(info[2]))) return when(false);
  if ((asked & (kEcho | kReduced)) == 0) return when(true);
  const BytesView tcp = in.transport();
  if (in.headers.fragment_offset != 0 || tcp.size() < 20) return when(false);
  const auto flags = std::to_integer<unsigned>(tcp[13]);
  return when(holds(kEcho, (flags & 0x40U) != 0) && holds(kReduced, (flags & 0x80U) != 0));
}

// struct xt_esp, struct ipt_ah: the first and the last SPI, whether they are inverted.
MatchResult match_spi(BytesView info, const MatchInput& in, std::size_t at, std::size_t header) {
  if (in.headers.fragment_offset != 0) return when(false);
  const BytesView packet = in.transport();
  if (packet.size() < header) return hot_drop();
  const std::uint32_t spi = load_be32(packet.data() + at);
  const bool is_in =
      spi >= host_number<std::uint32_t>(info, 0) && spi <= host_number<std::uint32_t>(info, 4);
  return when(is_in != ((std::to_integer<unsigned>(info[8]) & 1U) != 0));
}
MatchResult match_esp(BytesView info, const MatchInput& in, XtMatchCode&) {
  return match_spi(info, in, 0, 8);
}
MatchResult match_ah(BytesView info, const MatchInput& in, XtMatchCode&) {
  if (!in.packet.is_ipv4()) return not_known("the match ah of IPv6");
  return match_spi(info, in, 4, 12);
}

// struct xt_quota_info: flags, and from byte 8 on the bytes. All rules count down their own
// (quota_mt): a packet that is larger than what is left uses that up.
MatchResult match_quota(BytesView info, const MatchInput& in, XtMatchCode& code) {
  const bool inverted = (host_number<std::uint32_t>(info, 0) & 1U) != 0;
  std::uint64_t& left =
      code.quota ? *code.quota : code.quota.emplace(host_number<std::uint64_t>(info, 8));
  const bool within = left >= in.packet.size();
  left = within ? left - in.packet.size() : 0;
  return when(within != inverted);
}

// struct xt_cluster_match_info: how many nodes, which of them are meant, a seed, flags.
MatchResult match_cluster(BytesView info, const MatchInput& in, XtMatchCode&) {
  const auto* entry = conntrack::entry_of(in.packet);
  if (entry == nullptr) return when(false);
  const auto number = [&](std::size_t i) { return host_number<std::uint32_t>(info, i * 4); };
  const Bytes source = entry->original().source_address().bytes();
  std::array<std::uint32_t, 4> words{};
  std::memcpy(words.data(), source.data(), source.size());
  const auto hash = conntrack::jhash_words(std::span(words).first(source.size() / 4), number(2));
  const bool is_meant = (number(1) >> conntrack::scaled(hash, number(0)) & 1U) != 0;
  return when(is_meant != ((number(3) & 1U) != 0));
}

// struct xt_connlimit_info: a mask, the limit, flags: inverted, by destination (connlimit_mt).
MatchResult match_connlimit(BytesView info, const MatchInput& in, XtMatchCode& code) {
  constexpr std::size_t kLimit = 16;
  constexpr std::size_t kFlags = 20;
  constexpr std::uint32_t kInverted = 1;
  constexpr std::uint32_t kByDestination = 2;
  const auto* entry = conntrack::entry_of(in.packet);
  if (entry == nullptr || in.world.tracker == nullptr) {
    return not_known("connlimit of a packet without a flow");
  }
  const auto flags = host_number<std::uint32_t>(info, kFlags);
  const bool by_target = (flags & kByDestination) != 0;
  Bytes key = (by_target ? in.packet.destination() : in.packet.source()).bytes();
  for (std::size_t i = 0; i < key.size(); ++i) key[i] &= info[i];
  const auto zone = entry->zone.id;
  key.push_back(static_cast<std::byte>(zone >> 8U));
  key.push_back(static_cast<std::byte>(zone & 0xffU));
  const auto count = count_flow(code.connections[key], *entry, *in.world.tracker);
  const bool above = count > host_number<std::uint32_t>(info, kLimit);
  return when(above != ((flags & kInverted) != 0));
}

// struct ip6t_frag: identifications, a length, flags, inverted flags (ip6t_frag.c).
MatchResult match_fragment(BytesView info, const MatchInput& in, XtMatchCode&) {
  constexpr std::uint8_t kReserved = 4;
  constexpr std::uint8_t kFirst = 8;
  constexpr std::uint8_t kMore = 16;
  constexpr std::uint8_t kNoMore = 32;
  constexpr std::uint8_t kHeader = 44;
  const BytesView packet = in.packet.bytes();
  const auto at = find_ipv6_header(packet, kHeader).at;
  if (!at) return in.headers.has_transport ? when(false) : hot_drop();
  if (packet.size() < *at + 8) return hot_drop();
  const auto flags = std::to_integer<std::uint8_t>(info[12]);
  const bool inverted = (std::to_integer<unsigned>(info[13]) & 1U) != 0;
  const auto offset = load_be16(packet.data() + *at + 2);
  const auto id = load_be32(packet.data() + *at + 4);
  const bool has_id =
      id >= host_number<std::uint32_t>(info, 0) && id <= host_number<std::uint32_t>(info, 4);
  const bool is_marked = packet[*at + 1] != std::byte{} || (offset & 6U) != 0;
  return when(has_id != inverted && !((flags & kReserved) != 0 && is_marked) &&
              !((flags & kFirst) != 0 && (offset & ~7U) != 0) &&
              !((flags & kMore) != 0 && (offset & 1U) == 0) &&
              !((flags & kNoMore) != 0 && (offset & 1U) != 0));
}

// Of the first revision each but connlimit, with the bytes of its struct.
struct Known {
  std::string_view name;
  std::size_t size;
  MatchResult (*match)(BytesView info, const MatchInput& in, XtMatchCode& code);
  std::uint32_t revision = 0;
};
constexpr Known kKnown[] = {
    {"policy", 312,
     [](BytesView info, const MatchInput&, XtMatchCode&) { return match_policy(info); }},
    {"sctp", 296,
     [](BytesView info, const MatchInput& in, XtMatchCode&) { return match_sctp(info, in); }},
    {"rt", 280,
     [](BytesView info, const MatchInput& in, XtMatchCode&) { return match_routing(info, in); }},
    {"devgroup", 24, match_devgroup},
    {"realm", 16, match_realm},
    {"helper", 40, match_helper},
    {"ecn", 8, match_ecn},
    {"esp", 16, match_esp},
    {"ah", 16, match_ah},
    {"quota", 24, match_quota},
    {"cluster", 16, match_cluster},
    {"connlimit", 32, match_connlimit, 1},
    {"frag", 16, match_fragment},
};

}  // namespace

std::optional<MatchResult> match_raw(const xt::Extension& e, const MatchInput& in,
                                     XtMatchCode& code) {
  for (const Known& known : kKnown) {
    if (e.name == known.name && e.revision == known.revision && e.bytes.size() == known.size) {
      return known.match(e.bytes, in, code);
    }
  }
  return std::nullopt;
}

}  // namespace topoproof::machine
