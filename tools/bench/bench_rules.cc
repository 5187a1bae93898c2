// SPDX-License-Identifier: GPL-2.0-or-later
// bench_rules [ROUNDS]: how fast do rules get into the kernel? The same rules by us (from values to
// the kernel's answer), by a loop that only calls libnftnl (the floor), and by `nft -f`: 10,000 at
// once, and a table of ten replaced again and again. And how fast are rules encoded? The
// contestants take turns; printed are medians of wall and CPU time (user and system), and ratios
// with targets.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bare_rules.hh"
#include "firewall/build.hh"
#include "listing/listing.hh"
#include "netfilter/kernel_ruleset.hh"
#include "nft/transaction.hh"
#include "sys/netns.hh"
#include "sys/process.hh"
#include "sys/sandbox.hh"

using namespace topoproof;

namespace {

constexpr std::uint32_t kMany = 10'000;
constexpr std::uint32_t kFew = 10;
constexpr int kReplacements = 1'000;
// The nft program takes milliseconds for one: a part of them is enough to know how many.
constexpr int kProgramReplacements = 100;

firewall::Ruleset make_rules(std::uint32_t first, std::uint32_t count) {
  using namespace firewall;  // NOLINT: its words
  auto chain = make_base_chain("forward", ChainType::Filter, Hook::Forward, 0);
  for (std::uint32_t i = first; i < first + count; ++i) {
    const Ipv4Address source(10, static_cast<std::uint8_t>(i >> 16),
                             static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i));
    chain.rules.push_back(make_rule(TableFamily::Ip, {ip_saddr(make_host_prefix(source)),
                                                      tcp_sport(static_cast<std::uint16_t>(i)),
                                                      tcp_dport(80), counter(), accept()}));
  }
  firewall::Table table{.family = TableFamily::Ip, .name = "bench"};
  table.chains = {std::move(chain)};
  return {{std::move(table)}};
}

// What `nft -f` reads: it replaces the table as well.
std::filesystem::path write_text(const char* name, const firewall::Ruleset& ruleset) {
  const auto path =
      std::filesystem::temp_directory_path() / fmt::format("bench_rules.{}.{}", ::getpid(), name);
  const auto text = listing::to_text(ruleset);
  if (!text) throw std::runtime_error(text.error().text);
  std::ofstream(path) << "table ip bench\ndelete table ip bench\n" << *text;
  return path;
}

struct Time {
  double wall = 0;
  double cpu = 0;
};

double cpu_seconds() {
  const auto of = [](int who) {
    rusage usage{};
    ::getrusage(who, &usage);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  };
  return of(RUSAGE_SELF) + of(RUSAGE_CHILDREN);
}

Time measure(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  const auto cpu = cpu_seconds();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          cpu_seconds() - cpu};
}

double median(const std::vector<Time>& times, double Time::* member) {
  std::vector<double> values;
  for (const auto& time : times) values.push_back(time.*member);
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Contestant {
  std::string name;
  double count = 1;  // how often the work is done in one round
  std::function<void()> work;
  std::vector<Time> times = {};

  double wall() const { return median(times, &Time::wall) / count; }
  double cpu() const { return median(times, &Time::cpu) / count; }
};

class Place {
 public:
  Place() : netns_(sys::Netns::create()) {
    sys::run_in(netns_, [&] { socket_.emplace(netlink::Protocol::Netfilter); });
  }
  void load(const firewall::Ruleset& ruleset) {
    const auto issues = netfilter::load_ruleset(*socket_, ruleset);
    if (!issues.empty()) throw std::runtime_error(to_string(issues));
  }
  void load_bare(std::uint32_t first, std::uint32_t count) const {
    if (!bench::load_bare(socket_->fd(), first, count)) {
      throw std::runtime_error("the bare loop failed");
    }
  }
  void load_file(const std::filesystem::path& path) const {
    const auto result = sys::run_process({"nft", "-f", path.string()}, &netns_);
    if (result.exit_status != 0) throw std::runtime_error(result.output);
  }

 private:
  sys::Netns netns_;
  std::optional<netlink::Socket> socket_;
};

void say_ratio(const char* what, const Contestant& slow, const Contestant& fast,
               const char* target) {
  std::cout << fmt::format("  {}: {:.2f} by wall time, {:.2f} by CPU time ({})\n", what,
                           slow.wall() / fast.wall(), slow.cpu() / fast.cpu(), target);
}

void contest(const char* title, int rounds, std::vector<Contestant> contestants,
             const char* target) {
  for (int round = 0; round < rounds; ++round) {
    for (auto& contestant : contestants) contestant.times.push_back(measure(contestant.work));
  }
  std::cout << title << '\n';
  for (const auto& contestant : contestants) {
    std::cout << fmt::format("  {:14} {:10.3f} ms wall {:10.3f} ms CPU\n", contestant.name,
                             contestant.wall() * 1e3, contestant.cpu() * 1e3);
  }
  say_ratio("nft -f / ours", contestants[2], contestants[0], target);
  say_ratio("ours / bare libnftnl", contestants[0], contestants[1], "at most 1.2");
}

void load_many(int rounds) {
  const auto rules = make_rules(0, kMany);
  const auto file = write_text("many", rules);
  Place ours;
  Place bare;
  Place program;
  contest("commit of 10,000 rules, replacing as many:", rounds,
          {{"ours", 1, [&] { ours.load(rules); }},
           {"bare libnftnl", 1, [&] { bare.load_bare(0, kMany); }},
           {"nft -f", 1, [&] { program.load_file(file); }}},
          "at least 1.4");
  std::filesystem::remove(file);
}

void replace_few(int rounds) {
  const auto rules = make_rules(0, kFew);
  const auto file = write_text("few", rules);
  Place ours;
  Place bare;
  Place program;
  const auto repeat = [](int count, const auto& f) {
    for (int i = 0; i < count; ++i) f();
  };
  contest("replacement of ten rules, each:", rounds,
          {{"ours", kReplacements, [&] { repeat(kReplacements, [&] { ours.load(rules); }); }},
           {"bare libnftnl", kReplacements,
            [&] { repeat(kReplacements, [&] { bare.load_bare(0, kFew); }); }},
           {"nft -f", kProgramReplacements,
            [&] { repeat(kProgramReplacements, [&] { program.load_file(file); }); }}},
          "at least 5");
  std::filesystem::remove(file);
}

void encode(int rounds) {
  const auto rules = make_rules(0, kMany);
  std::vector<Time> times;
  for (int round = 0; round < rounds; ++round) {
    times.push_back(measure([&] {
      nft::Transaction transaction;
      transaction.add(rules.tables[0]);
    }));
  }
  std::cout << fmt::format(
      "encode: {:.0f} rules of ten expressions a second and core (at least "
      "300000)\n",
      kMany / median(times, &Time::cpu));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    int rounds = 5;
    if (argc > 1) {
      const std::string_view word = argv[1];
      std::from_chars(word.data(), word.data() + word.size(), rounds);
    }
    sys::enter_sandbox();
    encode(4 * rounds);
    load_many(rounds);
    replace_few(rounds);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_rules: " << error.what() << '\n';
    return 3;
  }
}
