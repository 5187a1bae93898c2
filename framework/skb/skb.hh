// SPDX-License-Identifier: GPL-2.0-or-later
// A packet on its way through virtual nodes, with what the kernel's sk_buff keeps beside it. A
// value: a copy is what skb_clone makes, and refers to the same entry of connection tracking.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hh"
#include "base/ip_address.hh"
#include "base/mac_address.hh"
#include "skb/buffer.hh"
#include "skb/headers.hh"
#include "skb/tracked.hh"

namespace topoproof::skb {

enum class PacketType : std::uint8_t { Host, Broadcast, Multicast, OtherHost };  // PACKET_*

// What connection tracking says of this packet (IP_CT_*). Meaningless without a connection, except
// Untracked; no connection and not Untracked: invalid.
enum class CtInfo : std::uint8_t {
  Established = 0,
  Related = 1,
  New = 2,
  EstablishedReply = 3,
  RelatedReply = 4,
  Untracked = 7,
};
constexpr bool is_reply(CtInfo info) {
  return info == CtInfo::EstablishedReply || info == CtInfo::RelatedReply;
}

struct LinkHeader {
  MacAddress source;
  MacAddress destination;
  std::uint16_t ether_type = kEtherIpv4;
  friend auto operator<=>(const LinkHeader&, const LinkHeader&) = default;
};

// How a reassembled packet came, so that it can be sent on in the same pieces.
struct Reassembled {
  std::vector<std::uint32_t> sizes;  // of the fragments' payloads, in order
  std::uint32_t largest = 0;         // of the fragments as packets: the kernel's frag_max_size
  bool dont_fragment = false;        // the largest one had the flag
  friend bool operator==(const Reassembled&, const Reassembled&) = default;
};

class Skb {
 public:
  Skb() = default;
  // `network` begins with the network header; the ether type says which. Ethernet padding behind
  // the IP packet is the receiver's to trim.
  explicit Skb(BytesView network, std::uint16_t ether_type);

  BytesView bytes() const { return buffer_.view(); }
  std::size_t size() const { return buffer_.size(); }
  std::uint16_t ether_type() const { return ether_type_; }
  bool is_ipv4() const { return ether_type_ == kEtherIpv4; }
  bool is_ipv6() const { return ether_type_ == kEtherIpv6; }

  // For changes that leave all headers where they are (addresses, ports, TTL, checksums).
  std::span<std::byte> writable() { return buffer_.writable(); }
  // For all others; headers() is read anew.
  Buffer& change_layout() {
    parsed_ = false;
    return buffer_;
  }
  void replace(BytesView network, std::uint16_t ether_type);

  const Headers& headers() const;
  // What is behind the IP headers; empty where that is not known or not there.
  BytesView transport() const;

  // REQUIRES: an IP packet whose fixed header is there.
  IpAddress source() const;
  IpAddress destination() const;
  std::uint8_t ttl() const;  // or hop limit
  std::uint8_t tos() const;  // or traffic class

  // Into another namespace, as over a veth (skb_scrub_packet): mark, priority, connection, trace
  // flag and interfaces are forgotten. Reassembly and checksum state are not.
  void scrub();

  // Set while the packet has a link-layer header: from its reception on, also after it was routed
  // (then still the received one). None for a packet of a local sender.
  std::optional<LinkHeader> link;
  std::uint32_t in_interface = 0;   // index of skb_iif; 0: none
  std::uint32_t out_interface = 0;  // index of the route's device; 0: none yet
  PacketType type = PacketType::Host;
  CtInfo ct_info = CtInfo::Established;
  // A local sender left the transport checksum to the device: whatever the bytes say, it is good,
  // and it is filled in (complete_checksum) where the packet leaves the simulation.
  bool checksum_partial = false;
  bool nftrace = false;
  // A connected socket sent it: its flow hash is a number that the socket drew (skb->l4_hash), here
  // and wherever it comes.
  bool has_socket_hash = false;
  // Bytes of it stand for what a kernel draws: the identification of IPv4 or the flow label of
  // IPv6; numbers, windows and times of TCP, what a socket's packet carries, and all checksums over
  // these.
  bool has_drawn_id = false;
  bool has_drawn_data = false;
  std::uint32_t mark = 0;
  std::uint32_t priority = 0;
  Ref<Tracked> connection;
  std::shared_ptr<const Reassembled> reassembled;

 private:
  Buffer buffer_;
  std::uint16_t ether_type_ = 0;
  mutable bool parsed_ = false;
  mutable Headers headers_;
};

// Computes the transport checksum of a packet with checksum_partial, and clears that. Without
// effect on others and on protocols that have none.
void complete_checksum(Skb& skb);
// Puts there what stands in it until then: the sum of the pseudo header alone (CHECKSUM_PARTIAL),
// which whoever quotes the packet before quotes.
void begin_checksum(Skb& skb);

}  // namespace topoproof::skb
