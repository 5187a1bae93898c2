// SPDX-License-Identifier: GPL-2.0-or-later
// A captured frame as taps and capture files hand it out: a view into memory that they own, with
// what the link header says taken apart. What the bytes mean is not decided here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hh"
#include "base/mac_address.hh"

namespace topoproof::capture {

using Timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

// What stands before the network layer of a record; the values are those of capture files.
enum class LinkType : std::uint16_t {
  Ethernet = 1,
  Raw = 101,        // nothing: IPv4 or IPv6, told apart by its first four bits
  LinuxSll2 = 276,  // the 20 bytes of a tap on all interfaces
};

inline constexpr std::size_t kSll2HeaderSize = 20;
inline constexpr std::size_t kEthernetHeaderSize = 14;

// To whom the frame was addressed, as the interface that saw it judges; the values of PACKET_HOST
// and so on. Outgoing: this namespace sent or forwarded it there.
enum class PacketType : std::uint8_t { Host, Broadcast, Multicast, OtherHost, Outgoing };
std::string_view to_string(PacketType type);  // "host", "broadcast", ...

struct FrameView {
  Timestamp timestamp;
  std::uint32_t interface_index = 0;  // 0: not known
  std::optional<PacketType> type;     // Ethernet headers do not tell
  std::uint16_t protocol = 0;         // EtherType; below 0x600 what the kernel uses instead
  MacAddress source;                  // all zero where there is none (loopback)
  BytesView bytes;                    // from the network layer on, cut at the snap length
  std::size_t length = 0;             // of the network layer on the wire, uncut
  BytesView record;                   // `bytes` with the link header before it, for a file
};

// Takes `record` apart; `length` counts it uncut, with its link header. A record too short for its
// header has no bytes and no protocol.
FrameView decode_frame(LinkType link_type, BytesView record, std::size_t length,
                       Timestamp timestamp);

}  // namespace topoproof::capture
