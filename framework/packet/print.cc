// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/print.hh"

#include <algorithm>

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

std::string describe(const Layer& layer) {
  return std::visit([](const auto& header) { return header.describe(); }, layer);
}

bool quotes_a_packet(const Layer& layer) {
  if (const auto* icmp = std::get_if<Icmp>(&layer)) return Icmp::is_error(icmp->type);
  if (const auto* icmp = std::get_if<Icmpv6>(&layer)) return Icmpv6::is_error(icmp->type);
  return false;
}

std::string describe_quote(const Payload& quote) {
  const auto packet = parse_view(quote.bytes);
  return packet ? "(" + describe(*packet) + ")" : quote.describe();
}

std::string endpoint(const IpAddress& address, std::optional<std::uint16_t> port) {
  if (!port) return to_string(address);
  return address.is_v4() ? fmt::format("{}:{}", to_string(address), *port)
                         : fmt::format("[{}]:{}", to_string(address), *port);
}

std::string describe(const TcpView& tcp) {
  std::string text = "tcp";
  if (tcp.flags) text += " [" + describe_tcp_flags(*tcp.flags) + "]";
  if (tcp.seq) text += fmt::format(" seq {}", *tcp.seq);
  const bool acknowledges = tcp.flags && (*tcp.flags & Tcp::kAck) != 0;
  return acknowledges ? text + fmt::format(" ack {}", *tcp.ack) : text;
}

std::string describe(const IcmpView& icmp, std::uint8_t protocol) {
  // The headers have the words already: make one with the same numbers.
  const std::uint32_t echo = std::uint32_t{icmp.id.value_or(0)} << 16 | icmp.sequence.value_or(0);
  const std::uint32_t number = icmp.mtu.value_or(icmp.gateway ? icmp.gateway->bits() : echo);
  const auto id = static_cast<std::uint16_t>(number >> 16);
  const auto sequence = static_cast<std::uint16_t>(number & 0xffff);
  if (protocol == Icmp::kProtocol) {
    return Icmp{.type = icmp.type, .code = icmp.code, .id = id, .sequence = sequence}.describe();
  }
  return Icmpv6{.type = icmp.type, .code = icmp.code, .id = id, .sequence = sequence}.describe();
}

std::string describe_transport(const PacketView& packet) {
  if (const auto* tcp = packet.tcp()) return describe(*tcp);
  if (packet.udp() != nullptr) return "udp";
  if (const auto* icmp = packet.icmp()) return describe(*icmp, packet.protocol);
  return fmt::format("protocol {}", packet.protocol);
}

void append_rows(std::string& text, BytesView bytes) {
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(16, bytes.size()))) {
    text += to_hex(bytes.first(std::min<std::size_t>(16, bytes.size()))) + "\n";
  }
}

}  // namespace

std::string describe(const Stack& stack) {
  std::string line;
  const Layer* outer = nullptr;
  for (const Layer& layer : stack.layers) {
    if (outer != nullptr) line += ", ";
    const auto* quote = std::get_if<Payload>(&layer);
    const bool quoted = quote != nullptr && outer != nullptr && quotes_a_packet(*outer);
    line += quoted ? describe_quote(*quote) : describe(layer);
    outer = &layer;
  }
  return line;
}

std::string describe(const PacketView& packet) {
  std::string text = fmt::format("{} > {} {}", endpoint(packet.src, packet.sport()),
                                 endpoint(packet.dst, packet.dport()), describe_transport(packet));
  if (packet.is_fragment()) {
    text += fmt::format(" fragment {}{}", packet.fragment_offset, packet.more_fragments ? "+" : "");
  }
  if (const auto quote = packet.quoted()) return text + " (" + describe(*quote) + ")";
  return packet.payload_length ? text + fmt::format(", {} bytes", *packet.payload_length) : text;
}

std::string annotated_hex(const Stack& stack) {
  const Stack ordered = with_padding_last(stack);
  const std::vector<Bytes> parts = build_parts(ordered);
  std::string text;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += fmt::format("# {}: {}\n", offset, describe(ordered.layers[i]));
    append_rows(text, parts[i]);
    offset += parts[i].size();
  }
  return text;
}

}  // namespace topoproof::packet
