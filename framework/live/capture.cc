// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/capture.hh"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/epoll.h>

#include "capture/tap_set.hh"
#include "live/refusal.hh"
#include "sys/event_loop.hh"
#include "sys/join.hh"

namespace topoproof::live {
namespace {

// Whole frames of networks with jumbo frames; of the large ones that virtual links also carry
// (64 KiB, segmented later), the begin.
constexpr std::size_t kSnapLength = 9216;
constexpr std::size_t kFrames = 1024;

// A frame of a round, copied: frames of several taps are put in order.
struct Copied {
  std::size_t tap = 0;
  capture::Timestamp timestamp;
  std::size_t length = 0;  // on the wire, with the link header
  std::uint32_t interface_index = 0;
  Bytes record;
};

class Capture {
 public:
  Capture(Client& client, const CaptureOptions& options, FrameSink& sink)
      : client_(client), options_(options), sink_(sink), joined_(client.join()) {
    sys::join_user_namespace(joined_.user);
    points_ =
        resolve(options.places.empty() ? std::vector{CapturePlace{}} : options.places, joined_);
    names_.resize(points_.size());
    check_filter();
  }

  CaptureSummary run(const std::function<void()>& ready) {
    capture::TapSet set(requests());
    taps_ = set.wait();
    for (capture::Tap& tap : taps_) loop_.watch(tap.fd(), EPOLLIN, [this](auto) { any_ = true; });
    loop_.watch(client_.fd(), EPOLLIN, [this](auto) { summary_.lab_ended = true; });
    if (options_.until >= 0) {
      loop_.watch(options_.until, EPOLLIN, [this](auto) { is_over_ = true; });
    }
    ready();
    while (!is_finished()) {
      loop_.run_until([this] { return any_ || is_finished(); }, sys::Clock::time_point::max());
      take_round();
    }
    for (const capture::Tap& tap : taps_) summary_.lost += tap.drops();
    for (const capture::Tap& tap : taps_) loop_.forget(tap.fd());
    return summary_;
  }

 private:
  void check_filter() const {
    for (const auto link : {capture::LinkType::Ethernet, capture::LinkType::LinuxSll2}) {
      const Issues issues = capture::check_filter(options_.filter, link);
      if (!issues.empty()) throw Refusal(to_string(issues));
    }
  }

  std::vector<capture::TapRequest> requests() const {
    std::vector<capture::TapRequest> requests;
    for (const CapturePoint& point : points_) {
      requests.push_back({&point.node->netns,
                          {.where = point.node->name,
                           .interface = point.interface,
                           .frames = kFrames,
                           .snap_length = kSnapLength,
                           .filter = options_.filter}});
    }
    capture::fit_rings(requests);
    return requests;
  }

  bool has_enough() const { return options_.count > 0 && summary_.frames >= options_.count; }
  bool is_finished() const {
    const bool stopped = options_.stop != nullptr && *options_.stop;
    return stopped || is_over_ || summary_.lab_ended || has_enough();
  }

  void take_round() {
    any_ = false;
    std::vector<Copied> round;
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      taps_[i].drain([&](const capture::FrameView& frame) {
        const std::size_t header = frame.record.size() - frame.bytes.size();
        round.push_back({i, frame.timestamp, header + frame.length, frame.interface_index,
                         Bytes(frame.record.begin(), frame.record.end())});
      });
    }
    std::ranges::stable_sort(round, {}, &Copied::timestamp);
    for (const Copied& frame : round) {
      if (has_enough()) break;
      ++summary_.frames;
      const auto link_type = taps_[frame.tap].link_type();
      sink_.add(place_of(frame), link_type,
                capture::decode_frame(link_type, frame.record, frame.length, frame.timestamp));
    }
    if (!round.empty()) sink_.flush();
  }

  std::string place_of(const Copied& frame) {
    const CapturePoint& point = points_[frame.tap];
    if (!point.interface.empty()) return fmt::format("{}:{}", point.node->name, point.interface);
    netlink::InterfaceNames& names = names_[frame.tap];
    if (!names.contains(frame.interface_index)) names = interface_names(*point.node);
    return fmt::format("{}:{}", point.node->name, names.name(frame.interface_index));
  }

  Client& client_;
  const CaptureOptions& options_;
  FrameSink& sink_;
  Joined joined_;
  std::vector<CapturePoint> points_;
  std::vector<netlink::InterfaceNames> names_;  // by point, of those on all interfaces
  sys::EventLoop loop_;
  std::span<capture::Tap> taps_;
  bool any_ = false;
  bool is_over_ = false;
  CaptureSummary summary_;
};

}  // namespace

CaptureSummary capture_frames(Client& client, const CaptureOptions& options, FrameSink& sink,
                              const std::function<void()>& ready) {
  return Capture(client, options, sink).run(ready);
}

}  // namespace topoproof::live
