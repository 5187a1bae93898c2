// SPDX-License-Identifier: GPL-2.0-or-later
// A wave: flows that are sent together, watched, fenced and judged. Everything about one wave is
// in memory until it is judged; waves keep that bounded, however many flows a scenario has.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checks/judged.hh"
#include "evidence/judge.hh"
#include "evidence/observer.hh"
#include "probe/barrier.hh"
#include "probe/prober.hh"
#include "sys/event_loop.hh"

namespace topoproof::runner {

// What a wave works with; all of it outlives the wave.
struct Instruments {
  sys::EventLoop& loop;
  probe::Prober& prober;
  probe::Barrier& barrier;
  evidence::Observer& observer;
  evidence::Witness& witness;
  const std::atomic<bool>* stop = nullptr;
  // Waits until nothing is under way on impaired links. RETURNS: false if there still is.
  std::function<bool(sys::Clock::time_point deadline)> wait_until_idle = {};
  // Links are impaired, and lose fences as well: that nothing is under way stands for them.
  bool loses_fences = false;
};

// Whether the evidence of a flow, given by its place among them, is all that is asked of it. Who
// says so must be sure: the flow is then put into no words, which take longer than its packets.
using AsExpected = std::function<bool(std::size_t flow, const evidence::Case&)>;

// How long a flow whose end is not yet proved is waited for: above the 3 s that Linux takes by
// default to give up on a neighbour.
inline constexpr std::chrono::seconds kPatience{5};

// RETURNS: one result for each flow, in their order; fewer if it was told to stop.
// THROWS: sys::SystemError
std::vector<checks::Judged> probe_wave(const Instruments& with, std::span<const flow::Flow> flows,
                                       const AsExpected& as_expected = {});

}  // namespace topoproof::runner
