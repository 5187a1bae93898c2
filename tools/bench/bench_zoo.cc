// SPDX-License-Identifier: GPL-2.0-or-later
// bench_zoo [--pairs N] [--kernel-only] [--floor] [FILE...]: real networks, from GraphML to
// packets. Each file is imported, given addresses and shortest-path routes, built as namespaces,
// and probed: every pair of nodes must be delivered along the path that the routes say, or be
// `no_route` where nothing connects it, and go hop by hop as the simulator says. Without files: the
// Internet Topology Zoo in $TOPOPROOF_DATA/topology-zoo. With --pairs: a sample of N pairs, shared
// out over the files, by the seed $TOPOPROOF_SEED. With --kernel-only: nothing is predicted. With
// --floor: as many pairs are probed by a bare loop with the same taps, for comparison. Ends with 0,
// with 1 if a pair did not pass, with 3 if the harness failed, with 77 without files.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "bare_probe.hh"
#include "figure.hh"
#include "plan/planner.hh"
#include "runner/runner.hh"
#include "scenario/along_routes.hh"
#include "sys/sandbox.hh"
#include "topofile/graphml.hh"
#include "topology/addressing.hh"
#include "topology/interfaces.hh"
#include "topology/routing.hh"

using namespace topoproof;
using scenario::Outcome;
using Files = std::vector<std::filesystem::path>;

namespace {

constexpr int kSkipped = 77;

struct Arguments {
  std::size_t pairs = 0;  // 0: all
  std::uint64_t seed = 1;
  bool predict = true;
  bool floor = false;
  Files files = {};
};

template <class Number>
Number to_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  throw std::invalid_argument(fmt::format("'{}' is no number", text));
}

Files files_of_the_zoo() {
  const char* data = std::getenv("TOPOPROOF_DATA");
  const std::filesystem::path folder = data != nullptr ? data : "../shared/data";
  Files files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "topology-zoo", missing)) {
    if (entry.path().extension() == ".graphml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Arguments read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  if (const char* seed = std::getenv("TOPOPROOF_SEED")) {
    arguments.seed = to_number<std::uint64_t>(seed);
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--pairs" && i + 1 < words.size()) {
      arguments.pairs = to_number<std::size_t>(words[++i]);
    } else if (words[i] == "--kernel-only") {
      arguments.predict = false;
    } else if (words[i] == "--floor") {
      arguments.floor = true;
    } else {
      arguments.files.emplace_back(words[i]);
    }
  }
  if (arguments.files.empty()) arguments.files = files_of_the_zoo();
  return arguments;
}

topology::Topology read_network(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("{} cannot be read", file.string()));
  std::ostringstream text;
  text << in.rdbuf();
  const auto imported = topofile::import_graphml(text.str(), file.filename());
  if (!imported) throw std::runtime_error(to_string(imported.error()));
  const auto addressed = topology::assign_addresses(imported->topology, {.loopbacks = true});
  if (!addressed) throw std::runtime_error(to_string(addressed.error()));
  return topology::add_shortest_path_routes(
      *addressed, {.destinations = topology::RoutingOptions::Destinations::Loopbacks});
}

// So many checks of the matrix, each as likely as the other.
std::vector<std::size_t> sample(const scenario::Matrix& matrix, std::size_t most,
                                std::mt19937_64& random) {
  std::vector<std::size_t> all(check_count(matrix));
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::size_t> chosen;
  std::ranges::sample(all, std::back_inserter(chosen), static_cast<std::ptrdiff_t>(most), random);
  return chosen;
}

// Shares the pairs of a sample out over the files: what a small one has not, the next ones get.
class Sampler {
 public:
  explicit Sampler(const Arguments& arguments)
      : is_for_all_(arguments.pairs == 0),
        left_(arguments.pairs),
        files_(arguments.files.size()),
        random_(arguments.seed) {}

  std::vector<scenario::CheckItem> checks(const topology::Topology& net) {
    scenario::Matrix matrix = scenario::matrix_along_routes(net, flow::Service{});
    if (is_for_all_) return {std::move(matrix)};
    matrix.sample = sample(matrix, left_ / files_--, random_);
    left_ -= matrix.sample.size();
    if (matrix.sample.empty()) return {};
    return {std::move(matrix)};
  }

 private:
  bool is_for_all_;
  std::size_t left_;
  std::size_t files_;  // that are still to come
  std::mt19937_64 random_;
};

// Takes the costs of a run's phases as they come.
struct Stopwatch {
  bench::Cost start = bench::cost_now();
  bench::Cost build;
  bench::Cost checks;
  std::optional<scenario::Phase> phase;

  void see(scenario::Phase now) {
    if (phase == now) return;
    const bench::Cost lap = bench::cost_now() - start;
    if (phase == scenario::Phase::Building) build = lap;
    if (phase == scenario::Phase::Checking) checks = lap;
    start = bench::cost_now();
    phase = now;
  }
};

