// SPDX-License-Identifier: GPL-2.0-or-later
// bench_live [RUNS] [PROGRAM]: what the commands about running labs take, from the command line as
// people call them: starting the container network, a program in a node, a look into a thousand
// nodes, a link more for them. Medians, by the clock. Run it from the project's root; PROGRAM is by
// default the topoproof that was built with it.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "figure.hh"
#include "sys/files.hh"
#include "sys/output.hh"
#include "sys/process.hh"

using namespace topoproof;

namespace {

constexpr const char* kContainers = "topologies/container-nat.topo.yaml";
constexpr const char* kMoreLink = "  - n1:more 10.99.0.1/24 -- n2:more 10.99.0.2/24\n";

class Bench {
 public:
  Bench(std::size_t runs, std::string program) : runs_(runs), program_(std::move(program)) {
    ::setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1);
  }
  ~Bench() { std::ignore = sys::run_process({program_, "down", "--all"}); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  void run() {
    bench::print_heading();
    containers();
    thousand();
  }

 private:
  // RETURNS: milliseconds by the clock.
  static double timed(const std::vector<std::string>& command) {
    const auto begin = std::chrono::steady_clock::now();
    const auto result = sys::run_process(command);
    const std::chrono::duration<double, std::milli> span = std::chrono::steady_clock::now() - begin;
    if (result.exit_status == 0) return span.count();
    throw std::runtime_error(fmt::format("{}: {}", fmt::join(command, " "), result.output));
  }
  double topoproof(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program_);
    return timed(arguments);
  }

  template <class F>
  double median_of(F measure) const {
    std::vector<double> times;
    for (std::size_t i = 0; i < runs_; ++i) times.push_back(measure());
    std::ranges::sort(times);
    return times[times.size() / 2];
  }

  void containers() const {
    const double up = median_of([&] {
      const double time = topoproof({"up", kContainers});
      topoproof({"down"});
      return time;
    });
    bench::print_figure("up, the container network", up, {}, "ms", bench::at_most(40));
    topoproof({"up", kContainers});
    const double inside = median_of([&] { return topoproof({"exec", "red", "--", "true"}); });
    const double outside = median_of([&] { return timed({"true"}); });
    topoproof({"down"});
    bench::print_figure("exec, over the program itself", inside - outside, {}, "ms",
                        bench::at_most(5));
  }

  void thousand() const {
    const std::string star = folder_.path() / "star.topo.yaml";
    const std::string more = folder_.path() / "more.topo.yaml";
    topoproof({"generate", "star", "999", "-o", star});
    sys::save_file(more, sys::read_file(star).value() + "\n" + kMoreLink);
    bench::print_figure("up, 1,000 nodes", topoproof({"up", star}), {}, "ms");
    const double inspect = median_of([&] { return topoproof({"inspect", "--format", "json"}); });
    bench::print_figure("inspect, 1,000 nodes", inspect, {}, "ms", bench::at_most(1000));
    const double apply = median_of([&] {
      const double time = topoproof({"apply", more});
      topoproof({"apply", star});
      return time;
    });
    bench::print_figure("apply, a link more for 1,000 nodes", apply, {}, "ms", bench::at_most(20));
  }

  sys::TempDir folder_;
  std::size_t runs_;
  std::string program_;
};

std::string program_beside() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../../topoproof";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto runs = argc > 1 ? static_cast<std::size_t>(std::strtoul(argv[1], nullptr, 10)) : 5;
    Bench(std::max<std::size_t>(runs, 1), argc > 2 ? argv[2] : program_beside()).run();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_live: " << error.what() << "\n";
    return 1;
  }
}
