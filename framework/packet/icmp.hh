// SPDX-License-Identifier: GPL-2.0-or-later
// ICMP (RFC 792). What an error quotes is payload: payload(build(ipv4(..) / udp(..))).
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
// |      id  (gateway, ..)        |  sequence  (.. gateway, mtu)  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct Icmp {
  static constexpr std::size_t kSize = 8;
  static constexpr std::uint8_t kProtocol = 1;

  static constexpr std::uint8_t kEchoReply = 0, kUnreachable = 3, kSourceQuench = 4, kRedirect = 5,
                                kEchoRequest = 8, kTimeExceeded = 11, kParameterProblem = 12;
  // Codes of kUnreachable.
  static constexpr std::uint8_t kNetwork = 0, kHost = 1, kProtocolCode = 2, kPort = 3,
                                kFragmentationNeeded = 4, kProhibited = 13;

  std::uint8_t type = kEchoRequest;
  std::uint8_t code = 0;
  std::optional<std::uint16_t> checksum;
  std::uint16_t id = 0;
  std::uint16_t sequence = 0;

  static Icmp fragmentation_needed(std::uint16_t mtu);
  static Icmp redirect(std::uint8_t code, Ipv4Address gateway);

  std::uint16_t mtu() const { return sequence; }  // of fragmentation_needed
  Ipv4Address gateway() const { return Ipv4Address(std::uint32_t{id} << 16 | sequence); }

  static constexpr bool is_error(std::uint8_t type) {
    return type == kUnreachable || type == kSourceQuench || type == kRedirect ||
           type == kTimeExceeded || type == kParameterProblem;
  }
  static constexpr bool is_echo(std::uint8_t type) {
    return type == kEchoRequest || type == kEchoReply;
  }

  Bytes encode(const Surroundings& around) const;
  static std::optional<Icmp> decode(Reader& in);
  std::string describe() const;
  auto computed() { return std::tie(checksum); }
  friend bool operator==(const Icmp&, const Icmp&) = default;
};

}  // namespace topoproof::packet
