// SPDX-License-Identifier: GPL-2.0-or-later
// One tracked flow (struct nf_conn). Small: simulations hold a million.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "conntrack/settings.hh"
#include "conntrack/tuple.hh"
#include "skb/skb.hh"
#include "skb/tracked.hh"

namespace topoproof::conntrack {

enum class Direction : std::uint8_t { Original, Reply };
constexpr Direction other(Direction direction) {
  return direction == Direction::Original ? Direction::Reply : Direction::Original;
}
constexpr Direction direction_of(skb::CtInfo info) {
  return skb::is_reply(info) ? Direction::Reply : Direction::Original;
}

// Bits of Entry::status, the kernel's (IPS_*).
inline constexpr std::uint32_t kExpected = 1U << 0;
inline constexpr std::uint32_t kSeenReply = 1U << 1;
inline constexpr std::uint32_t kAssured = 1U << 2;
inline constexpr std::uint32_t kConfirmed = 1U << 3;
inline constexpr std::uint32_t kSourceNat = 1U << 4;
inline constexpr std::uint32_t kDestinationNat = 1U << 5;
inline constexpr std::uint32_t kSourceNatDone = 1U << 7;
inline constexpr std::uint32_t kDestinationNatDone = 1U << 8;
inline constexpr std::uint32_t kDying = 1U << 9;
inline constexpr std::uint32_t kFixedTimeout = 1U << 10;
inline constexpr std::uint32_t kTemplate = 1U << 11;
inline constexpr std::uint32_t kNatClash = 1U << 12;
inline constexpr std::uint32_t kNatBits = kSourceNat | kDestinationNat;
inline constexpr std::uint32_t kNatDoneBits = kSourceNatDone | kDestinationNatDone;

// The same flow in two zones is two flows. A zone may count in one direction only.
struct Zone {
  std::uint16_t id = 0;
  bool original = true;
  bool reply = true;
  friend auto operator<=>(const Zone&, const Zone&) = default;

  std::uint16_t id_of(Direction direction) const {
    return (direction == Direction::Original ? original : reply) ? id : std::uint16_t{0};
  }
};

// The numbers are TCP_CONNTRACK_*.
enum class TcpState : std::uint8_t {
  None,
  SynSent,
  SynReceived,
  Established,
  FinWait,
  CloseWait,
  LastAck,
  TimeWait,
  Close,
  SimultaneousOpen,
};

enum class TcpEvent : std::uint8_t { Syn, SynAck, Fin, Ack, Reset, None };

// What is known of one end of a TCP connection: its sequence space as its own packets show it.
struct TcpEnd {
  std::uint32_t end = 0;         // highest sequence sent, exclusive
  std::uint32_t max_end = 0;     // highest that the other end's window allows
  std::uint32_t max_window = 0;  // largest window announced; 0: nothing seen yet
  std::uint32_t max_ack = 0;
  std::uint8_t scale = 0;
  std::uint8_t flags = 0;
};

struct TcpTrack {
  std::array<TcpEnd, 2> seen;  // by Direction
  TcpState state = TcpState::None;
  TcpEvent last_event = TcpEvent::Syn;
  Direction last_direction = Direction::Original;
  std::uint8_t retransmits = 0;
  std::uint32_t last_sequence = 0;
  std::uint32_t last_ack = 0;
  std::uint32_t last_end = 0;
  std::uint16_t last_window = 0;
  std::uint8_t last_scale = 0;
  std::uint8_t last_flags = 0;
};

struct Traffic {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

// Where the kernel chose at random: any port (or ICMP id) from first to last could have been it.
struct RandomChoice {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  friend auto operator<=>(const RandomChoice&, const RandomChoice&) = default;
};

// What is known of a flow besides its tuples.
struct FlowState {
  Time expires{0};       // until it is confirmed: how long it will live then
  Time stream_since{0};  // UDP: from then on answers make it a stream
  std::array<Traffic, 2> traffic;
  std::array<std::uint64_t, 2> labels{};
  TcpTrack tcp;
  std::uint32_t status = 0;
  std::uint32_t mark = 0;
  std::uint32_t id = 0;
  std::uint32_t masqueraded_on = 0;  // interface index; 0: not masqueraded
  Zone zone;
  std::optional<RandomChoice> choice;
  std::uint16_t chosen = 0;  // of those
};

class Table;

class Entry : public skb::Tracked, public FlowState {
 public:
  Entry() = default;
  ~Entry() override;
  Entry(const Tuple& original, const Tuple& reply, const Zone& in_zone)
      : Entry(original, reply, FlowState{.zone = in_zone}) {}
  Entry(const Tuple& original, const Tuple& reply, const FlowState& state) : FlowState(state) {
    sides[0].tuple = original;
    sides[1].tuple = reply;
    sides[0].entry = sides[1].entry = this;
  }

  const Tuple& tuple(Direction direction) const { return side(direction).tuple; }
  const Tuple& original() const { return sides[0].tuple; }
  const Tuple& reply() const { return sides[1].tuple; }
  std::uint8_t protocol() const { return original().protocol; }
  Family family() const { return original().family; }
  bool has(std::uint32_t bits) const { return (status & bits) != 0; }
  bool is_confirmed() const { return has(kConfirmed); }
  Traffic& traffic_of(Direction direction) { return traffic[static_cast<std::size_t>(direction)]; }

  // A place in the table, one for each direction.
  struct Side {
    Tuple tuple;
    Entry* entry = nullptr;
    Side* next = nullptr;
    Direction direction() const {
      return this == &entry->sides[0] ? Direction::Original : Direction::Reply;
    }
  };
  const Side& side(Direction direction) const { return sides[static_cast<std::size_t>(direction)]; }

  std::array<Side, 2> sides;
  Entry* next_by_source = nullptr;
  Table* by_source = nullptr;  // the table that finds it by its source
  bool in_table = false;
};

// The flow of a packet; null: none (invalid or untracked). A template counts.
inline Entry* entry_of(const skb::Skb& packet) {
  return static_cast<Entry*>(packet.connection.get());
}

}  // namespace topoproof::conntrack
