// SPDX-License-Identifier: GPL-2.0-or-later
// bench_probe [RUNS]: how fast are checks? All pairs of a star of 100 leaves by runner::run(),
// with full evidence, beside a bare loop with the same taps; checks that are to find nothing
// delivered beside such that are; taps; how soon a small scenario sends its first packet; all files
// of scenarios/; and 1,000 namespaces. Prints medians. Run it in the project's folder, with the
// preset `release`.
#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare_probe.hh"
#include "capture/tap_set.hh"
#include "document/reader.hh"
#include "figure.hh"
#include "plan/planner.hh"
#include "runner/runner.hh"
#include "scenario/reader.hh"
#include "star.hh"
#include "sys/error.hh"
#include "sys/sandbox.hh"

using namespace topoproof;
using bench::Cost;
using flow::FateKind;
using flow::Protocol;

namespace {

constexpr int kLeaves = 100;
constexpr const char* kTwoNamespaces = "scenarios/01-bridge.scenario.yaml";

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
struct Pairs {
  topology::Topology net;
  int nodes = kLeaves;
  flow::Service service = {};
  FateKind fate = FateKind::Delivered;
  int offset = 0;  // of the addresses that are asked
};

scenario::Scenario all_pairs(Pairs pairs) {
  scenario::Matrix matrix;
  matrix.name = "all pairs";
  matrix.nodes = leaves_of(pairs.nodes);
  for (const Ipv4Address address : addresses_of(pairs.nodes, pairs.offset)) {
    matrix.addresses.push_back(address);
  }
  matrix.services = {pairs.service};
  matrix.expected.should.fate = pairs.fate;
  scenario::Scenario out{.name = "star", .topology = std::move(pairs.net)};
  out.steps.push_back({.where = {}, .checks = {std::move(matrix)}});
  return out;
}

struct Ran {
  scenario::ScenarioResult result;
  Cost checks;
};

// THROWS: std::runtime_error unless all checks pass.
Ran run_or_throw(const scenario::Scenario& what, const scenario::Observer& observer = {}) {
  Ran ran;
  Cost start;
  ran.result = runner::run(what, {.predict = false}, [&](const scenario::Progress& progress) {
    if (progress.phase == scenario::Phase::Checking && start.wall == 0) start = bench::cost_now();
    if (progress.phase == scenario::Phase::TearingDown) ran.checks = bench::cost_now() - start;
    if (observer) observer(progress);
  });
  if (!ran.result.error.empty()) throw std::runtime_error(ran.result.error);
  for (const scenario::CheckResult& check : ran.result.checks) {
    if (check.outcome == scenario::Outcome::Passed) continue;
    throw std::runtime_error(fmt::format("{}: {}: expected {}, observed {}; {}", check.name,
                                         to_string(check.outcome), check.expected, check.observed,
                                         fmt::join(check.notes, "; ")));
  }
  return ran;
}

Cost cost_of_checks(const scenario::Scenario& what) { return run_or_throw(what).checks; }

plan::PlanOptions with_all_neighbors() {
  plan::PlanOptions options;
  options.neighbors = plan::Neighbors::All;
  return options;
}

Cost cost_of_bare_loop() {
  const topology::Topology net = bench::make_star(kLeaves);
  lab::Lab lab(plan::make_plan(net, with_all_neighbors()).value());
  const auto nodes = leaves_of(kLeaves);
  const auto addresses = addresses_of(kLeaves);
  const bench::BareResult result = bench::probe_bare(lab, net, nodes, addresses);
  if (result.seen != result.flows) {
    fmt::print("  (the bare loop saw {} of {} flows)\n", result.seen, result.flows);
  }
  return result.cost;
}

// Leaves whose own rules end with `verdict` whatever comes in.
topology::Node closed_leaf(const char* verdict) {
  topology::Node leaf;
  leaf.rules.push_back(
      {.text =
           fmt::format("table inet filter {{\n chain input {{ type filter hook input priority 0; "
                       "policy accept;\n  {}\n }}\n}}\n",
                       verdict)});
  return leaf;
}

topology::Topology star(const topology::Node& leaf = {}) { return bench::make_star(kLeaves, leaf); }

class Contest {
 public:
  explicit Contest(std::function<Cost()> measure) : measure_(std::move(measure)) {}
  explicit Contest(Pairs pairs)
      : measure_([what = all_pairs(std::move(pairs))] { return cost_of_checks(what); }) {}

