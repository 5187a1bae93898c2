// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet/tcp.hh"

#include <string_view>

#include <fmt/format.h>

namespace topoproof::packet {
namespace {

constexpr std::size_t kTcpChecksumAt = 16;

}  // namespace

Bytes Tcp::encode(const Surroundings& around) const {
  const std::size_t words = (kSize + options.size() + 3) / 4;
  const unsigned claimed_words = data_offset.value_or(static_cast<std::uint8_t>(words));
  Bytes header = Writer()
                     .u16(sport)
                     .u16(dport)
                     .u32(seq)
                     .u32(ack)
                     .u8(static_cast<std::uint8_t>((claimed_words & 15u) << 4 | (reserved & 15u)))
                     .u8(flags)
                     .u16(window)
                     .u16(checksum.value_or(0))
                     .u16(urgent)
                     .bytes(options)
                     .pad_to(4)
                     .finish();
  if (!checksum) store_be16(&header[kTcpChecksumAt], around.transport_checksum(kProtocol, header));
  return header;
}

std::optional<Tcp> Tcp::decode(Reader& in) {
  Tcp tcp;
  tcp.sport = in.u16();
  tcp.dport = in.u16();
  tcp.seq = in.u32();
  tcp.ack = in.u32();
  const std::uint8_t offset = in.u8();
  tcp.data_offset = offset >> 4;
  tcp.reserved = offset & 15;
  tcp.flags = in.u8();
  tcp.window = in.u16();
  tcp.checksum = in.u16();
  tcp.urgent = in.u16();
  const std::size_t size = std::size_t{*tcp.data_offset} * 4;
  if (size < kSize) return std::nullopt;
  tcp.options = in.take_copy(size - kSize);
  return in.ok() ? std::optional(std::move(tcp)) : std::nullopt;
}

std::string Tcp::describe() const {
  std::string text =
      fmt::format("tcp {} > {} [{}] seq {}", sport, dport, describe_tcp_flags(flags), seq);
  if ((flags & kAck) != 0) text += fmt::format(" ack {}", ack);
  text += fmt::format(" win {}", window);
  if (!options.empty()) text += fmt::format(" options [{}]", to_hex(options));
  return text + as_given("data_offset", data_offset) + as_given("checksum", checksum);
}

std::string describe_tcp_flags(std::uint8_t flags) {
  static constexpr std::string_view kLetters = "FSRP.UEW";
  std::string text;
  for (std::size_t bit = 0; bit < kLetters.size(); ++bit) {
    if ((flags >> bit & 1) != 0) text += kLetters[bit];
  }
  return text.empty() ? "none" : text;
}

}  // namespace topoproof::packet
