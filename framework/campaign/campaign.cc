// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/campaign.hh"

#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "campaign/board.hh"
#include "campaign/corpus.hh"
#include "campaign/reproduction.hh"
#include "sys/error.hh"
#include "sys/files.hh"

namespace topoproof::campaign {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLook = std::chrono::milliseconds(200);

std::string taint() {
  std::string text = sys::read_file("/proc/sys/kernel/tainted").value_or("unknown");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// What one worker process does, from the case on that its slot says.
class WorkerProcess {
 public:
  WorkerProcess(const CampaignOptions& options, Slot& slot, std::size_t index,
                const std::function<void(const std::string&)>& tell, const PlantedFault& fault)
      : options_(options),
        slot_(slot),
        corpus_(options.corpus, index, options.jobs),
        worker_(options.worker, fault),
        tell_(tell) {}

  void run() {
    worker_.coverage() = slot_.coverage;
    while (!slot_.stop) {
      const std::uint64_t number = slot_.next_case;
      if (options_.cases && number >= *options_.cases) return;
      const Counts before = worker_.counts();
      if (const auto finding = worker_.run(number)) tell(*finding);
      slot_.put(before, worker_.counts(), worker_.coverage());
      slot_.next_case = number + options_.jobs;
      corpus_.done(number, worker_.met_something_new(), worker_.counts().cases);
    }
    corpus_.save(slot_.next_case);
  }

 private:
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
      : options_(options), tell_(tell), fault_(fault), board_(options.jobs), pids_(options.jobs) {
    summary_.tainted_before = taint();
    for (std::size_t i = 0; i < options.jobs; ++i) {
      board_[i].next_case = Corpus(options.corpus, i, options.jobs).next_case();
      start(i);
    }
  }
  ~Campaign() {
    for (const pid_t pid : pids_) {
      if (pid > 0) ::kill(pid, SIGKILL);
      if (pid > 0) ::waitpid(pid, nullptr, 0);
    }
  }

  Summary run(const std::atomic<bool>& stop, const std::function<void(const Summary&)>& progress) {
    const auto start = Clock::now();
    while (true) {
      summary_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
      const bool over = options_.time && Clock::now() - start >= *options_.time;
      if (over || stop) break;
      if (!reap(false)) break;
      count();
      progress(summary_);
      std::this_thread::sleep_for(kLook);
    }
    for (std::size_t i = 0; i < options_.jobs; ++i) board_[i].stop = true;
    while (reap(true)) std::this_thread::sleep_for(kLook / 10);
    summary_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    count();
    merge_coverage();
    summary_.tainted_after = taint();
    return summary_;
  }

 private:
  void start(std::size_t index) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) sys::throw_errno("start a worker");
    pids_[index] = pid;
    if (pid > 0) return;
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

  // Workers that were killed are replaced, unless the campaign ends. RETURNS: whether any runs.
  // THROWS: std::runtime_error if one could not do its work.
  bool reap(bool ending) {
    bool any = false;
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      if (pids_[i] <= 0) continue;
      int status = 0;
      if (::waitpid(pids_[i], &status, WNOHANG) == 0) {
        any = true;
        continue;
      }
      pids_[i] = 0;
      if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        throw std::runtime_error("a worker could not do its work");
      }
      if (!WIFSIGNALED(status)) continue;
      ++summary_.killed_workers;
      board_[i].next_case += options_.jobs;  // the case that it was at is lost
      if (ending) continue;
      start(i);
      any = true;
    }
    return any;
  }

  void count() {
    summary_.counts = board_.sum();
    summary_.features = summary_.pairs = 0;
    for (std::size_t i = 0; i < board_.size(); ++i) {
      summary_.features = std::max<std::size_t>(summary_.features, board_[i].features);
      summary_.pairs = std::max<std::size_t>(summary_.pairs, board_[i].pairs);
    }
  }

  void merge_coverage() {
    generator::Coverage all;
    for (std::size_t i = 0; i < board_.size(); ++i) all.add(board_[i].coverage);
    summary_.features = all.features();
    summary_.pairs = all.pairs();
  }

  const CampaignOptions& options_;
  const std::function<void(const std::string&)>& tell_;
  const PlantedFault& fault_;
  Board board_;
  std::vector<pid_t> pids_;
  Summary summary_;
};

}  // namespace

std::string status_line(const Summary& summary) {
  const double seconds = std::max(summary.seconds, 0.001);
  const Counts& counts = summary.counts;
  return fmt::format(
      "{} cases ({:.0f}/s), {} verdicts ({:.0f}/s), {} features, {} pairs, {} not modelled, "
      "{} divergences, {} flaky",
      counts.cases, static_cast<double>(counts.cases) / seconds, counts.verdicts,
      static_cast<double>(counts.verdicts) / seconds, summary.features, summary.pairs,
      counts.not_modelled, counts.divergences + counts.refused, counts.flaky);
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
                                    {"refused", counts.refused},
                                    {"flaky", counts.flaky},
                                    {"killed_workers", summary.killed_workers},
                                    {"kernel_tainted_before", summary.tainted_before},
                                    {"kernel_tainted_after", summary.tainted_after}};
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
