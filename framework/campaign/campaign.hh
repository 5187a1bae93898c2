// SPDX-License-Identifier: GPL-2.0-or-later
// A campaign: worker processes that ask kernel and simulator about generated cases until the time
// is over. A worker that is killed, crashes or stands still loses the case that it was at, which
// is told; another takes its place.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/health.hh"
#include "campaign/worker.hh"

namespace topoproof::campaign {

struct CampaignOptions {
  WorkerOptions worker = {};
  std::size_t jobs = 1;
  std::optional<std::chrono::seconds> time = {};  // neither: until it is stopped
  std::uint64_t first = 0;                        // case
  std::optional<std::uint64_t> cases = {};
  std::string features = "all";       // as `worker.allowed` was asked for
  std::filesystem::path corpus = {};  // where to go on, and what to keep; empty: nowhere
  std::filesystem::path report = {};  // of findings; empty: they are only told
  std::chrono::milliseconds patience = std::chrono::seconds(30);  // with a worker that stands still
};

struct Summary {
  Counts counts = {};
  std::uint64_t killed_workers = 0;             // by somebody else
  std::uint64_t crashed_workers = 0;            // by a signal of their own making
  std::uint64_t hung_workers = 0;               // that stood still, and were killed for it
  std::vector<std::uint64_t> flaky_cases = {};  // of many the last ones
  std::size_t features = 0;
  std::size_t pairs = 0;
  double seconds = 0;
  generator::FeatureSet missing = {};  // features that the kernel lacks: they were switched off
  KernelHealth before = {};
  KernelHealth after = {};

  bool kernel_is_healthy() const { return before == after; }
};

// "1234 cases (617/s), 20345 verdicts (10172/s), ...": one line.
std::string status_line(const Summary& summary);
// JSON, with a line break at the end.
std::string to_json(const CampaignOptions& options, const Summary& summary);
// The command that repeats one case, whatever came before it.
std::string repeat_command(const CampaignOptions& options, std::uint64_t number, const Wish& wish);

// `tell` is given each finding, as text, by the process that found it; `progress` the state, a few
// times a second. REQUIRES: the process is in a sandbox and has one thread.
// THROWS: SystemError.
Summary run_campaign(const CampaignOptions& options, const std::atomic<bool>& stop,
                     const std::function<void(const std::string&)>& tell,
                     const std::function<void(const Summary&)>& progress,
                     const PlantedFault& fault = {});

}  // namespace topoproof::campaign
