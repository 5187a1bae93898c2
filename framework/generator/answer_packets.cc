// SPDX-License-Identifier: GPL-2.0-or-later
// What receivers say to packets: made from the bytes that they got.
#include <utility>

#include "generator/generate.hh"
#include "packet/dissect.hh"
#include "packet/stack.hh"

namespace topoproof::generator {
namespace {

using packet::Stack;
using packet::Tcp;

// Each way back begins with the same two layers.
std::optional<Stack> way_back(const Stack& seen, std::uint8_t protocol) {
  const auto* ether = seen.find<packet::Ether>();
  if (ether == nullptr || ether->dst.is_multicast()) return std::nullopt;
  const Stack frame = packet::ether({.src = ether->dst, .dst = ether->src});
  if (const auto* v4 = seen.find<packet::Ipv4>()) {
    return frame /
           packet::ipv4({.id = 0x2000, .protocol = protocol, .src = v4->dst, .dst = v4->src});
  }
  const auto* v6 = seen.find<packet::Ipv6>();
  if (v6 == nullptr) return std::nullopt;
  return frame / packet::ipv6({.next_header = protocol, .src = v6->dst, .dst = v6->src});
}

std::optional<Stack> answer_to(const Stack& seen) {
  if (const auto* udp = seen.find<packet::Udp>()) {
    const auto back = way_back(seen, packet::Udp::kProtocol);
    if (back) return *back / packet::udp({.sport = udp->dport, .dport = udp->sport});
  }
  if (const auto* tcp = seen.find<Tcp>()) {
    const auto back = way_back(seen, Tcp::kProtocol);
    const bool syn = (tcp->flags & (Tcp::kSyn | Tcp::kAck)) == Tcp::kSyn;
    const std::uint8_t flags = syn ? Tcp::kSyn | Tcp::kAck : Tcp::kAck;
    if (back) {
      return *back / packet::tcp({.sport = tcp->dport,
                                  .dport = tcp->sport,
                                  .seq = syn ? 7000 : tcp->ack,
                                  .ack = tcp->seq + 1,
                                  .flags = flags});
    }
  }
  if (const auto* echo = seen.find<packet::Icmp>(); echo != nullptr && echo->type == 8) {
    const auto back = way_back(seen, packet::Icmp::kProtocol);
    if (back) return *back / packet::icmp({.type = 0, .id = echo->id, .sequence = echo->sequence});
  }
  if (const auto* echo = seen.find<packet::Icmpv6>(); echo != nullptr && echo->type == 128) {
    const auto back = way_back(seen, packet::Icmpv6::kProtocol);
    if (back) {
      return *back / packet::icmpv6({.type = 129, .id = echo->id, .sequence = echo->sequence});
    }
  }
  return std::nullopt;
}

bool is_error(const Stack& seen) {
  const auto* v4 = seen.find<packet::Icmp>();
  const auto* v6 = seen.find<packet::Icmpv6>();
  return (v4 != nullptr && packet::Icmp::is_error(v4->type)) ||
         (v6 != nullptr && packet::Icmpv6::is_error(v6->type));
}

}  // namespace

std::optional<Bytes> make_reply(BytesView frame) {
  const auto answer = answer_to(packet::dissect(frame));
  if (!answer) return std::nullopt;
  return packet::build(*answer / packet::payload(Bytes(8, std::byte{0xa5})));
}

std::optional<Bytes> make_error(BytesView frame) {
  constexpr std::size_t kQuoted = 128;
  const Stack seen = packet::dissect(frame);
  if (is_error(seen)) return std::nullopt;
  const bool v4 = seen.find<packet::Ipv4>() != nullptr;
  const auto back = way_back(seen, v4 ? packet::Icmp::kProtocol : packet::Icmpv6::kProtocol);
  if (!back) return std::nullopt;
  const BytesView packet = frame.subspan(packet::Ether::kSize);
  const BytesView head = packet.first(std::min(packet.size(), kQuoted));
  const Bytes quote(head.begin(), head.end());
  const Stack error = v4 ? packet::icmp({.type = packet::Icmp::kUnreachable, .code = 1})
                         : packet::icmpv6({.type = packet::Icmpv6::kUnreachable, .code = 3});
  return packet::build(*back / error / packet::payload(quote));
}

}  // namespace topoproof::generator
