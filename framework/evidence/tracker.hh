// SPDX-License-Identifier: GPL-2.0-or-later
// Knows the packets of our flows again in what the taps capture, whatever NAT made of them.
//
// UDP, ICMP and the beginning of TCP data carry a token; ICMP errors quote one. TCP's other
// segments are known by their sequence numbers, which no translation changes, and which begin with
// one that the sender's socket tells. Of a packet in fragments the first has what it is known by;
// the others go by its addresses and identification. Raw frames are known by their payload, and so
// is the kernel's answer to an echo request among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "capture/frame.hh"
#include "evidence/sighting.hh"
#include "packet/view.hh"
#include "probe/prober.hh"
#include "probe/token.hh"

namespace topoproof::evidence {

// How a TCP flow began, or its fence.
struct TcpStart {
  probe::FlowNumber number = 0;
  std::uint32_t first_sequence = 0;  // of its SYN
  std::uint16_t source_port = 0;     // before any translation
  bool fence = false;
  std::size_t request = probe::kTokenSize;  // bytes of it
};

class Tracker {
 public:
  explicit Tracker(std::uint32_t run) : run_(run) {}

  // Flows below `first` are forgotten, flows from `first` on are tracked.
  void forget_before(probe::FlowNumber first);

  // The packets of these connections, also those captured before this call, are attributed from
  // now on.
  void learn_tcp(std::span<const TcpStart> starts);
  // REQUIRES: the frame is not sent yet. A fence is the same frame once more: what is captured of
  // it from now on is the fence.
  void learn_raw(probe::FlowNumber number, BytesView frame, bool fence);

  // RETURNS: the flow that the frame belongs to, if it is known already.
  std::optional<probe::FlowNumber> add(NodeId node, const capture::FrameView& frame);

  std::size_t sighting_count() const { return count_; }  // of all flows, since the start

  // In order of time. Empty for a flow that nobody saw.
  Sightings sightings(probe::FlowNumber number) const;
  // An answer that ends the flow (a reset, an ICMP error) has been captured anywhere.
  bool saw_answer(probe::FlowNumber number) const;

 private:
  // Which packet of which flow, before direction and tuple are added.
  struct Match {
    probe::FlowNumber number = 0;
    Role role = Role::Request;
    bool quotes_reply = false;
  };
  // One direction of a connection.
  struct Stream {
    probe::FlowNumber number = 0;
    bool fence = false;
    bool reply = false;
    std::uint32_t length = 0;  // sequence numbers that it takes up
    std::uint16_t port = 0;    // of its sender, before any translation
  };
  struct Segment {
    std::uint32_t seq = 0;
    std::uint32_t ack = 0;
    std::uint8_t flags = 0;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
  };
  // A TCP segment whose flow is not known yet, or an ICMP error that quotes one.
  struct Stray {
    Sighting sighting;
    Segment segment;
    bool quoted = false;
  };

  std::optional<Match> match(const packet::PacketView& view) const;
  std::optional<Match> match_token(const packet::PacketView& view) const;
  static std::optional<Segment> segment_of(const packet::PacketView& view);
  std::optional<Match> match_tcp(const Segment& segment) const;
  std::optional<Match> match_stray(const Stray& stray) const;
  static Match as_error(Match quoted);
  std::optional<Match> match_error(const packet::PacketView& error) const;
  std::optional<Match> match_raw(const packet::PacketView& view) const;
  void note_first_fragment(const Match& match, const packet::PacketView& view);
  std::optional<Match> match_fragment(const packet::PacketView& view) const;
  void add_stream(std::uint32_t first, const Stream& stream);
  const Stream* stream_of(std::uint32_t sequence, std::uint16_t port) const;
  void learn_answer(const Match& match, const Segment& segment);
  void attribute_strays();
  bool tracked(probe::FlowNumber number) const { return number >= first_; }
  void store(const Match& match, Sighting sighting);
  void keep_stray(const Sighting& sighting, const packet::PacketView& view);

  std::uint32_t run_;
  probe::FlowNumber first_ = 0;
  std::size_t count_ = 0;
  std::vector<Sightings> flows_;             // by number - first_
  std::map<std::uint32_t, Stream> streams_;  // by their first sequence number
  std::uint32_t longest_stream_ = 0;
  std::unordered_map<std::uint64_t, Match> by_content_;  // raw frames, and answers to them
  // Of packets whose first fragment was seen: addresses and identification as they were there.
  struct Whole {
    IpAddress source;
    IpAddress destination;
    std::uint32_t id = 0;
    friend auto operator<=>(const Whole&, const Whole&) = default;
  };
  std::map<Whole, Match> wholes_;
  std::vector<Stray> strays_;
};

}  // namespace topoproof::evidence
