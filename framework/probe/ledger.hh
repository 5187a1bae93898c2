// SPDX-License-Identifier: GPL-2.0-or-later
// The flows that were launched and not yet forgotten, by number.
#pragma once

#include <algorithm>
#include <deque>

#include "probe/prober.hh"
#include "sys/fd.hh"

namespace topoproof::probe {

struct Entry {
  flow::Flow flow;
  Attempt attempt = {};
  sys::Fd socket = {};
  sys::Fd fence_socket = {};
  std::optional<Prober::FenceStart> fence_start = {};
  std::size_t unsent = 0;  // TCP: bytes of the request that its socket has not taken yet
  sys::Fd served = {};     // TCP: the target's side of the connection, once its request has come
};

class Ledger {
 public:
  FlowNumber next() const { return first_ + static_cast<FlowNumber>(entries_.size()); }

  Entry& add(const flow::Flow& flow) { return entries_.emplace_back(Entry{.flow = flow}); }

  // Nothing if the flow was forgotten or never launched: a token may come late.
  Entry* find(FlowNumber number) {
    const bool known = number >= first_ && number < next();
    return known ? &entries_[number - first_] : nullptr;
  }

  // The raw frame that a datagram with this payload was in.
  Entry* find_frame(BytesView payload) {
    const auto holds = [&](const Entry& entry) {
      return entry.flow.service.protocol == flow::Protocol::Raw &&
             !std::ranges::search(entry.flow.frame, payload).empty();
    };
    const auto found = std::ranges::find_if(entries_, holds);
    return found == entries_.end() || payload.empty() ? nullptr : &*found;
  }

  // The raw frame that carries an ICMP message of this type, code and length.
  Entry* find_message(BytesView icmp) {
    const auto carries = [&](const Entry& entry) {
      const BytesView frame = entry.flow.frame;
      return entry.flow.service.protocol == flow::Protocol::Raw && frame.size() > icmp.size() &&
             std::ranges::equal(frame.last(icmp.size()).first(2), icmp.first(2));
    };
    const auto found = std::ranges::find_if(entries_, carries);
    return found == entries_.end() ? nullptr : &*found;
  }

  // REQUIRES: not empty.
  Entry take_first() {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    ++first_;
    return entry;
  }
  FlowNumber first() const { return first_; }

 private:
  std::deque<Entry> entries_;
  FlowNumber first_ = 0;
};

}  // namespace topoproof::probe
