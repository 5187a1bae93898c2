// SPDX-License-Identifier: GPL-2.0-or-later
// What happened to packets, as compact records; journey.hh turns them into flow::Trace on demand.
// Each names the one before it, so copies of a packet share their past, and what answers a packet
// knows what it answers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/id.hh"
#include "base/issue.hh"
#include "flow/fate.hh"
#include "flow/flow.hh"
#include "routing/slot.hh"
#include "skb/skb.hh"

namespace topoproof::sim {

using routing::kLoopback;
using routing::kNoSlot;
using routing::Slot;

using RecordId = std::uint32_t;
inline constexpr RecordId kNoRecord = 0xffff'ffff;

enum class Event : std::uint8_t {
  Sent,      // out by an interface
  Received,  // in by an interface
  Rule,      // a rule decided; `detail`: Recorder::rule
  Routed,    // `detail`: Recorder::route
  Asked,     // a neighbour is asked for; `destination` is who
  // The first record of a packet that was made because of the record before.
  Answered,  // an error or a reset; `detail`: see answer_detail()
  Replied,   // what its receiver says to it
  Ended,     // `end` says how
};

// How a packet ends. Each belongs to one fate of the closed list.
enum class End : std::uint8_t {
  None,
  Delivered,       // a socket took it
  Echoed,          // the kernel's own echo answers it
  Consumed,        // an answer, an ARP packet, ...: its receiver has it
  NobodyListens,   // at a host that the packet is for
  NoConnection,    // that a reset would end
  NoProtocol,      // no protocol of that number
  Filtered,        // a rule or a policy dropped it
  Rejected,        // a rule answered it
  NoRoute,         // no route at all
  RouteBlackhole,  // or one that refuses
  RouteUnreachable,
  RouteProhibit,
  NoNeighbor,  // nobody answers for the next hop
  TtlExceeded,
  TooBig,
  MartianSource,
  MartianDestination,
  ReversePath,  // rp_filter
  NotForwarding,
  OtherHost,   // the frame is for another station
  NoStation,   // a bridge has no port to send it to
  Isolated,    // both ports of the bridge are isolated
  Impaired,    // by the link that it was sent into; `detail`: 1 if that loses all
  Silent,      // an answer that the node is told not to give
  LinkDown,    // the interface or its other end is down, or does not take such a long frame
  Malformed,   // the stack's own checks of the headers
  Storm,       // it goes round in bridges for ever
  OutOfSteps,  // the simulation's limit
  Unknown,     // not modelled; `detail`: World::unknowns
};

flow::FateKind fate_of(End end);
std::string describe(End end);  // "no route", "the link is down", ...

struct Record {
  RecordId previous = kNoRecord;
  Event event = Event::Ended;
  End end = End::None;
  std::uint8_t ttl = 0;
  flow::Protocol protocol = flow::Protocol::Raw;
  std::uint32_t node = 0;
  Slot slot = kNoSlot;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  IpAddress source;
  IpAddress destination;
  std::uint32_t detail = 0;
};

flow::Tuple tuple_of(const Record& record);
// The addresses and ports that the packet carries now; nothing of what is no IP packet.
std::optional<flow::Tuple> tuple_of(const skb::Skb& skb);

constexpr std::uint32_t answer_detail(bool reset, std::uint8_t type, std::uint8_t code) {
  return (reset ? 1U << 16 : 0U) | static_cast<std::uint32_t>(type) << 8 | code;
}

class Recorder {
 public:
  // Without a trace only ends are kept: they say what became of packets.
  void keep_trace(bool keep) { keep_ = keep; }
  bool keeps_trace() const { return keep_; }

  RecordId add(Record record) {
    records_.push_back(record);
    return static_cast<RecordId>(records_.size() - 1);
  }
  const Record& operator[](RecordId id) const { return records_[id]; }
  std::span<const Record> all() const { return records_; }
  void clear() { records_.clear(); }

 private:
  std::vector<Record> records_;
  bool keep_ = true;
};

}  // namespace topoproof::sim