struct Totals {
  std::size_t networks = 0;
  std::size_t nodes = 0;
  std::size_t links = 0;
  std::size_t passed = 0;
  std::size_t others = 0;
  bench::Cost build;
  bench::Cost checks;
};

void tell_what_did_not_pass(const scenario::ScenarioResult& result) {
  constexpr int kMost = 5;
  int told = 0;
  for (const scenario::CheckResult& check : result.checks) {
    if (check.outcome == Outcome::Passed || ++told > kMost) continue;
    fmt::print("  {} {}\n    expected {}\n    observed {}\n", to_string(check.outcome), check.name,
               check.expected, check.observed);
    for (const std::string& line : check.notes) fmt::print("    {}\n", line);
  }
}

// What the kernel and the least of programs need for as many pairs.
void tell_floor(const topology::Topology& net, std::size_t pairs, const bench::Cost& checks) {
  plan::PlanOptions options;
  options.neighbors = plan::Neighbors::All;
  lab::Lab lab(plan::make_plan(net, options).value());
  std::vector<NodeId> nodes;
  std::vector<Ipv4Address> addresses;
  for (std::size_t i = 0; i < net.nodes().size(); ++i) {
    const auto address = topology::address_of(net, NodeId(i), Family::Ipv4);
    if (!address) continue;
    nodes.emplace_back(i);
    addresses.push_back(address->v4());
  }
  const bench::BareResult bare = bench::probe_bare(lab, net, nodes, addresses, pairs);
  const double frames = static_cast<double>(bare.frames) / static_cast<double>(bare.flows);
  fmt::print(
      "  bare loop: {} of {} pairs seen, {:.1f} frames each, {:.1f} s, {:.1f} s of processor\n",
      bare.seen, bare.flows, frames, bare.cost.wall, bare.cost.cpu);
  bench::print_ratio("  speed: topoproof / bare loop", bare.cost, checks, {});
}

void run_network(const std::filesystem::path& file, const Arguments& arguments, Sampler& sampler,
                 Totals& totals) {
  scenario::Scenario net{.name = file.stem(), .file = file, .topology = read_network(file)};
  net.steps.push_back({.where = {}, .checks = sampler.checks(net.topology)});
  Stopwatch watch;
  const scenario::ScenarioResult result =
      runner::run(net, {.predict = arguments.predict},
                  [&](const scenario::Progress& progress) { watch.see(progress.phase); });
  if (!result.error.empty()) throw std::runtime_error(net.name + ": " + result.error);
  std::size_t passed = 0;
  std::size_t others = 0;
  for (const auto& check : result.checks) {
    (check.outcome == Outcome::Passed ? passed : others) += check.flows;
  }
  fmt::print("{:<20} {:5} {:5} {:7} {:7} {:9.3f} {:9.3f} {:9.3f} {:9.0f}\n", net.name, result.nodes,
             result.links, passed, others, watch.build.wall, watch.checks.wall, watch.checks.cpu,
             static_cast<double>(passed + others) / watch.checks.wall);
  tell_what_did_not_pass(result);
  if (arguments.floor) tell_floor(net.topology, passed + others, watch.checks);
  std::fflush(stdout);
  totals.networks += 1;
  totals.nodes += result.nodes;
  totals.links += result.links;
  totals.passed += passed;
  totals.others += others;
  totals.build += watch.build;
  totals.checks += watch.checks;
}

void print_totals(const Totals& totals) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} networks, {} nodes, {} links: {} pairs passed, {} did not\n", totals.networks,
             totals.nodes, totals.links, totals.passed, totals.others);
  fmt::print(
      "building {:.1f} s ({:.1f} s of processor), checking {:.1f} s ({:.1f} s), at most "
      "{:.0f} MiB\n",
      totals.build.wall, totals.build.cpu, totals.checks.wall, totals.checks.cpu,
      static_cast<double>(usage.ru_maxrss) / 1024);
}

int run_all(const Arguments& arguments) {
  fmt::print("seed {}\n{:<20} {:>5} {:>5} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9}\n", arguments.seed,
             "network", "nodes", "links", "passed", "others", "build s", "check s", "processor",
             "pairs/s");
  Sampler sampler(arguments);
  Totals totals;
  for (const auto& file : arguments.files) run_network(file, arguments, sampler, totals);
  print_totals(totals);
  if (totals.passed + totals.others == 0) throw std::runtime_error("there was nothing to check");
  return totals.others == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    sys::enter_sandbox();
    const Arguments arguments = read_arguments({argv + 1, argv + argc});
    if (arguments.files.empty()) {
      fmt::print("skipped: there is no topology-zoo in $TOPOPROOF_DATA\n");
      return kSkipped;
    }
    return run_all(arguments);
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
