// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/runner.hh"

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "checks/check_result.hh"
#include "checks/foretold.hh"
#include "checks/plain_checks.hh"
#include "checks/prediction.hh"
#include "checks/simulation.hh"
#include "lab/rules.hh"
#include "runner/conntrack.hh"
#include "runner/detail.hh"
#include "runner/failure_folder.hh"
#include "runner/folder_names.hh"
#include "runner/kernel_proofs.hh"
#include "runner/session.hh"
#include "scenario/stateful.hh"
#include "scenario/tally.hh"

namespace topoproof::runner {
namespace {

using checks::blame_lost_frames_at;
using checks::compare_with;
using checks::is_as_foretold;
using checks::Judged;
using checks::make_result;
using checks::PlainChecks;
using checks::ports_on_the_way;
using checks::question_of;
using checks::Simulation;
using checks::went_as_foretold;
using scenario::Change;
using scenario::Check;
using scenario::CheckItem;
using scenario::CheckResult;
using scenario::Expectation;
using scenario::has_stateful_rules;
using scenario::Observer;
using scenario::Outcome;
using scenario::Phase;
using scenario::Progress;
using scenario::Scenario;
using scenario::ScenarioResult;
using scenario::Step;
using scenario::Tally;

// Flows that are sent together: enough to keep the machine busy, few enough for small buffers.
constexpr std::size_t kWaveSize = 512;
// Of flows that ended otherwise than expected, those that are sent once more, alone, to see which
// counters grow; and the largest network whose counters are read for it.
constexpr std::size_t kMostSentAgain = 16;
constexpr std::size_t kMostCounted = 256;
const Expectation& expectation_of(const CheckItem& item) {
  return std::visit([](const auto& i) -> const Expectation& { return i.expected; }, item);
}

// Told apart by a rule that is hit or not, so rules are traced from the start.
bool depends_on_rules(const CheckItem& item) {
  const auto by_rule = [](flow::FateKind fate) {
    return fate == flow::FateKind::Dropped || fate == flow::FateKind::Rejected ||
           fate == flow::FateKind::Refused;
  };
  const Expectation& wanted = expectation_of(item);
  return by_rule(wanted.should.fate) || (wanted.reply && by_rule(wanted.reply->fate));
}

struct Slot {
  std::size_t item = 0;
  Check check;
  std::optional<sim::Prediction> foretold = {};  // asked once: what it says changes the simulator
};

using Lines = std::vector<std::string>;

// Two sockets of a node cannot be bound to one port at the same time.
bool shares_port(const flow::Flow& flow, std::span<const Slot> wave) {
  if (!flow.source_port) return false;
  return std::ranges::any_of(wave, [&](const Slot& slot) {
    const flow::Flow& other = slot.check.flow;
    return other.from == flow.from && other.source_port == flow.source_port &&
           other.service.protocol == flow.service.protocol;
  });
}

// Whether nodes may learn from the flow what changes the fate of others that are under way: an
// MTU of its way. IPv6 headers and those of TCP behind the handshake are the longest.
bool may_teach(const flow::Flow& flow, std::uint32_t smallest_mtu) {
  constexpr std::size_t kHeaders = 40 + 32;
  return flow.payload_size.value_or(0) + kHeaders > smallest_mtu;
}

class Runner {
 public:
  Runner(const Scenario& scenario, const RunOptions& options, const Observer& observer)
      : scenario_(scenario), options_(options), observer_(observer) {
    result_ = scenario::result_of(scenario);
    progress_.flows = scenario::flow_count(scenario);
  }

  ScenarioResult run() {
    attempt([this] {
      timed(Phase::Building, result_.timing.build, [this] { build(); });
      timed(Phase::Checking, result_.timing.checks, [this] { carry_out(); });
    });
    if (simulation_) {
      result_.rules = simulation_->rule_uses();
      result_.routes = simulation_->route_uses(scenario_.topology);
    }
    attempt([this] { look_at_services(); });
    attempt([this] { blame_lost_frames(); });
    timed(Phase::TearingDown, result_.timing.teardown, [this] { session_.reset(); });
    return std::move(result_);
  }

 private:
  // Asked before each piece of work: one that is left out for it makes the result unfinished.
  bool stopped() {
    const bool stop = options_.stop != nullptr && *options_.stop;
    result_.interrupted |= stop;
    return stop;
  }

  void attempt(const std::function<void()>& part) {
    try {
      part();
    } catch (const lab::Stopped&) {
      result_.interrupted = true;
    } catch (const std::exception& refused) {
      if (!result_.error.empty()) return;
      result_.error = refused.what();
      result_.input_is_wrong = dynamic_cast<const lab::RulesRefused*>(&refused) != nullptr;
    }
  }

  void build() {
    session_ = std::make_unique<Session>(scenario_, options_);
    plain_.emplace(session_->topology(), session_->instruments().witness);
    if (options_.predict) simulation_.emplace(scenario_, session_->rule_compiler());
  }

  void timed(Phase phase, std::chrono::nanoseconds& span, const std::function<void()>& part) {
    tell(phase);
    const auto begin = sys::Clock::now();
    part();
    span = sys::Clock::now() - begin;
  }

