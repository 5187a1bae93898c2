// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/make_packet.hh"

#include <array>
#include <span>

#include "packet/stack.hh"

namespace topoproof::sim {
namespace {

packet::Stack ip_layer(const IpFields& ip) {
  if (ip.source.is_v4()) {
    return packet::ipv4({.tos = ip.tos,
                         .id = ip.id,
                         .dont_fragment = ip.dont_fragment,
                         .ttl = ip.ttl,
                         .src = ip.source.v4(),
                         .dst = ip.destination.v4()});
  }
  return packet::ipv6({.traffic_class = ip.tos,
                       .hop_limit = ip.ttl,
                       .src = ip.source.v6(),
                       .dst = ip.destination.v6()});
}

Bytes as_bytes(std::span<const std::uint8_t> numbers) {
  const auto bytes = std::as_bytes(numbers);
  return {bytes.begin(), bytes.end()};
}

Bytes with_payload(packet::Stack headers, std::size_t payload) {
  if (payload > 0) headers = std::move(headers) / packet::payload(make_payload(payload));
  return packet::build(headers);
}

}  // namespace

Bytes make_payload(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i + 1);
  return bytes;
}

Bytes make_tcp(const IpFields& ip, const TcpFields& tcp, std::size_t payload) {
  return with_payload(ip_layer(ip) / packet::tcp({.sport = tcp.source_port,
                                                  .dport = tcp.destination_port,
                                                  .seq = tcp.sequence,
                                                  .ack = tcp.acknowledged,
                                                  .flags = tcp.flags,
                                                  .window = tcp.window,
                                                  .options = tcp.options}),
                      payload);
}

// tcp_options_write. The time is not that of any machine.
Bytes opening_options(std::uint16_t mss) {
  // MSS, SACK permitted, timestamps, nothing, window scale
  constexpr std::array<std::uint8_t, 20> kOptions{2, 4, 0, 0, 4, 2, 8, 10, 0, 0,
                                                  0, 1, 0, 0, 0, 0, 1, 3,  3, 7};
  Bytes options = as_bytes(kOptions);
  store_be16(options.data() + 2, mss);
  return options;
}
Bytes timestamp_option() {
  return as_bytes(std::array<std::uint8_t, 12>{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1});
}

Bytes make_udp(const IpFields& ip, std::uint16_t source_port, std::uint16_t destination_port,
               std::size_t payload) {
  return with_payload(ip_layer(ip) / packet::udp({.sport = source_port, .dport = destination_port}),
                      payload);
}

Bytes make_icmp(const IpFields& ip, std::uint8_t type, std::uint8_t code, std::uint32_t info,
                BytesView payload) {
  const auto id = static_cast<std::uint16_t>(info >> 16);
  const auto sequence = static_cast<std::uint16_t>(info & 0xffff);
  packet::Stack stack = ip_layer(ip);
  if (ip.source.is_v4()) {
    stack = std::move(stack) /
            packet::icmp({.type = type, .code = code, .id = id, .sequence = sequence});
  } else {
    stack = std::move(stack) /
            packet::icmpv6({.type = type, .code = code, .id = id, .sequence = sequence});
  }
  if (!payload.empty()) {
    stack = std::move(stack) / packet::payload(Bytes(payload.begin(), payload.end()));
  }
  return packet::build(stack);
}

}  // namespace topoproof::sim
