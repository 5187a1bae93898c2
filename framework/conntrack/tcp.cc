// SPDX-License-Identifier: GPL-2.0-or-later
// TCP through the eyes of a router: which segments belong to a connection (nf_conntrack_proto_tcp.c
// of the kernel, RFC 9293 for what the ends do, RFC 5961 for challenge ACKs).
#include "packet/tcp.hh"

#include <algorithm>

#include "conntrack/protocols.hh"
#include "conntrack/tcp_segment.hh"
#include "conntrack/tcp_states.hh"
#include "conntrack/tcp_window.hh"

namespace topoproof::conntrack {
namespace {

// SYN, RST and FIN exclude each other; FIN needs ACK; urgent data needs a place to be.
bool has_valid_flags(std::uint8_t flags) {
  constexpr unsigned kFin = 0x01;
  constexpr unsigned kSyn = 0x02;
  constexpr unsigned kRst = 0x04;
  constexpr unsigned kAck = 0x10;
  constexpr unsigned kUrg = 0x20;
  switch (flags & (kFin | kSyn | kRst | kAck | kUrg)) {
    case kSyn:
    case kSyn | kUrg:
    case kSyn | kAck:
    case kRst:
    case kRst | kAck:
    case kFin | kAck:
    case kFin | kAck | kUrg:
    case kAck:
    case kAck | kUrg:
      return true;
    default:
      return false;
  }
}

bool is_closing(TcpState state) {
  return state == TcpState::FinWait || state == TcpState::CloseWait || state == TcpState::LastAck ||
         state == TcpState::TimeWait || state == TcpState::Close;
}

Time timeout_of(const TcpTimeouts& timeouts, TcpState state) {
  switch (state) {
    case TcpState::SynSent:
    case TcpState::SimultaneousOpen:
      return timeouts.syn_sent;
    case TcpState::SynReceived:
      return timeouts.syn_received;
    case TcpState::Established:
      return timeouts.established;
    case TcpState::FinWait:
      return timeouts.fin_wait;
    case TcpState::CloseWait:
      return timeouts.close_wait;
    case TcpState::LastAck:
      return timeouts.last_ack;
    case TcpState::TimeWait:
      return timeouts.time_wait;
    case TcpState::Close:
      return timeouts.close;
    case TcpState::None:
      break;
  }
  return timeouts.close;
}

class TcpFollower {
 public:
  TcpFollower(const Visit& visit, const TcpSegment& segment)
      : visit_(visit),
        entry_(visit.entry),
        track_(visit.entry.tcp),
        segment_(segment),
        direction_(visit.direction()),
        event_(segment.event()) {}

  Step run() {
    if (!entry_.is_confirmed() && !begin()) return Step::Invalid;
    old_state_ = track_.state;
    const auto next = next_state(direction_, event_, old_state_);
    if (next.kind == TransitionKind::Invalid) return Step::Invalid;
    new_state_ = next.state;
    if (next.kind == TransitionKind::Ignore) return ignore();
    return move();
  }

 private:
  TcpEnd& sender() { return track_.seen[static_cast<std::size_t>(direction_)]; }
  TcpEnd& receiver() { return track_.seen[static_cast<std::size_t>(other(direction_))]; }
  bool last_was(TcpEvent event) const { return track_.last_event == event; }
  bool last_was_other_way() const { return track_.last_direction != direction_; }

  bool begin() {
    const auto next = next_state(Direction::Original, event_, TcpState::None);
    if (next.kind != TransitionKind::To) return false;
    if (next.state == TcpState::SynSent) {
      begin_with_syn(track_, segment_);
      return true;
    }
    if (!visit_.settings.tcp_loose) return false;
    begin_midstream(track_, segment_);
    return true;
  }

  Step move() {
    switch (new_state_) {
      case TcpState::SynSent:
        if (old_state_ >= TcpState::TimeWait) return reopen();
        break;
      case TcpState::TimeWait:
        if (is_challenge_ack()) return Step::Follow;
        break;
      case TcpState::SimultaneousOpen:
        track_.last_flags |= kSimultaneousOpen;
        break;
      case TcpState::SynReceived:
        if (direction_ == Direction::Reply && event_ == TcpEvent::Ack &&
            (track_.last_flags & kSimultaneousOpen) != 0) {
          new_state_ = TcpState::Established;
        }
        break;
      case TcpState::Close:
        if (event_ == TcpEvent::Reset) return reset();
        break;
      case TcpState::None:
      case TcpState::Established:
      case TcpState::FinWait:
      case TcpState::CloseWait:
      case TcpState::LastAck:
        break;
    }
    return check_and_enter();
  }