  void tell(Phase phase) {
    progress_.phase = phase;
    if (observer_) observer_(progress_);
  }

  void carry_out() {
    for (const Step& step : scenario_.steps) {
      for (const Change& change : step.changes) {
        if (!stopped()) carry_out(change);
      }
      if (!stopped()) check(step);
    }
  }

  void carry_out(const Change& change) {
    session_->change(change);
    if (simulation_) simulation_->change(change);
  }

  void check(const Step& step) {
    serial_ = has_stateful_rules(session_->topology());
    if (options_.decisions) session_->keep_decisions();
    if (std::ranges::any_of(step.checks, depends_on_rules)) session_->trace_all_rules();
    tallies_.clear();
    for (const CheckItem& item : step.checks) tallies_.emplace_back(item);
    const std::uint32_t smallest_mtu = session_->smallest_mtu();
    std::vector<Slot> wave;
    for (std::size_t item = 0; item < step.checks.size(); ++item) {
      for (std::size_t i = 0; i < flow_count(step.checks[item]) && !stopped(); ++i) {
        Slot slot{item, check_at(step.checks[item], session_->topology(), i)};
        // A raw frame carries no token: it could be taken for an equal one.
        const bool alone = serial_ || slot.check.flow.service.protocol == flow::Protocol::Raw ||
                           may_teach(slot.check.flow, smallest_mtu);
        const bool must_wait = alone || shares_port(slot.check.flow, wave);
        if (must_wait && !wave.empty()) run_wave(std::exchange(wave, {}));
        wave.push_back(std::move(slot));
        if (alone || wave.size() == kWaveSize) run_wave(std::exchange(wave, {}));
      }
    }
    if (!wave.empty() && !stopped()) run_wave(std::move(wave));
    for (Tally& tally : tallies_) tally.report(result_.checks);
  }

  // A packet that vanished, or was answered, at a node whose rules were not traced is sent again
  // with tracing: only then can it be said which rule took it, or that none did.
  void run_wave(std::vector<Slot> slots) {
    while (!slots.empty() && !stopped()) {
      if (serial_) session_->flush_connections();
      const std::set<NodeId> traced = session_->traced();
      session_->forget_rule_events();
      std::vector<Slot> again;
      read_counters(slots.size());
      auto judged = probe(slots);
      for (std::size_t i = 0; i < judged.size(); ++i) {
        if (judged[i].undecided) continue;
        if (ask_for_rules(judged[i].verdict, traced)) {
          again.push_back(std::move(slots[i]));
        } else {
          conclude(slots[i], judged[i]);
        }
      }
      result_.interrupted |=
          judged.size() < slots.size() || std::ranges::any_of(judged, &Judged::undecided);
      session_->observer().drop_kept();
      readings_.reset();
      slots = std::move(again);
      tell(Phase::Checking);
    }
  }

  // Of who is asked to explain each flow.
  void read_counters(std::size_t flows) {
    const bool few = scenario_.topology.nodes().size() <= kMostCounted;
    if (flows == 1 && few && options_.verbose) readings_.emplace(session_->lab());
  }

  std::vector<Judged> probe(std::span<Slot> slots) {
    std::vector<flow::Flow> flows;
    flows.reserve(slots.size());
    for (const Slot& slot : slots) flows.push_back(slot.check.flow);
    session_->observer().keep_frames(!options_.pcap_directory.empty());
    auto judged = probe_wave(session_->instruments(), flows,
                             [&](std::size_t i, const evidence::Case& evidence) {
                               return passes_unseen(slots[i], evidence);
                             });
    // Each flow finds the network as it was planned.
    for (const Judged& one : judged) session_->forget_ways(one.evidence);
    return judged;
  }

  // Flows of a matrix that pass, and go as foretold, are counted and no more, where nobody reads of
  // each.
  bool passes_unseen(Slot& slot, const evidence::Case& evidence) {
    const bool is_shown = options_.verbose || options_.always_keep_pcap || serial_;
    if (is_shown || !tallies_[slot.item].is_of_matrix()) return false;
    if (!plain_->pass(slot.check, evidence)) return false;
    if (!simulation_) return true;
    const auto is_seen = [&](const sim::Prediction& prediction) {
      return went_as_foretold(evidence, prediction, session_->instruments().witness);
    };
    if (!slot.foretold) slot.foretold = simulation_->predict(question_of(evidence), is_seen);
    return is_seen(*slot.foretold);
  }

  // RETURNS: whether rules that were not traced may have decided this.
  bool ask_for_rules(const evidence::Verdict& verdict, const std::set<NodeId>& traced) {
    std::vector<NodeId> suspects;
    if (verdict.vanished_at) suspects.push_back(*verdict.vanished_at);
    // No rule says that a packet is too big; and who was told so does not send it again.
    const auto suspect = [&](const flow::Fate& fate) {
      const bool may_be_of_rule = fate.answer && fate.kind != flow::FateKind::TooBig;
      if (may_be_of_rule && fate.at) suspects.push_back(*fate.at);
    };
    suspect(verdict.request.fate);
    if (verdict.reply) suspect(verdict.reply->fate);
    std::erase_if(suspects, [&](NodeId node) {
      return traced.contains(node) || !has_rules(session_->topology().node(node));
    });
    for (const NodeId node : suspects) session_->trace_rules(node);
    return !suspects.empty();
  }

