// SPDX-License-Identifier: GPL-2.0-or-later
// How a binding gets a tuple of its own (get_unique_tuple and nf_nat_l4proto_unique_tuple of
// nf_nat_core.c).
#include <algorithm>

#include "conntrack/nat.hh"

namespace topoproof::conntrack {
namespace {

constexpr std::uint32_t kMostAttempts = 128;
constexpr std::uint32_t kFewAttempts = 16;

struct PortSpan {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// Without a range a source port stays in its class: what is privileged stays so.
PortSpan usual_span(std::uint16_t port) {
  if (port < 512) return {1, 511};
  if (port < 1024) return {600, 1023 - 600 + 1};
  return {1024, 65535 - 1024 + 1};
}

// RETURNS: nothing where ports are not changed.
std::optional<PortSpan> span_of(const Tuple& tuple, const NatRange& range, Manip manip) {
  const auto [low, high] = std::minmax(range.low_port, range.high_port);
  const PortSpan given{low, static_cast<std::uint32_t>(high - low + 1)};
  if (is_icmp(tuple.protocol)) return range.has(kMapPorts) ? given : PortSpan{0, 65536};
  if (!has_ports(tuple.protocol)) return {};
  if (range.has(kMapPorts)) return given;
  if (manip == Manip::Destination) return {};
  return usual_span(tuple.source_port);
}

bool is_in_range(const Tuple& tuple, const NatRange& range) {
  if (range.has(kMapAddresses) && !is_address_in_range(tuple.source, range)) return false;
  return !range.has(kMapPorts) || is_port_in_range(tuple, range, Manip::Source);
}

std::uint16_t& key_of(Tuple& tuple, Manip manip) {
  return manip == Manip::Source || is_icmp(tuple.protocol) ? tuple.source_port
                                                           : tuple.destination_port;
}

}  // namespace

bool Nat::is_used(const Tuple& tuple, const Entry& entry) const {
  const auto reply = inverse(tuple);
  return reply && tracker_.table().is_taken(*reply, entry);
}

// A client that has a binding gets the same one again, to whomever it talks.
std::optional<Tuple> Nat::reuse_source(const Tuple& before, const NatRange& range,
                                       const Entry& entry) const {
  for (const auto* other = tracker_.table().first_by_source(before); other != nullptr;
       other = other->next_by_source) {
    const auto& tuple = other->original();
    const bool same_source = tuple.source == before.source && tuple.protocol == before.protocol &&
                             tuple.source_port == before.source_port;
    if (!same_source ||
        other->zone.id_of(Direction::Original) != entry.zone.id_of(Direction::Original)) {
      continue;
    }
    auto bound = inverse(other->reply());
    if (!bound) continue;
    bound->destination = before.destination;
    bound->destination_port = before.destination_port;
    if (is_in_range(*bound, range)) return bound;
  }
  return {};
}

void Nat::note_drawn(const Entry& entry) {
  if (!entry.choice) return;
  const auto is_it = [&](const Drawn& drawn) {
    return drawn.port == entry.chosen && drawn.among == *entry.choice;
  };
  if (std::ranges::none_of(drawn_, is_it)) drawn_.push_back({entry.chosen, *entry.choice});
}

Tuple Nat::unique_tuple(const Tuple& before, const NatRange& range, Entry& entry, Manip manip) {
  const bool keep_if_possible = !range.has(kAnyRandom);
  if (manip == Manip::Source && keep_if_possible) {
    if (is_in_range(before, range)) {
      if (!is_used(before, entry)) return before;
    } else if (const auto bound = reuse_source(before, range, entry);
               bound && !is_used(*bound, entry)) {
      return *bound;
    }
  }
  auto tuple = before;
  if (range.has(kMapAddresses)) {
    auto& address = manip == Manip::Source ? tuple.source : tuple.destination;
    address = choose_address(before, range, entry.zone.id);
  }
  if (keep_if_possible) {
    const bool in_range = !range.has(kPortOffset) && is_port_in_range(tuple, range, manip);
    const bool only_one = range.low_port == range.high_port;
    if (range.has(kMapPorts)) {
      if (in_range && (only_one || !is_used(tuple, entry))) return tuple;
    } else if (!is_used(tuple, entry)) {
      return tuple;
    }
  }
  choose_port(tuple, range, entry, manip);
  if (entry.choice) entry.chosen = key_of(tuple, manip);
  note_drawn(entry);
  return tuple;
}

// From a random port on the next free one, of a destination's range from its first; if none is
// near, from another, in a smaller stretch.
void Nat::choose_port(Tuple& tuple, const NatRange& range, Entry& entry, Manip manip) {
  const auto span = span_of(tuple, range, manip);
  if (!span) return;
  auto& key = key_of(tuple, manip);
  const bool given = range.has(kPortOffset);
  const bool draws = !given && (manip == Manip::Source || range.has(kFullyRandom));
  std::uint16_t offset = 0;
  if (given) offset = static_cast<std::uint16_t>(key - range.base_port);
  if (draws) offset = random_.offset(span->first, span->count);
  if (draws && span->count > 1) {
    entry.choice = RandomChoice{static_cast<std::uint16_t>(span->first),
                                static_cast<std::uint16_t>(span->first + span->count - 1)};
  }
  for (auto attempts = std::min(span->count, kMostAttempts);; attempts /= 2) {
    for (std::uint32_t i = 0; i < attempts; ++i, ++offset) {
      key = static_cast<std::uint16_t>(span->first + offset % span->count);
      if (!is_used(tuple, entry)) return;
    }
    if (attempts >= span->count || attempts < kFewAttempts) return;
    offset = random_.next16();
  }
}

}  // namespace topoproof::conntrack
