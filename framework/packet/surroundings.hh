// SPDX-License-Identifier: GPL-2.0-or-later
// What a header must know of its neighbours to fill in the fields that its author left open.
//
// Every protocol struct follows one pattern, which Stack, build and dissect rely on:
//   Bytes encode(const Surroundings&) const;           the header's own bytes
//   static std::optional<T> decode(Reader&);           all computed fields set; nothing if the
//   bytes
//                                                      are too few or are not such a header
//   std::string describe() const;                      one phrase for a person
//   auto computed();                                   a tie of the std::optional fields: empty
//                                                      means "compute", set means "exactly this"
//   kEtherType, kProtocol                              how the layer outside announces this one
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hh"
#include "packet/checksum.hh"

namespace topoproof::packet {

// IEEE 802 "local experimental EtherType 1", announced where raw payload follows.
inline constexpr std::uint16_t kRawEtherType = 0x88b5;
inline constexpr std::uint8_t kRawProtocol = 253;    // RFC 3692: experiments
inline constexpr std::uint8_t kNoNextProtocol = 59;  // RFC 8200 4.7: nothing follows

struct Surroundings {
  BytesView payload;      // everything inside this header, padding not counted
  InternetSum addresses;  // of the enclosing IP header; nothing if there is none
  std::uint16_t next_ether_type = kRawEtherType;
  std::uint8_t next_protocol = kNoNextProtocol;

  // Of a transport header whose own checksum field is zero in `header`, pseudo header included.
  std::uint16_t transport_checksum(std::uint8_t protocol, BytesView header) const;
};

// " name=0x1234" if the author set the field, else nothing: for describe().
std::string as_given(std::string_view name, std::optional<std::uint32_t> value);

}  // namespace topoproof::packet
