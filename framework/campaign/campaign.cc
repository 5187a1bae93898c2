// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/campaign.hh"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

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
// With a worker that stands still when the campaign ends.
constexpr std::chrono::milliseconds kPatienceAtTheEnd = std::chrono::seconds(10);

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
    worker_.set_on_step([this] {
      slot_.wish = encode(worker_.wish());
      ++slot_.beats;
    });
    while (!slot_.stop) {
      const std::uint64_t number = slot_.next_case;
      if (options_.cases && number >= *options_.cases) break;
      const Counts before = worker_.counts();
      const auto finding = worker_.run(number);
      if (finding) tell(*finding);
      if (finding && finding->flaky) note_flaky(number);
      slot_.put(before, worker_.counts(), worker_.coverage());
      slot_.next_case = number + options_.jobs;
      ++slot_.beats;
      corpus_.done(number, worker_.met_something_new(), worker_.coverage(), finding.has_value());
    }
    corpus_.save(slot_.next_case, worker_.coverage());
  }

 private:
  static WorkerOptions possible(WorkerOptions options, Slot& slot) {
    slot.missing = find_missing_features();
    options.allowed.remove(slot.missing);
    return options;
  }

  void note_flaky(std::uint64_t number) {
    slot_.flaky_cases[slot_.flaky % slot_.flaky_cases.size()] = number;
  }

  // First of all it is told: the file may not be written.
  void tell(const Finding& finding) {
    const generator::Shape& shape = worker_.trial().shape(finding.small.shape);
    const std::string command = repeat_command(options_, finding.number, finding.wish);
    tell_(fmt::format("case {}: {}{}\n", finding.number, finding.flaky ? "flaky: " : "",
                      finding.text));
    if (options_.report.empty()) {
      tell_(make_scenario(shape, finding, command));
      return;
    }
    try {
      tell_("  " + write_reproduction(options_.report, shape, finding, command).string() + "\n");
    } catch (const std::exception&) {
      tell_(make_scenario(shape, finding, command));
      throw;
    }
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
    if (!options.report.empty()) std::filesystem::create_directories(options.report);
    summary_.before = observe_health();
    for (std::size_t i = 0; i < options.jobs; ++i) {
      const Corpus corpus(options.corpus, i, options.jobs);
      board_[i].next_case = std::max(options.first + i, corpus.next_case());
      board_[i].coverage = corpus.coverage();
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
      end_what_stands_still(options_.patience);
      count();
      progress(summary_);
    }
    for (std::size_t i = 0; i < options_.jobs; ++i) board_[i].stop = true;
    ending_ = true;
    const auto patience = std::min(options_.patience, kPatienceAtTheEnd);
    while (!all_ended()) {
      loop_.run_until([&] { return all_ended(); }, Clock::now() + kBetweenLooks);
      end_what_stands_still(patience);
    }
    count();
    merge_coverage();
    summary_.after = observe_health();
    return summary_;
  }

 private:
  struct Running {
    pid_t pid = 0;  // 0: it has ended
    sys::Fd end;    // readable then
    std::uint64_t beats = 0;
    Clock::time_point last_beat = Clock::now();
    bool stood_still = false;  // and is being killed for it
  };

  bool all_ended() const {
    return std::ranges::all_of(running_, [](const Running& each) { return each.pid == 0; });
  }

  void start(std::size_t index) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) sys::throw_errno("start a worker");
    if (pid == 0) work(index, parent);
    running_[index] = {.pid = pid, .end = sys::open_process(pid), .beats = board_[index].beats};
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

  void end_what_stands_still(std::chrono::milliseconds patience) {
    for (std::size_t i = 0; i < running_.size(); ++i) {
      Running& each = running_[i];
      if (each.pid == 0 || each.stood_still) continue;
      const std::uint64_t beats = board_[i].beats;
      if (std::exchange(each.beats, beats) != beats) {
        each.last_beat = Clock::now();
      } else if (Clock::now() - each.last_beat > patience) {
        each.stood_still = true;
        ::kill(each.pid, SIGKILL);
      }
    }
  }

  // A worker that a signal ended is replaced, unless the campaign ends. THROWS: std::runtime_error
  // if one could not do its work.
  void reap(std::size_t index) {
    int status = 0;
    ::waitpid(running_[index].pid, &status, 0);
    loop_.forget(running_[index].end.get());
    const bool stood_still = running_[index].stood_still;
    running_[index] = {};
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
      throw std::runtime_error("a worker could not do its work");
    }
    if (!WIFSIGNALED(status)) return;
    tell_end(index, WTERMSIG(status), stood_still);
    board_[index].next_case += options_.jobs;  // the case that it was at is lost
    if (!ending_) start(index);
  }

  void tell_end(std::size_t index, int signal, bool stood_still) {
    const bool from_outside = signal == SIGKILL || signal == SIGTERM || signal == SIGINT ||
                              signal == SIGHUP || signal == SIGQUIT;
    std::string how = fmt::format("the worker died of signal {} ({})", signal, ::strsignal(signal));
    if (stood_still) {
      ++summary_.hung_workers;
      how = "the worker stood still, and was killed";
    } else if (from_outside) {
      ++summary_.killed_workers;
      how = fmt::format("the worker was killed from outside ({})", ::strsignal(signal));
    } else {
      ++summary_.crashed_workers;
    }
    const std::uint64_t number = board_[index].next_case;
    tell_(fmt::format("case {}: {}\n  repeat: {}\n", number, how,
                      repeat_command(options_, number, decode_wish(board_[index].wish))));
  }

  void count() {
    summary_.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    summary_.counts = board_.sum();
    summary_.flaky_cases = board_.flaky_cases();
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
  const auto told = [](std::uint64_t count, std::string_view what) {
    return count == 0 ? "" : fmt::format(", {} {}", count, what);
  };
  return fmt::format(
      "{} cases ({:.0f}/s), {} verdicts ({:.0f}/s), {} features, {} pairs, {} not modelled, "
      "{} divergences, {} known, {} flaky{}{}{}",
      counts.cases, static_cast<double>(counts.cases) / seconds, counts.verdicts,
      static_cast<double>(counts.verdicts) / seconds, summary.features, summary.pairs,
      counts.not_modelled, counts.divergences + counts.refused, counts.known, counts.flaky,
      told(summary.killed_workers, "workers killed"),
      told(summary.crashed_workers, "workers crashed"), told(summary.hung_workers, "workers hung"));
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
                                    {"flaky_cases", summary.flaky_cases},
                                    {"killed_workers", summary.killed_workers},
                                    {"crashed_workers", summary.crashed_workers},
                                    {"hung_workers", summary.hung_workers},
                                    {"features_missing", names_of(summary.missing)},
                                    {"kernel_before", to_json(summary.before)},
                                    {"kernel_after", to_json(summary.after)}};
  return json.dump(2) + "\n";
}

std::string repeat_command(const CampaignOptions& options, std::uint64_t number, const Wish& wish) {
  std::string command =
      fmt::format("topoproof fuzz --seed {} --case {}", options.worker.seed, number);
  if (wish) command += fmt::format(" --wish {}", to_string(wish));
  if (options.features != "all") command += fmt::format(" --features={}", options.features);
  const std::size_t usual = WorkerOptions().probes;
  if (options.worker.probes != usual)
    command += fmt::format(" --packets {}", options.worker.probes);
  return command;
}

Summary run_campaign(const CampaignOptions& options, const std::atomic<bool>& stop,
                     const std::function<void(const std::string&)>& tell,
                     const std::function<void(const Summary&)>& progress,
                     const PlantedFault& fault) {
  return Campaign(options, tell, fault).run(stop, progress);
}

}  // namespace topoproof::campaign
