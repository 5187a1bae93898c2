// SPDX-License-Identifier: GPL-2.0-or-later
// The taps of a lab, one for each namespace, feeding the tracker, and keeping frames for a capture
// file if asked to. Taps are opened while the lab is still being built.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/id.hh"
#include "capture/tap_set.hh"
#include "evidence/tracker.hh"
#include "sys/event_loop.hh"
#include "sys/netns.hh"

namespace topoproof::evidence {

struct TapPlace {
  NodeId node;
  std::string name;
  const sys::Netns* ns = nullptr;  // REQUIRES: outlives the constructor
  std::size_t links = 1;           // how busy the node may be: rings are shared out by it
};

// A frame that was kept, with the place where it was seen.
struct KeptFrame {
  NodeId node;
  std::uint32_t interface = 0;
  capture::PacketType type = capture::PacketType::Host;
  capture::Timestamp timestamp;
  std::size_t length = 0;  // of the record on the wire, uncut
  BytesView record;        // with the SLL2 header; valid until drop_kept()
  std::optional<probe::FlowNumber> flow = {};
};

class Observer {
 public:
  // Starts to open the taps and returns. THROWS: sys::SystemError
  Observer(sys::EventLoop& loop, std::uint32_t run, std::span<const TapPlace> places);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  // Waits until every tap is live; from here on the loop serves them. THROWS: sys::SystemError
  void wait_until_live();
  // Reads what the taps hold now.
  void drain();
  // Lets the taps go, without waiting for it.
  void close();

  Tracker& tracker() { return tracker_; }

  void keep_frames(bool keep) { keep_ = keep; }
  const std::vector<KeptFrame>& kept() const { return kept_; }
  void drop_kept();

  // The nodes whose taps lost frames: silence there proves nothing.
  std::vector<std::string> lossy() const;

 private:
  void drain(std::size_t tap);
  void keep(NodeId node, const capture::FrameView& frame, std::optional<probe::FlowNumber> flow);

  sys::EventLoop& loop_;
  Tracker tracker_;
  std::vector<TapPlace> places_;
  capture::TapSet set_;
  std::span<capture::Tap> taps_;
  bool keep_ = false;
  std::vector<KeptFrame> kept_;
  std::pmr::monotonic_buffer_resource records_;  // of the kept frames
};

}  // namespace topoproof::evidence
