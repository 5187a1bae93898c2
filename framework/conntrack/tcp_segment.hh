// SPDX-License-Identifier: GPL-2.0-or-later
// A TCP segment as connection tracking reads it. For the sources of this module.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hh"
#include "conntrack/entry.hh"

namespace topoproof::conntrack {

// Flags of a TcpEnd (IP_CT_TCP_FLAG_*).
inline constexpr std::uint8_t kWindowScale = 0x01;
inline constexpr std::uint8_t kSackPermitted = 0x02;
inline constexpr std::uint8_t kCloseInitiated = 0x04;
inline constexpr std::uint8_t kLiberal = 0x08;
inline constexpr std::uint8_t kUnacknowledged = 0x10;
inline constexpr std::uint8_t kMaxAckSet = 0x20;
// Flags of TcpTrack::last_flags.
inline constexpr std::uint8_t kExpectChallengeAck = 0x40;
inline constexpr std::uint8_t kSimultaneousOpen = 0x80;

struct TcpSegment {
  std::uint32_t sequence = 0;
  std::uint32_t end = 0;  // of the sequence space that the segment takes, exclusive
  std::uint32_t ack = 0;
  std::uint16_t window = 0;
  bool syn = false;
  bool has_ack = false;
  bool fin = false;
  bool reset = false;
  std::uint8_t flags = 0;       // the byte of the header
  std::size_t header_size = 0;  // as the header says it
  BytesView options;            // empty where the header is longer than the packet

  TcpEvent event() const;
};
// RETURNS: nothing where the fixed header is not whole.
std::optional<TcpSegment> read_segment(BytesView transport);

// What the options of a SYN say. A segment without options changes nothing; else scale and flags
// are set anew, but for kLiberal.
void read_options(const TcpSegment& segment, TcpEnd& end);

// The highest right edge of the selective acknowledgements, or `ack` if there is no higher one.
std::uint32_t highest_sack(const TcpSegment& segment, std::uint32_t ack);

// Order of sequence numbers (RFC 9293, 3.4).
constexpr bool is_before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}
constexpr bool is_after(std::uint32_t a, std::uint32_t b) { return is_before(b, a); }

}  // namespace topoproof::conntrack
