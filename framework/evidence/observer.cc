// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence/observer.hh"

#include <algorithm>

#include <sys/epoll.h>

namespace topoproof::evidence {
namespace {

// Frames that a ring holds between two rounds of the loop: a burst of the prober makes the frames
// of 64 flows, there and back, on each link of the node, and once more within it.
constexpr std::size_t kFramesEach = 512;
constexpr std::size_t kBusiest = 16;

std::vector<capture::TapRequest> make_requests(std::span<const TapPlace> places) {
  std::vector<capture::TapRequest> requests;
  for (const TapPlace& place : places) {
    capture::TapRequest request{.ns = place.ns, .options = {.where = place.name}};
    request.options.frames =
        kFramesEach * std::min(std::max<std::size_t>(place.links, 1), kBusiest);
    requests.push_back(std::move(request));
  }
  capture::fit_rings(requests);
  return requests;
}

}  // namespace

Observer::Observer(sys::EventLoop& loop, std::uint32_t run, std::span<const TapPlace> places)
    : loop_(loop),
      tracker_(run),
      places_(places.begin(), places.end()),
      set_(make_requests(places)) {}

Observer::~Observer() { close(); }

void Observer::wait_until_live() {
  taps_ = set_.wait();
  for (std::size_t i = 0; i < taps_.size(); ++i) {
    loop_.watch(taps_[i].fd(), EPOLLIN, [this, i](std::uint32_t) { drain(i); });
  }
}

void Observer::drain() {
  for (std::size_t i = 0; i < taps_.size(); ++i) drain(i);
}

void Observer::drain(std::size_t tap) {
  const NodeId node = places_[tap].node;
  taps_[tap].drain([&](const capture::FrameView& frame) {
    const auto flow = tracker_.add(node, frame);
    if (keep_) keep(node, frame, flow);
  });
}

void Observer::keep(NodeId node, const capture::FrameView& frame,
                    std::optional<probe::FlowNumber> flow) {
  const std::span record(static_cast<std::byte*>(records_.allocate(frame.record.size(), 1)),
                         frame.record.size());
  std::ranges::copy(frame.record, record.begin());
  kept_.push_back({.node = node,
                   .interface = frame.interface_index,
                   .type = frame.type.value_or(capture::PacketType::Host),
                   .timestamp = frame.timestamp,
                   .length = frame.length + capture::kSll2HeaderSize,
                   .record = record,
                   .flow = flow});
}

void Observer::drop_kept() {
  kept_.clear();
  records_.release();
}

void Observer::close() {
  for (const capture::Tap& tap : taps_) loop_.forget(tap.fd());
  taps_ = {};
  set_.close();
}

std::vector<std::string> Observer::lossy() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < taps_.size(); ++i) {
    if (taps_[i].drops() > 0) names.push_back(places_[i].name);
  }
  return names;
}

}  // namespace topoproof::evidence
