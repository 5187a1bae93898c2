// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/wave.hh"

#include <algorithm>
#include <ranges>
#include <stdexcept>

#include <fmt/format.h>

#include "sys/cpu_pin.hh"

namespace topoproof::runner {
namespace {

using checks::Judged;
using flow::Protocol;
using probe::FlowNumber;

// In a network where packets go round for ever there is no quiet, and what is seen of them would
// fill the memory.
class Unrest {
 public:
  Unrest(const evidence::Observer& observer, const evidence::Tracker& tracker, std::size_t flows)
      : observer_(observer),
        tracker_(tracker),
        most_(tracker.sighting_count() + flows * kMostSightings) {}

  // THROWS: std::runtime_error
  void check() {
    const auto now = sys::Clock::now();
    if (now < next_look_) return;
    next_look_ = now + std::chrono::milliseconds(20);
    const bool is_flooded = now > burst_end_ && !observer_.lossy().empty();
    if (!is_flooded && tracker_.sighting_count() <= most_) return;
    throw std::runtime_error(
        "the network does not come to rest: packets go round in it for ever, or flood it; look for "
        "rules or routes that send packets back to where they came from");
  }

 private:
  // More than a packet makes that is flooded to a thousand ports, or lives for 255 hops.
  static constexpr std::size_t kMostSightings = 10'000;
  // Until then frames that were lost may be those of a burst.
  sys::Clock::time_point burst_end_ = sys::Clock::now() + std::chrono::seconds(1);
  sys::Clock::time_point next_look_ = sys::Clock::now();
  const evidence::Observer& observer_;
  const evidence::Tracker& tracker_;
  std::size_t most_;
};

class Wave {
 public:
  Wave(const Instruments& with, std::span<const flow::Flow> flows, const AsExpected& as_expected)
      : with_(with),
        flows_(flows),
        as_expected_(as_expected),
        deadline_(sys::Clock::now() + kPatience) {}

  std::vector<Judged> run() {
    const sys::CpuPin pin;
    first_ = with_.prober.next();
    learn_raw(false);
    with_.prober.launch(flows_);
    learn(false);
    become_quiet();
    wait_for_connections();
    judge_all();
    send_fences();
    wait_for_the_rest();
    with_.prober.forget_before(first_ + count());
    with_.observer.tracker().forget_before(first_ + count());
    return std::move(judged_);
  }

 private:
  FlowNumber count() const { return static_cast<FlowNumber>(flows_.size()); }
  const probe::Attempt& attempt(FlowNumber i) const { return with_.prober.attempt(first_ + i); }
  evidence::Tracker& tracker() const { return with_.observer.tracker(); }
  bool stopped() const { return with_.stop != nullptr && *with_.stop; }

  // Raw frames carry no token: the tracker is told what to know them by before they are sent.
  void learn_raw(bool fences) {
    for (FlowNumber i = 0; i < count(); ++i) {
      const flow::Flow& flow = flows_[i];
      if (flow.service.protocol != Protocol::Raw) continue;
      tracker().learn_raw(first_ + i, flow.frame, fences);
    }
  }

  std::optional<probe::Prober::FenceStart> start_of(FlowNumber i, bool fence) const {
    if (fence) return with_.prober.fence_start(first_ + i);
    const auto& sent = attempt(i).sent;
    if (!sent) return std::nullopt;
    return probe::Prober::FenceStart{*sent, attempt(i).first_sequence};
  }

  // A TCP handshake carries none either: it is known by its sender's sequence number.
  void learn(bool fences) {
    with_.observer.drain();
    std::vector<evidence::TcpStart> starts;
    for (FlowNumber i = 0; i < count(); ++i) {
      const flow::Flow& flow = flows_[i];
      if (flow.service.protocol != Protocol::Tcp) continue;
      const auto start = start_of(i, fences);
      if (!start) continue;
      starts.push_back({.number = first_ + i,
                        .first_sequence = start->first_sequence,
                        .source_port = start->tuple.source_port,
                        .fence = fences,
                        .request = probe::request_size(flow)});
    }
    if (!starts.empty()) tracker().learn_tcp(starts);
  }

