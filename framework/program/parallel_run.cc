// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/parallel_run.hh"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace topoproof::program {
namespace {

using scenario::ScenarioResult;

class Crew {
 public:
  explicit Crew(const ParallelRun& work) : work_(work), results_(work.scenarios) {
    state_.scenarios = work.scenarios;
    busy_ = std::min<std::size_t>(std::max(1U, work.jobs), work.scenarios);
    for (std::size_t i = busy_; i > 0; --i) threads_.emplace_back([this] { serve(); });
  }

  // Tells results and progress as they come, until all threads have ended.
  std::vector<ScenarioResult> finish() {
    std::vector<ScenarioResult> told;
    std::size_t seen = 0;
    std::unique_lock lock(mutex_);
    while (told.size() < results_.size()) {
      if (auto& result = results_[told.size()]) {
        told.push_back(std::move(*result));
        unlocked(lock, [&] { tell(told.back()); });
      } else if (busy_ == 0) {
        break;
      } else {
        // What changed before this thread waited has been notified to nobody.
        changed_.wait(lock, [&] { return changes_ != seen; });
        seen = changes_;
        unlocked(lock, [&, state = state_] { tell(state); });
      }
    }
    return told;
  }

 private:
  void serve() {
    while (const auto index = take()) {
      ScenarioResult result = run_one(*index);
      const std::lock_guard lock(mutex_);
      if (could_not_run(result) && !work_.keep_going) next_ = results_.size();
      results_[*index] = std::move(result);
      ++state_.scenarios_done;
      announce();
    }
    const std::lock_guard lock(mutex_);
    --busy_;
    announce();
  }

  std::optional<std::size_t> take() {
    const std::lock_guard lock(mutex_);
    if (next_ >= results_.size() || (work_.stop != nullptr && *work_.stop)) return std::nullopt;
    return next_++;
  }

  ScenarioResult run_one(std::size_t index) {
    const std::string name = work_.name(index);
    try {
      return work_.run(index, [&](const scenario::Progress& progress) { note(name, progress); });
    } catch (const std::exception& error) {
      ScenarioResult result;
      result.name = name;
      result.error = error.what();
      return result;
    }
  }

  void note(const std::string& name, const scenario::Progress& progress) {
    const std::lock_guard lock(mutex_);
    state_.current = name;
    state_.progress = progress;
    announce();
  }

  void announce() {  // REQUIRES: the lock is held
    ++changes_;
    changed_.notify_one();
  }

  template <class F>
  static void unlocked(std::unique_lock<std::mutex>& lock, F f) {
    lock.unlock();
    f();
    lock.lock();
  }
  void tell(const ScenarioResult& result) const {
    if (work_.on_result) work_.on_result(result);
  }
  void tell(const report::RunState& state) const {
    if (work_.on_progress) work_.on_progress(state);
  }

  const ParallelRun& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<ScenarioResult>> results_;
  report::RunState state_;
  std::size_t next_ = 0;
  std::size_t busy_ = 0;
  std::size_t changes_ = 0;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace

std::vector<ScenarioResult> run_all(const ParallelRun& work) { return Crew(work).finish(); }

}  // namespace topoproof::program
