// SPDX-License-Identifier: GPL-2.0-or-later
// ICMPv6 (RFC 4443): the 8 bytes that all messages begin with. What an error quotes is payload; the
// bodies of neighbour discovery are layers of their own: neighbor_discovery.hh.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "packet/cursor.hh"
#include "packet/surroundings.hh"

namespace topoproof::packet {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |     type      |     code      |           checksum            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | id  (mtu, pointer, flags ..)  | sequence  (.. mtu, pointer)   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Icmpv6 {
  static constexpr std::size_t kSize = 8;
  static constexpr std::uint8_t kProtocol = 58;

  static constexpr std::uint8_t kUnreachable = 1, kTooBig = 2, kTimeExceeded = 3,
                                kParameterProblem = 4, kEchoRequest = 128, kEchoReply = 129,
                                kRouterSolicitation = 133, kRouterAdvertisement = 134,
                                kNeighborSolicitation = 135, kNeighborAdvertisement = 136;
  // Codes of kUnreachable.
  static constexpr std::uint8_t kNoRoute = 0, kProhibited = 1, kAddress = 3, kPort = 4, kPolicy = 5,
                                kRejectRoute = 6;
  // Flags of a neighbour advertisement, in `id`.
  static constexpr std::uint16_t kRouter = 0x8000, kSolicited = 0x4000, kOverride = 0x2000;

  std::uint8_t type = kEchoRequest;
  std::uint8_t code = 0;
  std::optional<std::uint16_t> checksum;
  std::uint16_t id = 0;
  std::uint16_t sequence = 0;

  static Icmpv6 too_big(std::uint32_t mtu);
  static Icmpv6 parameter_problem(std::uint8_t code, std::uint32_t pointer);

  std::uint32_t mtu() const { return std::uint32_t{id} << 16 | sequence; }  // of too_big
  std::uint32_t pointer() const { return mtu(); }                           // of parameter_problem

  static constexpr bool is_error(std::uint8_t type) { return type < 128; }
  static constexpr bool is_echo(std::uint8_t type) {
    return type == kEchoRequest || type == kEchoReply;
  }

  Bytes encode(const Surroundings& around) const;
  static std::optional<Icmpv6> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(checksum); }
  friend bool operator==(const Icmpv6&, const Icmpv6&) = default;
};

}  // namespace topoproof::packet
