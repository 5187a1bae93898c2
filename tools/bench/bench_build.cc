// SPDX-License-Identifier: GPL-2.0-or-later
// bench_build [RUNS [N...]]: how long does it take to build a star of N nodes on a bridge? Whole
// processes side by side: a bare program that sends only the necessary messages (the floor), ours,
// ours with reading everything back, and `ip -batch`. Prints medians and ratios.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <net/if.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figure.hh"
#include "netlink/link.hh"
#include "netlink/socket.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/netns.hh"
#include "sys/sandbox.hh"

using namespace topoproof;
using Clock = std::chrono::steady_clock;
using Command = std::vector<std::string>;

namespace {

struct Run {
  bench::Cost process;    // from its start to its end
  bench::Cost with_gone;  // until the kernel has removed all namespaces; its work for that is not
                          // in the processor time
  long peak_kib = 0;
};

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double in_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Waits until the kernel has removed every namespace that was given up before: one worker removes
// them in order, so that a further one, watched by its veth, is the last.
void wait_until_gone() {
  constexpr const char* kWitness = "witness";
  {
    const sys::Netns last = sys::Netns::create();
    netlink::Socket socket(netlink::Protocol::Route);
    netlink::Batch batch;
    const netlink::VethPair pair{
        .near = {.name = kWitness}, .far = {.name = "w"}, .far_netns = last.fd()};
    encode(pair, netlink::InterfaceNames(), batch.add(0, netlink::kCreateLink));
    socket.commit(batch, [](std::size_t) { return "create a witness"; });
  }
  while (::if_nametoindex(kWitness) != 0) ::usleep(1000);
}

// Of all processors together, since the machine started; in ticks of a hundredth of a second.
struct Ticks {
  double idle = 0;
  double all = 0;
};

Ticks read_ticks() {
  std::ifstream file("/proc/stat");  // "cpu user nice system idle ..." (proc(5))
  std::string word;
  file >> word;
  Ticks ticks;
  double value = 0;
  for (int i = 0; i < 8 && file >> value; ++i) {
    ticks.all += value;
    if (i == 3) ticks.idle = value;
  }
  return ticks;
}

// What the kernel still frees of one contestant's namespaces after they are gone would be counted
// against the next one. A busy machine is not waited for: its ratios are noisy, and its load is
// printed.
void wait_until_idle() {
  const auto end = Clock::now() + std::chrono::seconds(2);
  while (Clock::now() < end) {
    const Ticks before = read_ticks();
    ::usleep(200'000);
    const Ticks after = read_ticks();
    if (after.idle - before.idle > 0.95 * (after.all - before.all)) return;
  }
}

Run run(const Command& command) {
  wait_until_idle();
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto start = Clock::now();
  const pid_t child = sys::check_result(::fork(), "start a child");
  if (child == 0) {
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  sys::check_result(::wait4(child, &status, 0, &usage), "wait for a child");
  const double cpu = in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
  Run result{.process = {since(start), cpu}, .peak_kib = usage.ru_maxrss};
  wait_until_gone();
  result.with_gone = {since(start), cpu};
  if (status != 0) throw std::runtime_error(command[0] + " failed");
  return result;
}

// The same star as people build it by hand: named namespaces, ip -batch wherever it can be used.
void write_ip_scripts(const std::filesystem::path& folder, int leaves) {
  std::ofstream names(folder / "names");
  std::ofstream links(folder / "links");
  std::ofstream script(folder / "script");
  names << "netns add hub\n";
  links << "link add br0 up type bridge forward_delay 0\n"
           "link set lo up\naddress add 10.0.0.1/16 dev br0\n";
  script << "set -e\nmount -t tmpfs tmpfs /run\nmkdir /run/netns\n"
         << fmt::format("ip -batch {0}/names\nip -n hub -batch {0}/links\n", folder.string());
  for (int i = 1; i <= leaves; ++i) {
    names << fmt::format("netns add n{}\n", i);
    links << fmt::format("link add p{0} up master br0 type veth peer name eth0 netns n{0}\n", i);
    std::ofstream(folder / fmt::format("n{}", i))
        << fmt::format("link set lo up\nlink set eth0 up\naddress add 10.0.{}.{}/16 dev eth0\n",
                       (i + 1) / 256, (i + 1) % 256);
    script << fmt::format("ip -n n{0} -batch {1}/n{0}\n", i, folder.string());
  }
}

class Contest {
 public:
  explicit Contest(Command command) : command_(std::move(command)) {}

  void run_once() { runs_.push_back(run(command_)); }
  bench::Cost process() const { return median_of(&Run::process); }
  bench::Cost with_gone() const { return median_of(&Run::with_gone); }
  double peak_mib() const {
    return static_cast<double>(std::ranges::max(runs_, {}, &Run::peak_kib).peak_kib) / 1024;
  }

 private:
  bench::Cost median_of(bench::Cost Run::* member) const {
    std::vector<bench::Cost> costs;
    for (const Run& run : runs_) costs.push_back(run.*member);
    return bench::median(costs);
  }

  Command command_;
  std::vector<Run> runs_;
};

struct Star {
  Contest floor;
  Contest ours;
  Contest read_back;
  Contest ip;
  Contest watcher{{"true"}};  // a process that leaves nothing: what the watching itself takes

  // Each in turn begins.
  void run_once(int turn) {
    std::array all{&floor, &ours, &read_back, &ip};
    std::ranges::rotate(all, all.begin() + turn % 4);
    for (Contest* one : all) one->run_once();
    watcher.run_once();
  }
  // Seconds by the clock.
  double until_gone(const Contest& contest) const {
    return contest.with_gone().wall - watcher.with_gone().wall;
  }
  void print(int leaves) const {
    const auto name = [&](const char* what) { return fmt::format("build {}: {}", leaves, what); };
    bench::print_figure(name("a bare program (floor)"), 1e3 * floor.process().wall,
                        1e3 * floor.process().cpu, "ms");
    bench::print_ratio(name("topoproof / floor"), ours.process(), floor.process(),
                       bench::at_most(1.15));
    bench::print_ratio(name("with reading back / floor"), read_back.process(), floor.process(),
                       bench::at_most(1.4));
    bench::print_ratio(name("topoproof / ip -batch"), ours.process(), ip.process(),
                       bench::at_most(0.5));
    bench::print_figure(name("the same, until all is gone"), until_gone(ours) / until_gone(ip), {},
                        "x", bench::at_most(0.5));
    bench::print_figure(name("and the bare program"), until_gone(floor) / until_gone(ip), {}, "x");
    bench::print_figure(name("peak memory"), read_back.peak_mib(), {}, "MiB");
  }
};

void compare(const std::filesystem::path& programs, int leaves, int runs) {
  const sys::TempDir folder;
  write_ip_scripts(folder.path(), leaves);
  const std::string n = std::to_string(leaves);
  const std::string ours = programs / "build_star";
  Star star{.floor = Contest({programs / "build_star_floor", n}),
            .ours = Contest({ours, n}),
            .read_back = Contest({ours, n, "read-back"}),
            .ip = Contest({"unshare", "-Urnm", "sh", folder.path() / "script"})};
  for (int i = 0; i < runs; ++i) star.run_once(i);
  star.print(leaves);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    sys::enter_sandbox();
    const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const int runs = argc > 1 ? std::atoi(argv[1]) : 5;
    std::vector<int> sizes;
    for (int i = 2; i < argc; ++i) sizes.push_back(std::atoi(argv[i]));
    if (sizes.empty()) sizes = {10, 100, 1000};
    bench::print_heading();
    for (const int leaves : sizes) compare(programs, leaves, runs);
    return 0;
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
