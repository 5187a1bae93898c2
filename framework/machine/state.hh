// SPDX-License-Identifier: GPL-2.0-or-later
// What stateful expressions keep from packet to packet, and what it says of the next one. Their
// order is the kernel's: state is used up when the expression is reached, whatever the rest of the
// rule does.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "conntrack/tracker.hh"
#include "firewall/stateful.hh"
#include "machine/code.hh"

namespace topoproof::machine {

using conntrack::Time;

struct CounterState {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

// A bucket of time: tokens are nanoseconds, refilled as time passes (nft_limit.c).
struct LimitState {
  std::uint64_t tokens = 0;
  std::uint64_t most = 0;
  std::uint64_t period = 0;  // nanoseconds
  std::uint64_t rate = 1;
  std::uint64_t cost = 0;  // of a packet
  Time last{0};
  bool of_bytes = false;
  bool over = false;
};

struct QuotaState {
  std::uint64_t limit = 0;
  std::uint64_t consumed = 0;
  bool over = false;
};

struct ConnlimitState {
  struct Flow {
    conntrack::Tuple tuple;
    conntrack::Zone zone;
  };
  std::vector<Flow> flows;
  std::uint32_t limit = 0;
  bool over = false;
};

struct LastState {
  bool seen = false;
  Time at{0};
};

struct SequenceState {  // of numgen inc
  std::uint32_t next = 0;
};

using State =
    std::variant<CounterState, LimitState, QuotaState, ConnlimitState, LastState, SequenceState>;

// How many flows of the list are open, this one among them (nf_conncount_add).
std::size_t count_flow(ConnlimitState& state, const conntrack::Entry& entry,
                       conntrack::Tracker& tracker);

State make_state(const firewall::StatefulExpression& expression, Time now);

struct StateInput {
  const skb::Skb& packet;
  std::size_t length = 0;  // of the packet, as skb->len
  Time now{0};
  conntrack::Tracker* tracker = nullptr;
};
// RETURNS: Continue, Break, Drop or Unknown. REQUIRES: not a SequenceState.
Next update(State& state, const StateInput& input);

}  // namespace topoproof::machine
