// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/campaign.hh"

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "campaign/board.hh"
#include "campaign/corpus.hh"
#include "campaign/kernel_features.hh"
#include "campaign/reproduction.hh"
#include "sys/error.hh"
#include "sys/event_loop.hh"
#include "sys/files.hh"
#include "sys/process.hh"

namespace topoproof::campaign {
namespace {

using sys::Clock;
constexpr auto kBetweenLooks = std::chrono::milliseconds(200);  // at the state of the campaign

// What one worker process does, from the case on that its slot says.
class WorkerProcess {
 public:
  WorkerProcess(const CampaignOptions& options, Slot& slot, std::size_t index,
                const std::function<void(const std::string&)>& tell, const PlantedFault& fault)
      : options_(options),
        slot_(slot),
        corpus_(options.corpus, index, options.jobs),
        worker_(possible(options.worker, slot), fault),
        tell_(tell) {}

  void run() {
    worker_.coverage() = slot_.coverage;
    while (!slot_.stop) {
      const std::uint64_t number = slot_.next_case;
      if (options_.cases && number >= *options_.cases) break;
      const Counts before = worker_.counts();
      if (const auto finding = worker_.run(number)) tell(*finding);
      slot_.put(before, worker_.counts(), worker_.coverage());
      slot_.next_case = number + options_.jobs;
      corpus_.done(number, worker_.met_something_new(), worker_.counts().cases);
    }
    corpus_.save(slot_.next_case);
  }

 private:
  static WorkerOptions possible(WorkerOptions options, Slot& slot) {
    slot.missing = find_missing_features();
    options.allowed.remove(slot.missing);
    return options;
  }

  void tell(const Finding& finding) {
    const generator::Shape& shape = worker_.trial().shape(finding.small.shape);
    const std::string command = repeat_command(options_, finding.number);
    std::string text = fmt::format("case {}: {}\n", finding.number, finding.text);
    if (options_.report.empty()) {
      text += make_scenario(shape, finding, command);
    } else {
      text += "  " + write_reproduction(options_.report, shape, finding, command).string() + "\n";
    }
    tell_(text);
  }

  const CampaignOptions& options_;
  Slot& slot_;
  Corpus corpus_;
  Worker worker_;
  const std::function<void(const std::string&)>& tell_;
};

class Campaign {
 public:
  Campaign(const CampaignOptions& options, const std::function<void(const std::string&)>& tell,
           const PlantedFault& fault)
      : options_(options),
        tell_(tell),
        fault_(fault),
        board_(options.jobs),
        running_(options.jobs) {
    summary_.before = observe_health();
    for (std::size_t i = 0; i < options.jobs; ++i) {
      board_[i].next_case = Corpus(options.corpus, i, options.jobs).next_case();
      start(i);
    }
  }
  ~Campaign() {
    for (const Running& each : running_) {
      if (each.pid > 0) ::kill(each.pid, SIGKILL);
      if (each.pid > 0) ::waitpid(each.pid, nullptr, 0);
    }
  }

  Summary run(const std::atomic<bool>& stop, const std::function<void(const Summary&)>& progress) {
    const auto end = options_.time ? start_ + *options_.time : Clock::time_point::max();
    const auto is_over = [&] { return stop || all_ended(); };
    while (!is_over() && Clock::now() < end) {
      loop_.run_until(is_over, std::min(end, Clock::now() + kBetweenLooks));
      count();
      progress(summary_);
    }
    for (std::size_t i = 0; i < options_.jobs; ++i) board_[i].stop = true;
    ending_ = true;
    while (!all_ended()) loop_.wait();
    count();
    merge_coverage();
    summary_.after = observe_health();
    return summary_;
  }

 private:
  struct Running {
    pid_t pid = 0;  // 0: it has ended
    sys::Fd end;    // readable then
  };

  bool all_ended() const {
    return std::ranges::all_of(running_, [](const Running& each) { return each.pid == 0; });
  }

  void start(std::size_t index) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) sys::throw_errno("start a worker");
    if (pid == 0) work(index, parent);
    running_[index] = {pid, sys::open_process(pid)};
    loop_.watch(running_[index].end.get(), EPOLLIN, [this, index](std::uint32_t) { reap(index); });
  }

