// SPDX-License-Identifier: GPL-2.0-or-later
// bench_build [RUNS [N...]]: how long does it take to build a star of N nodes on a bridge? Whole
// processes side by side: a bare program that sends only the necessary messages (the floor), ours,
// ours with reading everything back, and `ip -batch`. Prints medians, ratios and peak memory.
#include <algorithm>
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
  double seconds = 0;       // from the start of the process to its end
  double cpu_seconds = 0;   // user and system: steadier than the above on a busy machine
  double gone_seconds = 0;  // until the kernel has removed all namespaces
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

Run run(const Command& command) {
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
  Run result{.seconds = since(start),
             .cpu_seconds = in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime),
             .peak_kib = usage.ru_maxrss};
  wait_until_gone();
  result.gone_seconds = since(start);
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

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

class Contest {
 public:
  Contest(std::string name, Command command)
      : name_(std::move(name)), command_(std::move(command)) {}

  void run_once() { runs_.push_back(run(command_)); }
  void print(const Contest& floor, const Contest& ip) const {
    const auto say = [&](const char* what, double Run::* member) {
      const double mine = median_of(member);
      fmt::print("{} {:8.1f} ms = {:5.2f} x floor = {:5.2f} x ip -batch   ", what, 1e3 * mine,
                 mine / floor.median_of(member), mine / ip.median_of(member));
    };
    fmt::print("  {:<21}", name_);
    say("wall", &Run::seconds);
    say("cpu", &Run::cpu_seconds);
    fmt::print("gone after {:8.1f} ms   {:5.1f} MiB\n", 1e3 * median_of(&Run::gone_seconds),
               static_cast<double>(peak_kib()) / 1024);
  }

 private:
  double median_of(double Run::* member) const {
    std::vector<double> values;
    for (const Run& run : runs_) values.push_back(run.*member);
    return median(values);
  }
  long peak_kib() const { return std::ranges::max(runs_, {}, &Run::peak_kib).peak_kib; }

  std::string name_;
  Command command_;
  std::vector<Run> runs_;
};

void compare(const std::filesystem::path& programs, int leaves, int runs) {
  const sys::TempDir folder;
  write_ip_scripts(folder.path(), leaves);
  const std::string n = std::to_string(leaves);
  const std::string ours = programs / "build_star";
  std::vector<Contest> contests = {
      {"floor", {programs / "build_star_floor", n}},
      {"topoproof", {ours, n}},
      {"topoproof, read back", {ours, n, "read-back"}},
      {"ip -batch", {"unshare", "-Urnm", "sh", folder.path() / "script"}}};
  for (int i = 0; i < runs; ++i) {
    for (Contest& contest : contests) contest.run_once();
  }
  fmt::print("star of {} nodes on a bridge, median of {} runs:\n", leaves, runs);
  for (const Contest& contest : contests) contest.print(contests.front(), contests.back());
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
    for (const int leaves : sizes) compare(programs, leaves, runs);
    return 0;
  } catch (const std::exception& thrown) {
    std::cerr << thrown.what() << '\n';
    return 3;
  }
}