  // A SYN where the connection is over: its flow ends, the SYN begins another, if an end closed it
  // or reset it; else the SYN may be wrong.
  Step reopen() {
    const bool closed = ((sender().flags | receiver().flags) & kCloseInitiated) != 0;
    if (!closed && !(last_was(TcpEvent::Reset) && !last_was_other_way())) return ignore();
    visit_.table.remove(entry_);
    return Step::Again;
  }

  // The segment passes; what it says is kept for judging the answer to it.
  Step ignore() {
    const bool answers_ignored_syn = event_ == TcpEvent::SynAck && last_was(TcpEvent::Syn) &&
                                     last_was_other_way() && segment_.ack == track_.last_end;
    if (answers_ignored_syn) return resynchronize();
    track_.last_event = event_;
    track_.last_direction = direction_;
    track_.last_sequence = segment_.sequence;
    track_.last_end = segment_.end;
    track_.last_window = segment_.window;
    if (event_ == TcpEvent::Syn && direction_ == Direction::Original) keep_options();
    if (old_state_ == TcpState::SynSent && event_ == TcpEvent::Ack &&
        direction_ == Direction::Reply) {
      track_.last_ack = segment_.ack;
    }
    return Step::Follow;
  }

  void keep_options() {
    TcpEnd seen;
    read_options(segment_, seen);
    track_.last_flags = seen.flags & (kWindowScale | kSackPermitted);
    track_.last_scale = (seen.flags & kWindowScale) != 0 ? seen.scale : std::uint8_t{0};
    if (old_state_ == TcpState::LastAck) track_.last_flags |= kExpectChallengeAck;
  }

  // A SYN that was ignored is answered: both ends are at the begin of a connection.
  Step resynchronize() {
    old_state_ = TcpState::SynSent;
    new_state_ = TcpState::SynReceived;
    auto& opener = receiver();
    opener.end = opener.max_end = track_.last_end;
    opener.max_window = track_.last_window == 0 ? 1 : track_.last_window;
    opener.scale = track_.last_scale;
    track_.last_flags &= static_cast<std::uint8_t>(~kExpectChallengeAck);
    opener.flags = track_.last_flags;
    sender() = {.flags = static_cast<std::uint8_t>(sender().flags & kLiberal)};
    return check_and_enter();
  }

  // An ACK that refuses a late SYN does not acknowledge the last FIN.
  bool is_challenge_ack() {
    const bool challenge = old_state_ == TcpState::LastAck && event_ == TcpEvent::Ack &&
                           last_was_other_way() && last_was(TcpEvent::Syn) &&
                           (track_.last_flags & kExpectChallengeAck) != 0;
    if (challenge) track_.last_flags &= static_cast<std::uint8_t>(~kExpectChallengeAck);
    return challenge;
  }

  enum class ResetCheck { Enter, CheckWindow, CheckMore, Invalid };

  // RFC 5961: only a reset with exactly the next sequence number is sure to be taken.
  ResetCheck check_reset_sequence() {
    if ((receiver().flags & kMaxAckSet) == 0 || last_was(TcpEvent::Syn)) {
      return ResetCheck::CheckMore;
    }
    if (segment_.sequence == 0 && !is_established()) return ResetCheck::CheckWindow;
    if (is_before(segment_.sequence, receiver().max_ack) &&
        !visit_.settings.tcp_ignore_invalid_rst) {
      return ResetCheck::Invalid;
    }
    if (!is_established() || segment_.sequence == receiver().max_ack) {
      return ResetCheck::CheckWindow;
    }
    const bool follows_data =
        last_was(TcpEvent::Ack) && !last_was_other_way() && segment_.sequence == track_.last_end;
    if (follows_data) return ResetCheck::CheckWindow;
    new_state_ = old_state_;  // the answer may be a challenge ACK
    return ResetCheck::CheckMore;
  }

  // nf_conntrack_tcp_established()
  bool is_established() const {
    return track_.state == TcpState::Established && entry_.has(kAssured);
  }