  [[noreturn]] void work(std::size_t index, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    int status = 0;
    try {
      WorkerProcess(options_, board_[index], index, tell_, fault_).run();
    } catch (const std::exception& error) {
      tell_(fmt::format("worker {} at case {}: {}\n", index, board_[index].next_case.load(),
                        error.what()));
      status = 3;
    }
    ::_exit(status);
  }

  // A worker that was killed is replaced, unless the campaign ends. THROWS: std::runtime_error if
  // one could not do its work.
  void reap(std::size_t index) {
    int status = 0;
    ::waitpid(running_[index].pid, &status, 0);
    loop_.forget(running_[index].end.get());
    running_[index] = {};
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
      throw std::runtime_error("a worker could not do its work");
    }
    if (!WIFSIGNALED(status)) return;
    ++summary_.killed_workers;
    board_[index].next_case += options_.jobs;  // the case that it was at is lost
    if (!ending_) start(index);
  }

  void count() {
    summary_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    summary_.counts = board_.sum();
    summary_.features = summary_.pairs = 0;
    for (std::size_t i = 0; i < board_.size(); ++i) {
      summary_.features = std::max<std::size_t>(summary_.features, board_[i].features);
      summary_.pairs = std::max<std::size_t>(summary_.pairs, board_[i].pairs);
    }
  }

  void merge_coverage() {
    generator::Coverage all;
    for (std::size_t i = 0; i < board_.size(); ++i) {
      all.add(board_[i].coverage);
      summary_.missing.add(board_[i].missing);
    }
    summary_.features = all.features();
    summary_.pairs = all.pairs();
  }

  const CampaignOptions& options_;
  const std::function<void(const std::string&)>& tell_;
  const PlantedFault& fault_;
  const Clock::time_point start_ = Clock::now();
  Board board_;
  sys::EventLoop loop_;
  std::vector<Running> running_;
  bool ending_ = false;
  Summary summary_;
};

}  // namespace

namespace {

std::vector<std::string_view> names_of(const generator::FeatureSet& features) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < generator::kFeatures; ++i) {
    const auto feature = static_cast<generator::Feature>(i);
    if (features.has(feature)) names.push_back(to_string(feature));
  }
  return names;
}

nlohmann::ordered_json to_json(const KernelHealth& health) {
  nlohmann::ordered_json json{{"taint", health.taint}, {"complaints_in_log", nullptr}};
  if (health.complaints) json["complaints_in_log"] = *health.complaints;
  return json;
}

}  // namespace

std::string status_line(const Summary& summary) {
  const double seconds = std::max(summary.seconds, 0.001);
  const Counts& counts = summary.counts;
  return fmt::format(
      "{} cases ({:.0f}/s), {} verdicts ({:.0f}/s), {} features, {} pairs, {} not modelled, "
      "{} divergences, {} known, {} flaky",
      counts.cases, static_cast<double>(counts.cases) / seconds, counts.verdicts,
      static_cast<double>(counts.verdicts) / seconds, summary.features, summary.pairs,
      counts.not_modelled, counts.divergences + counts.refused, counts.known, counts.flaky);
}

std::string to_json(const CampaignOptions& options, const Summary& summary) {
  const Counts& counts = summary.counts;
  const nlohmann::ordered_json json{{"seed", options.worker.seed},
                                    {"jobs", options.jobs},
                                    {"seconds", summary.seconds},
                                    {"cases", counts.cases},
                                    {"verdicts", counts.verdicts},
                                    {"features", summary.features},
                                    {"feature_pairs", summary.pairs},
                                    {"not_modelled", counts.not_modelled},
                                    {"divergences", counts.divergences},
                                    {"known_divergences", counts.known},
                                    {"refused", counts.refused},
                                    {"flaky", counts.flaky},
                                    {"killed_workers", summary.killed_workers},
                                    {"features_missing", names_of(summary.missing)},
                                    {"kernel_before", to_json(summary.before)},
                                    {"kernel_after", to_json(summary.after)}};
  return json.dump(2) + "\n";
}

std::string repeat_command(const CampaignOptions& options, std::uint64_t number) {
  return fmt::format("topoproof fuzz --seed {} --jobs {} --cases {}", options.worker.seed,
                     options.jobs, number + 1);
}

Summary run_campaign(const CampaignOptions& options, const std::atomic<bool>& stop,
                     const std::function<void(const std::string&)>& tell,
                     const std::function<void(const Summary&)>& progress,
                     const PlantedFault& fault) {
  return Campaign(options, tell, fault).run(stop, progress);
}

}  // namespace topoproof::campaign
