// SPDX-License-Identifier: GPL-2.0-or-later
// The packets that nodes make, as bytes from the network header on. Internal to this module.
#pragma once

#include <cstdint>

#include "base/bytes.hh"
#include "flow/flow.hh"

namespace topoproof::sim {

struct IpFields {
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 64;
  bool dont_fragment = true;
  std::uint16_t id = 0;
  std::uint8_t tos = 0;  // or traffic class
};

struct TcpFields {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::uint16_t window = 64240;
  Bytes options = {};
};

// What senders fill their packets with: not zeros, of which a checksum says nothing.
Bytes make_payload(std::size_t size);

Bytes make_tcp(const IpFields& ip, const TcpFields& tcp, std::size_t payload = 0);
Bytes make_udp(const IpFields& ip, std::uint16_t source_port, std::uint16_t destination_port,
               std::size_t payload);
// The options that Linux begins a connection with, and those of all segments behind: both are
// found by rules, and count in lengths. `mss`: what the sender can take.
Bytes opening_options(std::uint16_t mss);
Bytes timestamp_option();

// `info`: the four bytes behind the checksum.
Bytes make_icmp(const IpFields& ip, std::uint8_t type, std::uint8_t code, std::uint32_t info,
                BytesView payload);

}  // namespace topoproof::sim
