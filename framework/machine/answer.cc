// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/answer.hh"

#include <algorithm>

#include "packet/checksum.hh"
#include "packet/stack.hh"

namespace topoproof::machine {
namespace {

constexpr std::uint8_t kDccp = 33;
constexpr std::uint8_t kGre = 47;
constexpr std::uint8_t kEsp = 50;
constexpr std::uint8_t kSctp = 132;

// Those whose checksum is optional, partial, or of another kind (nf_reject_verify_csum).
bool has_checksum(const skb::Skb& packet) {
  switch (packet.headers().protocol) {
    case kGre:
    case skb::kAuthentication:
    case kEsp:
    case kSctp:
    case skb::kUdpLite:
    case kDccp:
      return false;
    case packet::Udp::kProtocol: {
      const auto transport = packet.transport();
      return transport.size() >= packet::Udp::kSize && load_be16(&transport[6]) != 0;
    }
    default:
      return true;
  }
}

// Any other protocol is summed up all the same: in IPv4 like ICMP, in IPv6 with a pseudo header.
bool is_checksum_good(const skb::Skb& packet) {
  if (packet.checksum_partial || !has_checksum(packet)) return true;
  const auto transport = packet.transport();
  const auto protocol = packet.headers().protocol;
  const bool plain =
      packet.is_ipv4() && protocol != packet::Tcp::kProtocol && protocol != packet::Udp::kProtocol;
  auto sum = plain ? packet::InternetSum()
                   : packet::pseudo_header(packet.source(), packet.destination(), protocol,
                                           static_cast<std::uint32_t>(transport.size()));
  return sum.add(transport).checksum() == 0;
}

packet::Stack ip_back(const skb::Skb& packet, std::uint8_t ttl) {
  const auto from = packet.destination();
  const auto to = packet.source();
  if (packet.is_ipv4()) {
    return packet::ipv4({.dont_fragment = true, .ttl = ttl, .src = from.v4(), .dst = to.v4()});
  }
  return packet::ipv6({.hop_limit = ttl, .src = from.v6(), .dst = to.v6()});
}

// An acknowledged segment is answered with the sequence number that its sender expects; any other
// with an acknowledgement of it (RFC 9293, 3.10.7.1).
packet::Tcp reset_for(BytesView segment) {
  const auto flags = std::to_integer<unsigned>(segment[13]);
  packet::Tcp reset{.sport = load_be16(&segment[2]),
                    .dport = load_be16(segment.data()),
                    .flags = packet::Tcp::kRst,
                    .window = 0};
  if ((flags & packet::Tcp::kAck) != 0) {
    reset.seq = load_be32(&segment[8]);
    return reset;
  }
  const auto header = (std::to_integer<unsigned>(segment[12]) >> 4U) * 4U;
  const auto length = static_cast<std::uint32_t>(segment.size()) - header;
  const auto syn = (flags & packet::Tcp::kSyn) != 0 ? 1U : 0U;
  const auto fin = (flags & packet::Tcp::kFin) != 0 ? 1U : 0U;
  reset.ack = load_be32(&segment[4]) + syn + fin + length;
  reset.flags = packet::Tcp::kRst | packet::Tcp::kAck;
  return reset;
}

// What stands in the checksum until the packet leaves: the sum of the pseudo header alone, which
// whoever quotes it before quotes (nf_reject_ip_tcphdr_put; for IPv6 the checksum is whole).
void begin_checksum(skb::Skb& answer) {
  constexpr std::size_t kChecksumAt = 16;
  const auto begun =
      packet::pseudo_header(answer.source(), answer.destination(), packet::Tcp::kProtocol,
                            static_cast<std::uint32_t>(answer.transport().size()))
          .checksum();
  auto* field = answer.writable().data() + answer.headers().transport + kChecksumAt;
  store_be16(field, static_cast<std::uint16_t>(~begun));
  answer.checksum_partial = true;
}

}  // namespace

std::optional<skb::Skb> make_reset(const skb::Skb& packet, std::uint8_t ttl) {
  const auto& headers = packet.headers();
  const auto segment = packet.transport();
  if (headers.protocol != packet::Tcp::kProtocol || headers.fragment_offset != 0) return {};
  if (segment.size() < packet::Tcp::kSize) return {};
  const bool is_reset = (std::to_integer<unsigned>(segment[13]) & packet::Tcp::kRst) != 0;
  if (is_reset || !is_checksum_good(packet)) return {};
  const auto bytes = packet::build(ip_back(packet, ttl) / packet::tcp(reset_for(segment)));
  skb::Skb answer(bytes, packet.ether_type());
  if (answer.is_ipv4()) begin_checksum(answer);
  return answer;
}

bool may_be_answered(const skb::Skb& packet) {
  return packet.headers().fragment_offset == 0 && is_checksum_good(packet);
}

}  // namespace topoproof::machine
