// SPDX-License-Identifier: GPL-2.0-or-later
// Captures in a running lab, as they happen.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "capture/frame.hh"
#include "capture/pcapng.hh"
#include "live/capture_places.hh"
#include "live/client.hh"

namespace topoproof::live {

struct CaptureOptions {
  std::vector<CapturePlace> places;         // none: all
  std::string filter = {};                  // as for tcpdump
  std::uint64_t count = 0;                  // ends after so many frames; 0: does not
  int until = -1;                           // ends when this descriptor can be read
  const std::atomic<bool>* stop = nullptr;  // ends within 100 ms once it is true
};

// Takes frames in the order of their time, as far as they come together.
class FrameSink {
 public:
  FrameSink() = default;
  FrameSink(const FrameSink&) = delete;
  FrameSink& operator=(const FrameSink&) = delete;
  virtual ~FrameSink() = default;
  virtual void add(const std::string& place, capture::LinkType link_type,
                   const capture::FrameView& frame) = 0;
  virtual void flush() = 0;  // no more has come for now
};

struct CaptureSummary {
  std::uint64_t frames = 0;
  std::uint64_t lost = 0;  // that found no room: what is not there proves nothing
  bool lab_ended = false;
};

// Returns when it is told to stop, has seen enough, or the lab has ended. `ready` is called once
// everything that comes will be seen. REQUIRES: no second thread exists. THROWS: Refusal for a
// place that is not there, or a filter that is none; sys::SystemError
CaptureSummary capture_frames(Client& client, const CaptureOptions& options, FrameSink& sink,
                              const std::function<void()>& ready);

// One line a frame, for a person.
class TextSink final : public FrameSink {
 public:
  explicit TextSink(std::function<void(std::string_view)> print) : print_(std::move(print)) {}
  void add(const std::string& place, capture::LinkType link_type,
           const capture::FrameView& frame) override;
  void flush() override;

 private:
  std::function<void(std::string_view)> print_;
  std::string lines_;
};

// pcapng, with the interfaces by name. REQUIRES: `writer` outlives it; closing is the owner's.
class PcapngSink final : public FrameSink {
 public:
  explicit PcapngSink(capture::PcapngWriter& writer) : writer_(writer) {}
  void add(const std::string& place, capture::LinkType link_type,
           const capture::FrameView& frame) override;
  void flush() override { writer_.flush(); }

 private:
  capture::PcapngWriter& writer_;
  std::map<std::string, std::uint32_t> interfaces_;
};

// "192.168.15.1 > 192.168.15.2 icmp echo request, 56 bytes", "arp who has 10.0.0.2, says 10.0.0.1".
std::string describe(const capture::FrameView& frame);

}  // namespace topoproof::live
