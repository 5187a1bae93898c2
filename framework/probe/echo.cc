// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/echo.hh"

#include <algorithm>

#include <sys/epoll.h>

#include "base/check.hh"
#include "packet/checksum.hh"
#include "packet/icmp.hh"
#include "packet/icmpv6.hh"
#include "probe/sockets.hh"

namespace topoproof::probe {
namespace {

constexpr std::size_t kIcmpHeader = 8;
constexpr std::size_t kIpv4Header = 20;

Bytes make_echo(const flow::Flow& flow, FlowNumber number, const Token& token) {
  Bytes bytes(kIcmpHeader + request_size(flow));
  const bool v4 = flow.family() == Family::Ipv4;
  bytes[0] = static_cast<std::byte>(v4 ? packet::Icmp::kEchoRequest : packet::Icmpv6::kEchoRequest);
  const EchoName name = echo_name(number);
  store_be16(bytes.data() + 4, name.id);
  store_be16(bytes.data() + 6, name.sequence);
  std::ranges::copy(encode(token), bytes.begin() + kIcmpHeader);
  // ICMPv6 checksums cover addresses that only the kernel knows: it fills them in (RFC 3542 3.1).
  if (v4) store_be16(bytes.data() + 2, packet::internet_checksum(bytes));
  return bytes;
}

// A raw IPv4 socket gives the IP header as well (raw(7)), a raw IPv6 one does not.
BytesView icmp_part(const Datagram& datagram) {
  const BytesView all = datagram.payload;
  if (datagram.peer.address.is_v6()) return all;
  const std::size_t header =
      all.size() < kIpv4Header ? all.size() : (std::to_integer<std::size_t>(all[0]) & 0x0f) * 4;
  return all.subspan(std::min(header, all.size()));
}

bool is_reply(BytesView icmp, Family family) {
  const auto type = std::to_integer<std::uint8_t>(icmp[0]);
  return type == (family == Family::Ipv4 ? packet::Icmp::kEchoReply : packet::Icmpv6::kEchoReply);
}

}  // namespace

EchoName echo_name(FlowNumber number) {
  const auto low = static_cast<std::uint16_t>(number & 0xffff);
  return {low, static_cast<std::uint16_t>((number >> 16) ^ low)};
}

EchoProber::~EchoProber() {
  for (const auto& [key, socket] : sockets_) loop_.forget(socket.get());
}

void EchoProber::open(NodeId node, Family family) {
  if (is_open(node, family)) return;
  sys::Fd opened = open_echo_socket(family);
  sys::Fd& socket = sockets_[{node, family}] = std::move(opened);
  loop_.watch(socket.get(), EPOLLIN,
              [this, node, &socket](std::uint32_t) { receive(node, socket); });
}

void EchoProber::send(FlowNumber number, Entry& entry, TokenKind kind) {
  const auto socket = sockets_.find({entry.flow.from, entry.flow.family()});
  TOPOPROOF_CHECK(socket != sockets_.end(), "the node's socket of this family was opened");
  const Bytes echo = make_echo(entry.flow, number, {run_, number, kind});
  const int error = send_echo(socket->second, entry.flow, echo);
  if (kind == TokenKind::Request) entry.attempt.error = error;
}

// Of a raw frame, whose sender has no socket that would wait for an answer: known by what NAT
// leaves of a message. To an echo request the kernel's answer tells more. What comes again is its
// fence.
void EchoProber::note_frame(NodeId node, const Datagram& datagram, BytesView icmp) {
  const bool v4 = datagram.peer.address.is_v4();
  const auto type = std::to_integer<std::uint8_t>(icmp[0]);
  const bool asks = type == (v4 ? packet::Icmp::kEchoRequest : packet::Icmpv6::kEchoRequest);
  const bool is_broken = v4 && packet::internet_checksum(icmp) != 0;
  if (asks || is_broken) return;
  Entry* entry = ledger_.find_message(icmp);
  if (entry == nullptr || !entry->attempt.arrivals.empty()) return;
  const std::uint16_t id = is_reply(icmp, datagram.peer.address.family())
                               ? load_be16(icmp.data() + 4)
                               : std::uint16_t{0};
  entry->attempt.arrivals.push_back(
      {node, {datagram.peer.address, datagram.destination, flow::Protocol::Icmp, id, id}});
}

void EchoProber::receive(NodeId node, const sys::Fd& socket) {
  receive_all(socket, [&](const Datagram& datagram) {
    const BytesView icmp = icmp_part(datagram);
    if (icmp.size() < kIcmpHeader) return;
    const auto token = decode_token(icmp.subspan(kIcmpHeader));
    if (!token) return note_frame(node, datagram, icmp);
    if (token->run != run_ || token->kind != TokenKind::Request) return;
    Entry* entry = ledger_.find(token->flow);
    if (entry == nullptr) return;
    if (is_reply(icmp, datagram.peer.address.family())) {
      entry->attempt.answered |= node == entry->flow.from;
      return;
    }
    const std::uint16_t id = load_be16(icmp.data() + 4);
    entry->attempt.arrivals.push_back(
        {node, {datagram.peer.address, datagram.destination, flow::Protocol::Icmp, id, id}});
  });
}

}  // namespace topoproof::probe
