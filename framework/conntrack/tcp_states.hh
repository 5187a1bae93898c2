// SPDX-License-Identifier: GPL-2.0-or-later
// How an observer in the middle follows a TCP connection: the next state for each kind of segment.
// For the sources of this module.
#pragma once

#include "conntrack/entry.hh"

namespace topoproof::conntrack {

enum class TransitionKind : std::uint8_t {
  To,
  // Perhaps the observer is wrong about the connection: the segment passes, and the answer to it
  // will tell.
  Ignore,
  Invalid,
};

struct Transition {
  TransitionKind kind = TransitionKind::Invalid;
  TcpState state = TcpState::None;
  friend auto operator<=>(const Transition&, const Transition&) = default;
};

Transition next_state(Direction direction, TcpEvent event, TcpState state);

}  // namespace topoproof::conntrack
