// SPDX-License-Identifier: GPL-2.0-or-later
// bench_probe [RUNS]: how fast are checks? All pairs of a star of 100 leaves by scenario::run(),
// with full evidence, beside a bare loop with the same taps; the same for checks that must fail;
// how soon a small scenario sends its first packet; all files of scenarios/; and 1,000 namespaces.
// Prints medians. Run it in the project's folder, on a quiet machine, with the preset `release`.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare_probe.hh"
#include "document/reader.hh"
#include "plan/planner.hh"
#include "scenario/reader.hh"
#include "scenario/runner.hh"
#include "star.hh"
#include "sys/error.hh"
#include "sys/sandbox.hh"

using namespace topoproof;
using Clock = std::chrono::steady_clock;
using flow::FateKind;
using Seconds = std::chrono::duration<double>;

namespace {

constexpr int kLeaves = 100;

double since(Clock::time_point start) { return Seconds(Clock::now() - start).count(); }

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::vector<NodeId> leaves_of(int leaves) {
  std::vector<NodeId> nodes;
  for (int i = 1; i <= leaves; ++i) nodes.emplace_back(static_cast<std::size_t>(i));
  return nodes;
}

std::vector<Ipv4Address> addresses_of(int leaves, int offset = 0) {
  std::vector<Ipv4Address> addresses;
  for (int i = 1; i <= leaves; ++i) addresses.push_back(bench::star_address(offset + i + 1));
  return addresses;
}

// All pairs of the first `nodes` leaves of a star.
scenario::Scenario all_pairs(topology::Topology net, int nodes, FateKind fate, int offset = 0) {
  scenario::Matrix matrix;
  matrix.name = "all pairs";
  matrix.nodes = leaves_of(nodes);
  for (const Ipv4Address address : addresses_of(nodes, offset)) matrix.addresses.push_back(address);
  matrix.services = {flow::Service{}};
  matrix.expected.should.fate = fate;
  scenario::Scenario out{.name = "star", .topology = std::move(net)};
  out.steps.push_back({.where = {}, .checks = {std::move(matrix)}});
  return out;
}

scenario::ScenarioResult run_or_throw(const scenario::Scenario& what,
                                      const scenario::Observer& observer = {}) {
  scenario::ScenarioResult result = scenario::run(what, {}, observer);
  if (!result.error.empty()) throw std::runtime_error(result.error);
  for (const scenario::CheckResult& check : result.checks) {
    if (check.outcome == scenario::Outcome::Passed) continue;
    throw std::runtime_error(fmt::format("{}: {}: expected {}, observed {}; {}", check.name,
                                         to_string(check.outcome), check.expected, check.observed,
                                         fmt::join(check.notes, "; ")));
  }
  return result;
}

double checks_per_second(const scenario::Scenario& what) {
  const auto result = run_or_throw(what);
  std::size_t flows = 0;
  for (const scenario::CheckResult& check : result.checks) flows += check.flows;
  return static_cast<double>(flows) / Seconds(result.timing.checks).count();
}

plan::PlanOptions with_all_neighbors() {
  plan::PlanOptions options;
  options.neighbors = plan::Neighbors::All;
  return options;
}

double bare_checks_per_second() {
  lab::Lab lab(plan::make_plan(bench::make_star(kLeaves), with_all_neighbors()).value());
  const auto nodes = leaves_of(kLeaves);
  const auto addresses = addresses_of(kLeaves);
  const bench::BareResult result = bench::probe_bare(lab, nodes, addresses);
  if (result.seen != result.flows) {
    fmt::print("  (the bare loop saw {} of {} flows)\n", result.seen, result.flows);
  }
  return static_cast<double>(result.flows) / result.seconds;
}

// Leaves whose own rules drop whatever comes in.
topology::Node closed_leaf() {
  topology::Node leaf;
  leaf.rules.push_back(
      {.text = "table inet filter {\n"
               " chain input { type filter hook input priority 0; policy drop; }\n}\n"});
  return leaf;
}

class Contest {
 public:
  Contest(std::string name, std::function<double()> measure)
      : name_(std::move(name)), measure_(std::move(measure)) {}

  void run_once() { values_.push_back(measure_()); }
  double value() const { return median(values_); }
  void print(const Contest& floor) const {
    fmt::print("  {:<42} {:8.0f} checks/s   {:5.2f} x bare loop\n", name_, value(),
               value() / floor.value());
  }