  void run_once() { costs_.push_back(measure_()); }
  Cost cost() const { return bench::median(costs_); }

 private:
  std::function<Cost()> measure_;
  std::vector<Cost> costs_;
};

void run_all(int runs, std::initializer_list<Contest*> contests) {
  for (int i = 0; i < runs; ++i) {
    for (Contest* contest : contests) contest->run_once();
  }
}

// `base` and `cost` are for as many checks: a rate is the inverse of a time.
void print_speed(const char* name, const Cost& cost, const Cost& base, double goal) {
  bench::print_ratio(name, base, cost, bench::at_least(goal));
}

void compare_probing(int runs) {
  constexpr int kNowhere = 1 << 20;  // beyond the subnet: no leaf has a route there
  constexpr flow::Service kUdp{Protocol::Udp, 9};
  constexpr flow::Service kTcp{Protocol::Tcp, 9};
  Contest bare(cost_of_bare_loop);
  Contest delivered(Pairs{.net = star()});
  Contest no_route(Pairs{.net = star(), .fate = FateKind::NoRoute, .offset = kNowhere});
  Contest dropped(Pairs{.net = star(closed_leaf("drop")), .fate = FateKind::Dropped});
  Contest rejected(Pairs{.net = star(closed_leaf("reject")), .fate = FateKind::Rejected});
  Contest udp(Pairs{.net = star(), .service = kUdp});
  Contest udp_refused(Pairs{.net = star(), .service = kUdp, .fate = FateKind::Refused});
  Contest tcp(Pairs{.net = star(), .service = kTcp});
  Contest tcp_refused(Pairs{.net = star(), .service = kTcp, .fate = FateKind::Refused});
  run_all(runs, {&bare, &delivered, &no_route, &dropped, &rejected, &udp, &udp_refused, &tcp,
                 &tcp_refused});
  constexpr double kFlows = kLeaves * (kLeaves - 1);
  bench::print_rate("9,900 ICMP checks, a bare loop (floor)", bare.cost(), kFlows);
  bench::print_rate("9,900 ICMP checks, topoproof", delivered.cost(), kFlows);
  print_speed("speed: topoproof / bare loop", delivered.cost(), bare.cost(), 0.7);
  print_speed("speed: icmp no_route / delivered", no_route.cost(), delivered.cost(), 1);
  print_speed("speed: icmp dropped / delivered", dropped.cost(), delivered.cost(), 1);
  print_speed("speed: icmp rejected / delivered", rejected.cost(), delivered.cost(), 1);
  print_speed("speed: udp refused / delivered", udp_refused.cost(), udp.cost(), 1);
  print_speed("speed: tcp refused / delivered", tcp_refused.cost(), tcp.cost(), 1);
}

// A leaf asks for an address of its subnet that nobody has.
void measure_no_neighbor(int runs) {
  std::vector<Cost> costs;
  for (int i = 0; i < runs; ++i) {
    scenario::Scenario what{.name = "star", .topology = bench::make_star(2)};
    scenario::Check check{.name = "nobody", .where = {}, .flow = {}, .expected = {}};
    check.flow = {.from = NodeId(1), .destination = bench::star_address(99), .service = {}};
    check.expected.should.fate = FateKind::NoNeighbor;
    what.steps.push_back({.where = {}, .checks = {std::move(check)}});
    costs.push_back(cost_of_checks(what));
  }
  const Cost cost = bench::median(costs);
  bench::print_figure("one check that finds no_neighbor", 1e3 * cost.wall, 1e3 * cost.cpu, "ms",
                      bench::at_most(50));
}

void measure_taps(int runs) {
  lab::Lab lab(plan::make_plan(bench::make_star(kLeaves)).value());
  std::vector<capture::TapRequest> requests;
  for (std::size_t i = 0; i < lab.nodes().size(); ++i) {
    requests.push_back({&lab.netns(NodeId(i)), {.where = lab.nodes()[i]}});
  }
  std::vector<Cost> opening;
  std::vector<Cost> closing;
  for (int i = 0; i < runs; ++i) {
    const Cost start = bench::cost_now();
    std::optional<capture::TapSet> taps(std::in_place, requests);
    taps->wait();
    const Cost open = bench::cost_now();
    taps.reset();
    opening.push_back((open - start) / static_cast<double>(requests.size()));
    closing.push_back((bench::cost_now() - open) / static_cast<double>(requests.size()));
  }
  const auto print = [](const char* name, const Cost& each) {
    bench::print_figure(name, 1e3 * each.wall, 1e3 * each.cpu, "ms", bench::at_most(0.7));
  };
  print("opening one of 101 taps", bench::median(opening));
  print("closing one of 101 taps", bench::median(closing));
}

struct Child {
  double first = 0;  // seconds until it wrote its first byte, which is its first packet
  Cost whole;
  double peak_mib = 0;
};

double in_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Starts this program anew with `word`.
Child run_self(const char* word) {
  int ends[2] = {-1, -1};
  sys::check_result(::pipe(ends), "make a pipe");
  const double start = bench::cost_now().wall;
  const auto since_start = [&] { return bench::cost_now().wall - start; };
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
  out.first = since_start();
  int status = 0;
  rusage usage{};
  sys::check_result(::wait4(child, &status, 0, &usage), "wait for a child");
  out.whole = {since_start(), in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime)};
  out.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
  ::close(ends[0]);
  if (!wrote || status != 0) throw std::runtime_error(fmt::format("{} failed", word));
  return out;
}