  Step reset() {
    if (is_closing(old_state_)) return enter();
    const auto checked = check_reset_sequence();
    if (checked == ResetCheck::Invalid) return Step::Invalid;
    if (checked == ResetCheck::CheckWindow) return check_and_enter();
    const bool answers_syn =
        entry_.has(kSeenReply) && last_was(TcpEvent::Syn) && last_was_other_way();
    const bool answers_ack = !entry_.has(kAssured) && last_was(TcpEvent::Ack);
    if ((answers_syn || answers_ack) && segment_.ack == track_.last_end) return enter();
    const bool answers_challenge = old_state_ == TcpState::SynSent && last_was(TcpEvent::Ack) &&
                                   track_.last_direction == Direction::Reply &&
                                   segment_.sequence == track_.last_ack;
    return answers_challenge ? enter() : check_and_enter();
  }

  Step check_and_enter() {
    switch (check_window(track_, direction_, segment_, visit_.settings.tcp_be_liberal)) {
      case WindowVerdict::Ignore:
        return Step::Follow;
      case WindowVerdict::Outside:
        shorten_life();
        return Step::Invalid;
      case WindowVerdict::Inside:
        break;
    }
    return enter();
  }

  // A FIN or RST outside of the window: connection and observer may be out of step, so the entry
  // is not kept for days when it happens in both directions (nf_tcp_handle_invalid).
  void shorten_life() {
    if (!entry_.has(kAssured) || entry_.has(kFixedTimeout)) return;
    if (event_ != TcpEvent::Reset && event_ != TcpEvent::Fin) return;
    const bool both_ways =
        last_was_other_way() && (last_was(TcpEvent::Fin) || last_was(TcpEvent::Reset));
    if (!both_ways) {
      track_.last_event = event_;
      track_.last_direction = direction_;
      return;
    }
    const auto left = entry_.expires - visit_.clock.now;
    const auto limit = visit_.settings.tcp.unacknowledged;
    if (left >= 120s && left > limit) entry_.expires = visit_.clock.now + limit;
  }

  Time choose_timeout() const {
    const auto& timeouts = visit_.settings.tcp;
    const auto usual = timeout_of(timeouts, new_state_);
    if (track_.retransmits >= visit_.settings.tcp_max_retransmits &&
        usual > timeouts.retransmitting) {
      return timeouts.retransmitting;
    }
    if (event_ == TcpEvent::Reset) return timeouts.close;
    const auto flags = track_.seen[0].flags | track_.seen[1].flags;
    if ((flags & kUnacknowledged) != 0 && usual > timeouts.unacknowledged) {
      return timeouts.unacknowledged;
    }
    if (track_.last_window == 0 && usual > timeouts.retransmitting) return timeouts.retransmitting;
    return usual;
  }

  Step enter() {
    track_.last_event = event_;
    track_.last_direction = direction_;
    track_.state = new_state_;
    if (old_state_ != new_state_ && new_state_ == TcpState::FinWait) {
      sender().flags |= kCloseInitiated;
    }
    auto timeout = choose_timeout();
    if (!entry_.has(kSeenReply)) {
      if (segment_.reset) return end_unanswered();
      // Else a client that repeats its SYN, or reuses the port, keeps the entry alive for ever.
      if (event_ == TcpEvent::Syn && old_state_ == TcpState::SynSent) return Step::Follow;
      if (new_state_ == TcpState::Established) {
        timeout = std::min(timeout, visit_.settings.tcp.unacknowledged);
      }
    } else if (new_state_ == TcpState::Established &&
               (old_state_ == TcpState::SynReceived || old_state_ == TcpState::Established)) {
      entry_.status |= kAssured;
    }
    refresh(visit_, timeout);
    return Step::Follow;
  }

  // Refused: the flow never was, and its port is free at once.
  Step end_unanswered() {
    visit_.table.remove(entry_);
    return Step::Follow;
  }

  const Visit& visit_;
  Entry& entry_;
  TcpTrack& track_;
  const TcpSegment& segment_;
  Direction direction_;
  TcpEvent event_;
  TcpState old_state_ = TcpState::None;
  TcpState new_state_ = TcpState::None;
};

}  // namespace

Step follow_tcp(const Visit& visit) {
  const auto segment = read_segment(visit.bytes());
  if (!segment || segment->header_size < packet::Tcp::kSize ||
      segment->header_size > visit.bytes().size()) {
    return Step::Invalid;
  }
  if (has_bad_checksum(visit, kTcp) || !has_valid_flags(segment->flags)) return Step::Invalid;
  return TcpFollower(visit, *segment).run();
}

}  // namespace topoproof::conntrack