  // Until the kernel has nothing queued, our sockets nothing to do and the taps nothing new: what
  // comes afterwards comes by a timer of the kernel's.
  void become_quiet() {
    Unrest unrest(with_.observer, tracker(), flows_.size());
    is_quiet_ = false;
    std::size_t before = 0;
    do {
      before = tracker().sighting_count();
      while (!stopped() && with_.loop.poll() > 0) unrest.check();
      if (!with_.barrier.pass()) return;  // the fences will tell
      is_idle_ = !with_.wait_until_idle || with_.wait_until_idle(deadline_);
      if (!is_idle_) return;
      with_.observer.drain();
      unrest.check();
    } while (!stopped() && (tracker().sighting_count() != before || with_.loop.poll() > 0));
    is_quiet_ = true;
  }

  bool is_settled(FlowNumber i) const {
    const probe::Attempt& a = attempt(i);
    if (a.error != 0 || a.later_error != 0 || tracker().saw_answer(first_ + i)) return true;
    return flows_[i].service.protocol == Protocol::Tcp ? a.closed : a.answered;
  }

  bool has_open_connections() const {
    for (FlowNumber i = 0; i < count(); ++i) {
      if (attempt(i).connected && !is_settled(i)) return true;
    }
    return false;
  }

  // A connection under way is not silent: its next packet is a matter of this process's own turn,
  // or of a packet that is on its way. Where nothing is, it has come to a stop; who loses packets
  // may have it from being sent again.
  void wait_for_connections() {
    if (!has_open_connections()) return;
    if (is_quiet_ && !with_.loses_fences) return become_quiet();
    const auto is_answering = [&](FlowNumber i) {
      return attempt(i).connected && !is_settled(i) && !attempt(i).arrivals.empty();
    };
    const auto done = [&] {
      return stopped() ||
             std::ranges::none_of(std::views::iota(FlowNumber(0), count()), is_answering);
    };
    with_.loop.run_until(done, sys::Clock::now() + std::chrono::seconds(1));
    with_.observer.drain();
  }

  Judged judge(FlowNumber i) const {
    Judged out;
    out.evidence = {flows_[i], first_ + i, attempt(i), tracker().sightings(first_ + i)};
    out.as_expected = as_expected_ && as_expected_(i, out.evidence);
    if (!out.as_expected) out.verdict = evidence::judge(out.evidence, with_.witness);
    return out;
  }

  void judge_all() {
    for (FlowNumber i = 0; i < count() && !stopped(); ++i) judged_.push_back(judge(i));
  }

  void send_fences() {
    std::vector<FlowNumber> silent;
    for (const Judged& one : judged_) {
      if (evidence::needs_fence(one.verdict)) silent.push_back(one.evidence.number);
    }
    if (silent.empty()) return;
    learn_raw(true);
    with_.prober.launch_fences(silent);
    become_quiet();
    learn(true);
  }

  bool stands(Judged& one) const {
    if (one.verdict.waiting) return false;
    if (!evidence::needs_fence(one.verdict)) return true;
    return (with_.loses_fences && is_idle_) || evidence::fence_passed(one.evidence, one.verdict);
  }

  // Judges again whatever does not stand yet. RETURNS: whether all do.
  bool rejudge() {
    bool all = true;
    for (FlowNumber i = 0; i < judged_.size(); ++i) {
      if (stands(judged_[i])) continue;
      judged_[i] = judge(i);
      all &= stands(judged_[i]);
    }
    return all;
  }

  void wait_for_the_rest() {
    with_.loop.run_until([&] { return stopped() || rejudge(); }, deadline_);
    for (Judged& one : judged_) {
      if (stands(one)) continue;
      if (stopped())
        one.undecided = true;
      else
        one.unproved = why_not_proved(one.verdict);
    }
  }

  static std::string why_not_proved(const evidence::Verdict& verdict) {
    if (verdict.waiting) {
      return fmt::format("{} after {} s", verdict.request.fate.proof, kPatience.count());
    }
    return "the fence that was sent after the packet was not seen where the packet was seen last";
  }

  const Instruments& with_;
  std::span<const flow::Flow> flows_;
  const AsExpected& as_expected_;
  sys::Clock::time_point deadline_;
  FlowNumber first_ = 0;
  bool is_idle_ = false;   // nothing is under way on impaired links
  bool is_quiet_ = false;  // nor anywhere else
  std::vector<Judged> judged_;
};

}  // namespace

std::vector<Judged> probe_wave(const Instruments& with, std::span<const flow::Flow> flows,
                               const AsExpected& as_expected) {
  return Wave(with, flows, as_expected).run();
}

}  // namespace topoproof::runner
