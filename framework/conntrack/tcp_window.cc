// SPDX-License-Identifier: GPL-2.0-or-later
#include "conntrack/tcp_window.hh"

#include <algorithm>

namespace topoproof::conntrack {
namespace {

// An old acknowledgement may lie this far back at least, whatever window was announced.
constexpr std::uint32_t kAckReach = 66000;

class WindowCheck {
 public:
  WindowCheck(TcpTrack& track, Direction direction, const TcpSegment& segment, bool liberal)
      : track_(track),
        direction_(direction),
        segment_(segment),
        sender_(track.seen[static_cast<std::size_t>(direction)]),
        receiver_(track.seen[static_cast<std::size_t>(other(direction))]),
        liberal_(liberal || (sender_.flags & kLiberal) != 0),
        sequence_(segment.sequence),
        end_(segment.end),
        ack_(segment.ack),
        sack_(segment.ack) {
    if ((receiver_.flags & kSackPermitted) != 0) sack_ = highest_sack(segment, segment.ack);
  }

  WindowVerdict run() {
    if (meets_sender()) return WindowVerdict::Inside;
    assume_missing_ack();
    // A reset that answers a SYN has no sequence number of its own.
    if (segment_.reset && sequence_ == 0 && track_.state == TcpState::SynSent) {
      sequence_ = end_ = sender_.end;
    }
    if (!is_before(sequence_, sender_.max_end + 1)) return beyond_window();
    if (!is_before(sack_, receiver_.end + 1)) return refuse(WindowVerdict::Outside);
    const bool in_receive_window = receiver_.max_window == 0 || reaches_window();
    if (!in_receive_window || !is_ack_recent()) return refuse(WindowVerdict::Ignore);
    take_note();
    return WindowVerdict::Inside;
  }

 private:
  // What the segment says about an end that was not heard before, or opens anew. RETURNS: true if
  // nothing else is to be checked (a SYN without ACK from the other side: simultaneous open).
  bool meets_sender() {
    if (sender_.max_window == 0) {
      if (!segment_.syn) {
        join_midstream();
        return false;
      }
      open_sender();
      return !segment_.has_ack;
    }
    const bool opening = track_.state == TcpState::SynSent || track_.state == TcpState::SynReceived;
    if (!segment_.syn || !opening || !is_after(end_, sender_.end)) return false;
    open_sender();
    return direction_ == Direction::Reply && !segment_.has_ack;
  }

  void open_sender() {
    sender_.end = sender_.max_end = end_;
    sender_.max_window = std::max<std::uint32_t>(segment_.window, 1);
    read_options(segment_, sender_);
    // Both must offer scaling for either to use it (RFC 7323).
    if (direction_ == Direction::Reply && (sender_.flags & receiver_.flags & kWindowScale) == 0) {
      sender_.scale = receiver_.scale = 0;
    }
  }

  void join_midstream() {
    sender_.end = end_;
    sender_.max_window =
        std::max<std::uint32_t>(std::uint32_t{segment_.window} << sender_.scale, 1);
    sender_.max_end = end_ + sender_.max_window;
    if (receiver_.max_window == 0) {
      receiver_.end = receiver_.max_end = sack_;
    } else if (sack_ == receiver_.end + 1) {
      ++receiver_.end;  // probably answers a keep-alive
    }
  }

  void assume_missing_ack() {
    const bool reset_with_zero = segment_.has_ack && segment_.reset && ack_ == 0;
    if (!segment_.has_ack || reset_with_zero) ack_ = sack_ = receiver_.end;
  }

  bool reaches_window() const { return is_after(end_, sender_.end - receiver_.max_window - 1); }
  bool is_ack_recent() const {
    const auto reach = std::max(sender_.max_window, kAckReach);
    return is_after(sack_, receiver_.end - reach - 1);
  }

  WindowVerdict refuse(WindowVerdict verdict) const {
    return liberal_ ? WindowVerdict::Inside : verdict;
  }

  // More than the receiver allowed: by less than a window it may be an impatient sender, whose data
  // may yet be acknowledged.
  WindowVerdict beyond_window() {
    const auto overshot = end_ - sender_.max_end + 1;
    const bool impatient = receiver_.max_window != 0 && reaches_window() && is_ack_recent() &&
                           overshot <= receiver_.max_window && is_before(sack_, receiver_.end + 1);
    if (!impatient) return refuse(WindowVerdict::Outside);
    sender_.end = end_;
    sender_.flags |= kUnacknowledged;
    return refuse(WindowVerdict::Ignore);
  }

  void take_note() {
    const auto window = std::uint32_t{segment_.window} << (segment_.syn ? 0 : sender_.scale);
    sender_.max_window = std::max(sender_.max_window, window + (sack_ - ack_));
    if (is_after(end_, sender_.end)) {
      sender_.end = end_;
      sender_.flags |= kUnacknowledged;
    }
    if (segment_.has_ack) note_ack();
    if (receiver_.max_window != 0 && is_after(end_, sender_.max_end)) {
      receiver_.max_window += end_ - sender_.max_end;
    }
    if (is_after(sack_ + window, receiver_.max_end - 1)) {
      receiver_.max_end = sack_ + window + (window == 0 ? 1 : 0);
    }
    if (ack_ == receiver_.end) receiver_.flags &= static_cast<std::uint8_t>(~kUnacknowledged);
    if (segment_.event() == TcpEvent::Ack) count_retransmits();
  }

  void note_ack() {
    if ((sender_.flags & kMaxAckSet) == 0 || is_after(ack_, sender_.max_ack))
      sender_.max_ack = ack_;
    sender_.flags |= kMaxAckSet;
  }

  void count_retransmits() {
    const bool same = track_.last_direction == direction_ && track_.last_sequence == sequence_ &&
                      track_.last_ack == ack_ && track_.last_end == end_ &&
                      track_.last_window == segment_.window;
    track_.retransmits = same ? static_cast<std::uint8_t>(track_.retransmits + 1) : std::uint8_t{0};
    track_.last_direction = direction_;
    track_.last_sequence = sequence_;
    track_.last_ack = ack_;
    track_.last_end = end_;
    track_.last_window = segment_.window;
  }

  TcpTrack& track_;
  Direction direction_;
  const TcpSegment& segment_;
  TcpEnd& sender_;
  TcpEnd& receiver_;
  bool liberal_;
  std::uint32_t sequence_;
  std::uint32_t end_;
  std::uint32_t ack_;
  std::uint32_t sack_;
};

void begin(TcpTrack& track, const TcpSegment& segment) {
  track = {};
  auto& end = track.seen[0];
  end.end = end.max_end = segment.end;
  end.max_window = std::max<std::uint32_t>(segment.window, 1);
  track.last_event = TcpEvent::None;
}

}  // namespace

WindowVerdict check_window(TcpTrack& track, Direction direction, const TcpSegment& segment,
                           bool liberal) {
  return WindowCheck(track, direction, segment, liberal).run();
}

void begin_with_syn(TcpTrack& track, const TcpSegment& segment) {
  begin(track, segment);
  read_options(segment, track.seen[0]);
}

void begin_midstream(TcpTrack& track, const TcpSegment& segment) {
  begin(track, segment);
  track.seen[0].max_end += track.seen[0].max_window;
  for (auto& end : track.seen) end.flags = kSackPermitted | kLiberal;
}

}  // namespace topoproof::conntrack
