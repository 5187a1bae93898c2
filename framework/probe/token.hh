// SPDX-License-Identifier: GPL-2.0-or-later
// The mark that every packet of ours carries at the start of its payload, so that a capture knows
// it again after any translation. TCP's first packet has no payload: it is known by its initial
// sequence number, which NAT does not change (see evidence/tracker.hh).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hh"
#include "flow/flow.hh"

namespace topoproof::probe {

enum class TokenKind : std::uint8_t { Request = 1, Reply = 2, Fence = 3 };

struct Token {
  std::uint32_t run = 0;   // of this process: a stranger's packet is not taken for ours
  std::uint32_t flow = 0;  // the number that Prober::launch gave
  TokenKind kind = TokenKind::Request;
  friend auto operator<=>(const Token&, const Token&) = default;
};

inline constexpr std::size_t kTokenSize = 16;

// Bytes that a flow's request carries: its token, and as much more as it asks for.
std::size_t request_size(const flow::Flow& flow);

std::array<std::byte, kTokenSize> encode(const Token& token);
// Nothing if the payload is too short or does not start with a token of any run.
std::optional<Token> decode_token(BytesView payload);

}  // namespace topoproof::probe
