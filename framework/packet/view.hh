// SPDX-License-Identifier: GPL-2.0-or-later
// A fast reading of a captured packet, without allocation: what a capture is asked about tens of
// thousands of times a second. What the bytes do not hold is not claimed: it is empty. To build or
// to show packets use stack.hh. Every BytesView inside a view is a part of the bytes that were
// read.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/bytes.hh"
#include "base/ip_address.hh"
#include "base/mac_address.hh"

namespace topoproof::packet {

// A quote in an ICMP error may end after the ports (RFC 792 asks for 8 bytes only).
struct TcpView {
  std::uint16_t sport = 0;
  std::uint16_t dport = 0;
  std::optional<std::uint32_t> seq;
  std::optional<std::uint32_t> ack;
  std::optional<std::uint8_t> flags;  // Tcp::kSyn ..
  friend bool operator==(const TcpView&, const TcpView&) = default;
};

struct UdpView {
  std::uint16_t sport = 0;
  std::uint16_t dport = 0;
  friend bool operator==(const UdpView&, const UdpView&) = default;
};

struct IcmpView {
  std::uint8_t type = 0;  // Icmp:: or Icmpv6::, by the protocol of the packet
  std::uint8_t code = 0;
  std::optional<std::uint16_t> id;  // of an echo
  std::optional<std::uint16_t> sequence;
  std::optional<std::uint32_t> mtu;    // of fragmentation needed, packet too big
  std::optional<Ipv4Address> gateway;  // of a redirect
  friend bool operator==(const IcmpView&, const IcmpView&) = default;
};

struct PacketView {
  IpAddress src;
  IpAddress dst;
  std::uint8_t protocol = 0;        // of what follows the IP header and its extension headers
  std::uint8_t ttl = 0;             // or hop limit
  std::optional<std::uint32_t> id;  // IPv6: only where there is a fragment header
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint32_t fragment_offset = 0;  // in bytes
  std::uint32_t total_length = 0;     // as the header states it, whatever was captured
  std::variant<std::monostate, TcpView, UdpView, IcmpView> transport;
  // Behind the transport header (behind the IP headers where that is not known). `payload_length`
  // is what the headers state, `payload` as much of it as there is.
  std::optional<std::uint32_t> payload_length;
  BytesView payload;

  Family family() const { return src.family(); }
  bool is_fragment() const { return more_fragments || fragment_offset != 0; }
  const TcpView* tcp() const { return std::get_if<TcpView>(&transport); }
  const UdpView* udp() const { return std::get_if<UdpView>(&transport); }
  const IcmpView* icmp() const { return std::get_if<IcmpView>(&transport); }
  std::optional<std::uint16_t> sport() const;  // of TCP and UDP
  std::optional<std::uint16_t> dport() const;

  bool is_icmp_error() const;
  // The packet that an ICMP error is about, as far as it quotes it.
  std::optional<PacketView> quoted() const;
};

// `bytes` begin with the IP header. Empty if that header is not whole or is no IP header.
std::optional<PacketView> parse_view(BytesView bytes);

// Who asked for or announced which address: ARP, neighbour solicitation and advertisement.
struct NeighborView {
  enum class Kind { Request, Answer };
  Kind kind = Kind::Request;
  IpAddress sender;
  IpAddress address;              // which is asked for, or which the answer is about
  std::optional<MacAddress> mac;  // of a request: the sender's; of an answer: that of `address`
  friend bool operator==(const NeighborView&, const NeighborView&) = default;
};
std::optional<NeighborView> parse_arp_view(BytesView arp);  // from the ARP header on
std::optional<NeighborView> parse_neighbor_view(const PacketView& packet);  // ICMPv6

// An Ethernet frame down to the network layer; `vlan` is the outermost tag's id.
struct FrameView {
  MacAddress src;
  MacAddress dst;
  std::optional<std::uint16_t> vlan;
  std::uint16_t ether_type = 0;  // behind the tags
  BytesView network;
};
std::optional<FrameView> parse_frame_view(BytesView frame);

}  // namespace topoproof::packet
