// SPDX-License-Identifier: GPL-2.0-or-later
// The internet checksum: RFC 1071, its pseudo headers, and the incremental update of RFC 1624.
// All values are numbers in host order; store them big-endian.
#pragma once

#include <cstdint>

#include "base/bytes.hh"
#include "base/ip_address.hh"

namespace topoproof::packet {

// A ones' complement sum under way. What is added may come in pieces of any length, also odd.
class InternetSum {
 public:
  InternetSum& add(BytesView bytes);
  InternetSum& add(const IpAddress& address);
  InternetSum& add_u16(std::uint16_t value);  // REQUIRES: an even number of bytes so far

  std::uint16_t folded() const;
  std::uint16_t checksum() const { return static_cast<std::uint16_t>(~folded()); }

 private:
  std::uint64_t sum_ = 0;
  bool odd_ = false;
};

// Over bytes that hold their own checksum the result is 0 when that checksum is right.
std::uint16_t internet_checksum(BytesView bytes);

// The sum to start a TCP, UDP or ICMPv6 checksum with. REQUIRES: addresses of one family.
// `length` is that of the transport header and everything after it.
InternetSum pseudo_header(const IpAddress& src, const IpAddress& dst, std::uint8_t protocol,
                          std::uint32_t length);

// The checksum after `before` became `after` somewhere in the covered bytes.
// REQUIRES: both have the same even length and begin at an even offset.
std::uint16_t updated_checksum(std::uint16_t checksum, BytesView before, BytesView after);

}  // namespace topoproof::packet