 private:
  std::string name_;
  std::function<double()> measure_;
  std::vector<double> values_;
};

void compare_probing(int runs) {
  constexpr int kNowhere = 1 << 20;  // beyond the subnet: no leaf has a route there
  const auto delivered = all_pairs(bench::make_star(kLeaves), kLeaves, FateKind::Delivered);
  const auto no_route = all_pairs(bench::make_star(kLeaves), kLeaves, FateKind::NoRoute, kNowhere);
  const auto dropped =
      all_pairs(bench::make_star(kLeaves, closed_leaf()), kLeaves, FateKind::Dropped);
  std::vector<Contest> contests = {
      {"bare loop", bare_checks_per_second},
      {"topoproof, delivered", [&] { return checks_per_second(delivered); }},
      {"topoproof, no_route", [&] { return checks_per_second(no_route); }},
      {"topoproof, dropped by a policy", [&] { return checks_per_second(dropped); }}};
  for (int i = 0; i < runs; ++i) {
    for (Contest& contest : contests) contest.run_once();
  }
  fmt::print("all pairs of {} leaves by ICMP, median of {} runs:\n", kLeaves, runs);
  for (const Contest& contest : contests) contest.print(contests.front());
}

struct Child {
  double seconds = 0;  // until it wrote its first byte, which is its first packet
  double whole = 0;
  double peak_mib = 0;
};

// Starts this program anew with `word`.
Child run_self(const char* word) {
  int ends[2] = {-1, -1};
  sys::check_result(::pipe(ends), "make a pipe");
  const auto start = Clock::now();
  const pid_t child = sys::check_result(::fork(), "start a child");
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl("/proc/self/exe", "bench_probe", word, nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  char byte = 0;
  Child out;
  const bool wrote = ::read(ends[0], &byte, 1) == 1;
  out.seconds = since(start);
  int status = 0;
  rusage usage{};
  sys::check_result(::wait4(child, &status, 0, &usage), "wait for a child");
  out.whole = since(start);
  out.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
  ::close(ends[0]);
  if (!wrote || status != 0) throw std::runtime_error(fmt::format("{} failed", word));
  return out;
}

// What run_self starts: all pairs of two leaves of a star, and a byte when checking begins.
int probe_star(int leaves) {
  const auto say_first = [said = false](const scenario::Progress& progress) mutable {
    if (said || progress.phase != scenario::Phase::Checking) return;
    said = ::write(STDOUT_FILENO, ".", 1) == 1;
  };
  run_or_throw(all_pairs(bench::make_star(leaves), 2, FateKind::Delivered), say_first);
  return 0;
}

void measure_start(int runs) {
  std::vector<double> first;
  std::vector<double> whole;
  for (int i = 0; i < runs; ++i) {
    const Child child = run_self("two");
    first.push_back(1e3 * child.seconds);
    whole.push_back(1e3 * child.whole);
  }
  fmt::print(
      "two namespaces on a bridge: {:.1f} ms from the start of the process to the first "
      "packet, {:.1f} ms to its end\n",
      median(first), median(whole));
}

void measure_thousand() {
  const Child child = run_self("thousand");
  fmt::print("1,000 namespaces: at most {:.0f} MiB, rings included; {:.2f} s to the first packet\n",
             child.peak_mib, child.seconds);
}

double seconds_of_scenarios(const std::vector<std::filesystem::path>& files) {
  const auto start = Clock::now();
  for (const auto& file : files) {
    Issues issues;
    const auto read = scenario::load_scenario(file, document::read_text_file, issues);
    run_or_throw(read);
  }
  return since(start);
}

void measure_scenarios(int runs) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
    if (entry.path().string().ends_with(".scenario.yaml")) files.push_back(entry.path());
  }
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) seconds.push_back(seconds_of_scenarios(files));
  fmt::print("scenarios/: {} files in {:.2f} s\n", files.size(), median(seconds));
}

void print_load() {
  double load[1] = {0};
  if (::getloadavg(load, 1) == 1) fmt::print("the machine's load: {:.1f}\n", load[0]);
}

int measure_all(int runs) {
  print_load();
  compare_probing(runs);
  measure_start(runs);
  measure_scenarios(runs);
  measure_thousand();
  print_load();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    sys::enter_sandbox();
    const std::string word = argc > 1 ? argv[1] : "5";
    if (word == "two") return probe_star(2);
    if (word == "thousand") return probe_star(1000);
    return measure_all(std::max(1, std::atoi(word.c_str())));
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
