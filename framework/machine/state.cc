// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/state.hh"

#include <algorithm>

namespace topoproof::machine {
namespace {

using conntrack::Entry;
using conntrack::TcpState;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kUsualBurst = 5;  // packets, where none is given

Next next_if(bool matches) { return matches ? Next::Continue : Next::Break; }

State make(const firewall::Counter& e, Time /*now*/) { return CounterState{e.packets, e.bytes}; }

State make(const firewall::Limit& e, Time now) {
  LimitState state{.period = e.per_seconds * kSecond,
                   .rate = std::max<std::uint64_t>(e.rate, 1),
                   .last = now,
                   .of_bytes = e.unit == firewall::LimitUnit::Bytes,
                   .over = e.over};
  state.cost = state.period / state.rate;
  const auto burst = e.burst == 0 ? kUsualBurst : e.burst;
  state.most =
      state.of_bytes ? state.period * (state.rate + e.burst) / state.rate : state.cost * burst;
  state.tokens = state.most;
  return state;
}

State make(const firewall::Quota& e, Time /*now*/) {
  return QuotaState{e.bytes, e.consumed, e.over};
}
State make(const firewall::Connlimit& e, Time /*now*/) {
  return ConnlimitState{.flows = {}, .limit = e.count, .over = e.over};
}
State make(const firewall::Last& e, Time now) {
  return LastState{e.seen, now - std::chrono::milliseconds(e.ago_ms)};
}

Next run(CounterState& state, const StateInput& input) {
  ++state.packets;
  state.bytes += input.length;
  return Next::Continue;
}

Next run(LimitState& state, const StateInput& input) {
  const auto passed = static_cast<std::uint64_t>((input.now - state.last).count());
  const auto tokens = std::min(state.tokens + passed, state.most);
  const auto cost = state.of_bytes ? state.period * input.length / state.rate : state.cost;
  state.last = input.now;
  const bool within = tokens >= cost;
  state.tokens = within ? tokens - cost : tokens;
  return next_if(within != state.over);
}

Next run(QuotaState& state, const StateInput& input) {
  state.consumed += input.length;
  return next_if((state.consumed > state.limit) == state.over);
}

Next run(LastState& state, const StateInput& input) {
  state.seen = true;
  state.at = input.now;
  return Next::Continue;
}

// Flows that are gone, or closed, do not count any more (nf_conncount.c).
bool is_open(conntrack::Tracker& tracker, const ConnlimitState::Flow& flow) {
  const auto* entry = tracker.find(flow.tuple, flow.zone);
  if (entry == nullptr) return false;
  if (entry->protocol() != conntrack::kTcp) return true;
  return entry->tcp.state != TcpState::TimeWait && entry->tcp.state != TcpState::Close;
}

void note_flow(ConnlimitState& state, const Entry& entry) {
  const bool known = std::ranges::any_of(state.flows, [&](const auto& flow) {
    return flow.tuple == entry.original() && flow.zone == entry.zone;
  });
  if (!known) state.flows.push_back({entry.original(), entry.zone});
}

Next run(ConnlimitState& state, const StateInput& input) {
  const auto* entry = conntrack::entry_of(input.packet);
  if (entry == nullptr || entry->has(conntrack::kTemplate) || input.tracker == nullptr) {
    return Next::Unknown;
  }
  return next_if((count_flow(state, *entry, *input.tracker) > state.limit) == state.over);
}

Next run(SequenceState& /*state*/, const StateInput& /*input*/) { return Next::Unknown; }

}  // namespace

std::size_t count_flow(ConnlimitState& state, const Entry& entry, conntrack::Tracker& tracker) {
  std::erase_if(state.flows, [&](const auto& flow) { return !is_open(tracker, flow); });
  if (!entry.is_confirmed() || !entry.has(conntrack::kAssured)) note_flow(state, entry);
  return state.flows.size();
}

State make_state(const firewall::StatefulExpression& expression, Time now) {
  return std::visit([now](const auto& e) { return make(e, now); }, expression);
}

Next update(State& state, const StateInput& input) {
  return std::visit([&](auto& s) { return run(s, input); }, state);
}

}  // namespace topoproof::machine