// What run_self starts: a byte is written when checking begins.
int probe(const scenario::Scenario& what) {
  run_or_throw(what, [said = false](const scenario::Progress& progress) mutable {
    if (said || progress.phase != scenario::Phase::Checking) return;
    said = ::write(STDOUT_FILENO, ".", 1) == 1;
  });
  return 0;
}

scenario::Scenario load(const std::filesystem::path& file) {
  Issues issues;
  return scenario::load_scenario(file, document::read_text_file, issues);
}

void measure_start(int runs) {
  std::vector<double> first;
  std::vector<Cost> whole;
  for (int i = 0; i < runs; ++i) {
    const Child child = run_self("two");
    first.push_back(child.first);
    whole.push_back(child.whole);
  }
  std::ranges::sort(first);
  bench::print_figure("two namespaces: program start to first packet",
                      1e3 * first[first.size() / 2], {}, "ms", bench::at_most(60));
  bench::print_figure("two namespaces: the whole program", 1e3 * bench::median(whole).wall,
                      1e3 * bench::median(whole).cpu, "ms");
}

void measure_thousand() {
  const Child child = run_self("thousand");
  bench::print_figure("1,000 namespaces with taps: to the first packet", child.first,
                      child.whole.cpu, "s");
  bench::print_figure("1,000 namespaces: peak memory with capture rings", child.peak_mib, {}, "MiB",
                      bench::at_most(100 + 256));
}

void measure_scenarios(int runs) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
    if (entry.path().string().ends_with(".scenario.yaml")) files.push_back(entry.path());
  }
  std::vector<Cost> costs;
  for (int i = 0; i < runs; ++i) {
    const Cost start = bench::cost_now();
    for (const auto& file : files) run_or_throw(load(file));
    costs.push_back(bench::cost_now() - start);
  }
  const Cost cost = bench::median(costs);
  bench::print_figure(fmt::format("the {} files of scenarios/, one by one", files.size()),
                      cost.wall, cost.cpu, "s", bench::at_most(1.5));
}

int measure_all(int runs) {
  bench::print_heading();
  compare_probing(runs);
  measure_no_neighbor(runs);
  measure_taps(runs);
  measure_start(runs);
  measure_scenarios(runs);
  measure_thousand();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    sys::enter_sandbox();
    const std::string word = argc > 1 ? argv[1] : "5";
    if (word == "two") return probe(load(kTwoNamespaces));
    if (word == "thousand") return probe(all_pairs({.net = bench::make_star(1000), .nodes = 2}));
    return measure_all(std::max(1, std::atoi(word.c_str())));
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