  void conclude(Slot& slot, Judged& judged) {
    if (judged.as_expected) {
      ++progress_.flows_done;
      return tallies_[slot.item].add_passed();
    }
    if (options_.decisions) session_->add_decisions(judged);
    CheckResult result = make_result(slot.check, judged, scenario_, detail_of(options_));
    const auto proofs = result.why.empty() ? Lines() : prove(slot, judged);
    if (slot.check.expected.translated && judged.verdict.at_target) {
      compare_connections(session_->lab(), session_->topology(), judged.verdict, result);
    }
    if (simulation_) foretell(slot, judged, result);
    std::ranges::copy(proofs, std::back_inserter(result.why));
    if (serial_) result.notes.push_back("run alone: the rules of this network keep state");
    keep_capture(judged, result);
    ++progress_.flows_done;
    tallies_[slot.item].add(std::move(result), options_.verbose);
  }

  // What the kernel says of it besides. Its counters are of all flows of a wave: one that was not
  // alone is sent again, where that changes nothing for those to come.
  Lines prove(Slot& slot, const Judged& judged) {
    lab::Lab& lab = session_->lab();
    Lines lines = proof_lines(lab, session_->topology(), judged);
    const auto count = [&](const evidence::Verdict& verdict) {
      std::ranges::move(counter_lines(lab, session_->topology(), verdict, *readings_),
                        std::back_inserter(lines));
    };
    if (readings_) {
      count(judged.verdict);
    } else if (place_of_end(judged.verdict) && may_send_again()) {
      ++sent_again_;
      readings_.emplace(lab);
      const auto again = probe({&slot, 1});
      if (!again.empty() && is_same_end(again.front(), judged)) count(judged.verdict);
      readings_.reset();
    }
    return lines;
  }

  bool may_send_again() const {
    return !serial_ && !session_->is_impaired() && sent_again_ < kMostSentAgain &&
           scenario_.topology.nodes().size() <= kMostCounted && !options_.running;
  }

  static bool is_same_end(const Judged& a, const Judged& b) {
    return !a.undecided && a.verdict.request.fate.kind == b.verdict.request.fate.kind &&
           place_of_end(a.verdict) == place_of_end(b.verdict);
  }

  void foretell(Slot& slot, const Judged& judged, CheckResult& result) {
    if (serial_) simulation_->flush_connections();
    if (!slot.foretold) {
      simulation_->expect_draws(ports_on_the_way(judged));
      slot.foretold = simulation_->predict(
          question_of(judged.evidence), [&](const sim::Prediction& prediction) {
            return is_as_foretold(prediction, judged.verdict, session_->topology());
          });
    }
    compare_with(*slot.foretold, judged, session_->topology(), result);
  }

  void keep_capture(const Judged& judged, CheckResult& result) {
    const bool wanted = options_.always_keep_pcap || result.outcome != Outcome::Passed;
    if (!wanted || options_.pcap_directory.empty()) return;
    try {
      result.pcap =
          write_failure_folder(folder_of(result.name), result, judged, scenario_, *session_);
    } catch (const std::exception& refused) {
      // The verdict stands without its file; that there is none must be said.
      if (options_.must_keep_pcap) result.outcome = Outcome::Error;
      result.notes.push_back(fmt::format("the capture was not kept: {}", refused.what()));
    }
  }

  std::filesystem::path folder_of(const std::string& check) {
    const std::string& own = options_.pcap_name.empty() ? scenario_.name : options_.pcap_name;
    return std::filesystem::path(options_.pcap_directory) / folder_name(own, "scenario") /
           folders_.take(check, "check");
  }

  // What came to the port of a service that has ended says nothing of the network.
  void look_at_services() {
    if (session_ == nullptr) return;
    if (const auto trouble = session_->services_trouble(); !trouble.empty()) {
      throw std::runtime_error(trouble);
    }
  }

  void blame_lost_frames() {
    if (session_ == nullptr) return;
    const auto lossy = session_->observer().lossy();
    if (!lossy.empty()) blame_lost_frames_at(lossy, result_.checks);
  }

  const Scenario& scenario_;
  const RunOptions& options_;
  const Observer& observer_;
  FolderNames folders_;  // of this scenario's checks
  Progress progress_;
  ScenarioResult result_;
  std::unique_ptr<Session> session_;
  std::optional<PlainChecks> plain_;
  std::optional<Simulation> simulation_;  // none: nothing is foretold
  std::vector<Tally> tallies_;            // of the step under way, by item
  bool serial_ = false;
  std::optional<CounterReadings> readings_;  // before what is sent now, where that is one flow
  std::size_t sent_again_ = 0;
};

}  // namespace

ScenarioResult run(const Scenario& scenario, const RunOptions& options, const Observer& observer) {
  return Runner(scenario, options, observer).run();
}

}  // namespace topoproof::runner
