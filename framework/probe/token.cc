// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/token.hh"

#include <algorithm>

namespace topoproof::probe {
namespace {

constexpr std::uint32_t kMagic = 0x74706631;  // "tpf1"

}  // namespace

std::size_t request_size(const flow::Flow& flow) {
  return std::max(kTokenSize, flow.payload_size.value_or(0));
}

//  0       4       8       12     13     16
//  +-------+-------+-------+------+------+
//  | magic |  run  | flow  | kind | zero |
//  +-------+-------+-------+------+------+
std::array<std::byte, kTokenSize> encode(const Token& token) {
  std::array<std::byte, kTokenSize> bytes{};
  store_be32(bytes.data(), kMagic);
  store_be32(bytes.data() + 4, token.run);
  store_be32(bytes.data() + 8, token.flow);
  bytes[12] = static_cast<std::byte>(token.kind);
  return bytes;
}

std::optional<Token> decode_token(BytesView payload) {
  if (payload.size() < kTokenSize || load_be32(payload.data()) != kMagic) return std::nullopt;
  const auto kind = std::to_integer<std::uint8_t>(payload[12]);
  if (kind < 1 || kind > 3) return std::nullopt;
  return Token{load_be32(payload.data() + 4), load_be32(payload.data() + 8),
               static_cast<TokenKind>(kind)};
}

}  // namespace topoproof::probe
