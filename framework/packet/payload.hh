// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes that are no header: what a packet carries, and what stands behind its end in a frame.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "packet/cursor.hh"
#include "packet/surroundings.hh"

namespace topoproof::packet {

struct Payload {
  static constexpr std::uint16_t kEtherType = kRawEtherType;
  static constexpr std::uint8_t kProtocol = kRawProtocol;

  Bytes bytes;

  Bytes encode(const Surroundings&) const { return bytes; }
  std::string describe() const;  // "payload 12 bytes"
  auto computed() { return std::tie(); }
  friend bool operator==(const Payload&, const Payload&) = default;
};

// Behind the end that the IP header states, as in Ethernet frames of the minimum size. Part of no
// length and no checksum; stands at the end of the frame wherever in the stack it was put.
struct Padding {
  Bytes bytes;

  Bytes encode(const Surroundings&) const { return bytes; }
  std::string describe() const;
  auto computed() { return std::tie(); }
  friend bool operator==(const Padding&, const Padding&) = default;
};

}  // namespace topoproof::packet
