// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/tcp_states.hh"

#include <array>
#include <string_view>

namespace topoproof::conntrack {
namespace {

// One letter for a state, in the order of TcpState; '?' ignores the segment, '!' is invalid.
constexpr std::string_view kLetters = "nsreFCLTXo";

// A row for each kind of segment, a column for the state that it meets. The observer trusts the
// side that opened (RFC 9293, figure 5, seen from the wire):
//  * A SYN of the client opens, and reopens what is closed; in between it may be a new connection
//    of a restarted client that the server still has to judge, so it is let through.
//  * Only the server answers SYN with SYN+ACK; a late one may answer a SYN that was let through.
//  * A FIN means nothing before there was an answer. The second FIN waits for the last ACK.
//  * An ACK of the client out of nothing is a connection that began before the observer looked.
//  * A reset ends whatever there is.
using Rows = std::array<std::string_view, 6>;  // in the order of TcpEvent
constexpr std::array<Rows, 2> kRows{{
    //              nsreFCLTXo
    {{/* Syn    */ "ss?????sso",
      /* SynAck */ "!!r!!!!!!r",
      /* Fin    */ "!!FFLLLTX!",
      /* Ack    */ "e!eeCCTTX!",
      /* Reset  */ "!XXXXXXXXX",
      /* None   */ "!!!!!!!!!!"}},
    //              nsreFCLTXo
    {{/* Syn    */ "!o!!!!!s!o",
      /* SynAck */ "!r???????r",
      /* Fin    */ "!!FFLLLTX!",
      /* Ack    */ "!?reCCTTX?",
      /* Reset  */ "!XXXXXXXXX",
      /* None   */ "!!!!!!!!!!"}},
}};

constexpr bool is_complete() {
  for (const auto& rows : kRows) {
    for (const auto row : rows) {
      if (row.size() != kLetters.size()) return false;
      if (row.find_first_not_of("nsreFCLTXo?!") != std::string_view::npos) return false;
    }
  }
  return true;
}
static_assert(is_complete());

}  // namespace

Transition next_state(Direction direction, TcpEvent event, TcpState state) {
  const auto& rows = kRows[static_cast<std::size_t>(direction)];
  const char letter = rows[static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
  if (letter == '!') return {TransitionKind::Invalid, state};
  if (letter == '?') return {TransitionKind::Ignore, state};
  return {TransitionKind::To, static_cast<TcpState>(kLetters.find(letter))};
}

}  // namespace topoproof::conntrack
