// SPDX-License-Identifier: GPL-2.0-or-later
// bench_campaign [CASES]: how many generated rulesets, and how many packets, a campaign asks kernel
// and simulator about on one core; against a loop that only sends the same messages and frames.
#include <array>
#include <charconv>
#include <exception>
#include <iostream>
#include <string_view>

#include <fmt/format.h>

#include "bare_campaign.hh"
#include "campaign/worker.hh"
#include "figure.hh"
#include "sys/sandbox.hh"

using namespace topoproof;

namespace {

constexpr std::uint64_t kWarmUp = 100;  // builds the networks

struct Campaign {
  bench::Cost cost;
  std::uint64_t verdicts = 0;
  std::vector<campaign::Question> asked;  // of the kernel, in order
  std::size_t differed = 0;
};

Campaign run_campaign(std::size_t packets, std::uint64_t cases) {
  campaign::Worker worker({.seed = 1, .probes = packets});
  for (std::uint64_t number = 0; number < kWarmUp; ++number) worker.ask(number);
  Campaign done;
  const std::uint64_t before = worker.counts().verdicts;
  const auto begin = bench::cost_now();
  for (std::uint64_t number = kWarmUp; number < kWarmUp + cases; ++number) {
    campaign::Verdict verdict = worker.ask(number);
    if (auto* agreed = std::get_if<campaign::Agreed>(&verdict)) {
      done.asked.push_back(std::move(agreed->question));
    }
    done.differed += std::holds_alternative<campaign::Diverged>(verdict) ? 1U : 0U;
  }
  done.cost = bench::cost_now() - begin;
  done.verdicts = worker.counts().verdicts - before;
  return done;
}

bench::Cost run_bare(std::vector<campaign::Question> questions) {
  using generator::Feature;
  std::array networks{bench::BareNetwork(Feature::Router), bench::BareNetwork(Feature::Router6),
                      bench::BareNetwork(Feature::Container)};
  std::vector<bench::BareNetwork*> order;
  for (auto& question : questions) {
    order.push_back(&networks.at(static_cast<std::size_t>(question.shape)));
    order.back()->add(std::move(question));
  }
  const auto begin = bench::cost_now();
  for (bench::BareNetwork* network : order) network->ask_next();
  return bench::cost_now() - begin;
}

void measure(std::size_t packets, std::uint64_t cases, double rulesets, double verdicts) {
  Campaign done = run_campaign(packets, cases);
  const auto of = [&](std::string_view what) {
    return fmt::format("campaign, {} packets a ruleset: {}", packets, what);
  };
  const auto asked = static_cast<double>(done.asked.size());
  bench::print_rate(of("rulesets"), done.cost, asked, bench::at_least(rulesets));
  bench::print_rate(of("verdicts"), done.cost, static_cast<double>(done.verdicts),
                    bench::at_least(verdicts));
  const bench::Cost bare = run_bare(std::move(done.asked));
  bench::print_rate(of("bare rulesets"), bare, asked);
  bench::print_ratio(of("/ bare loop"), done.cost, bare, bench::at_most(1.4));
  if (done.differed != 0) fmt::print("{} cases differ\n", done.differed);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::uint64_t cases = 2000;
    if (argc > 1) {
      const std::string_view word = argv[1];
      std::from_chars(word.data(), word.data() + word.size(), cases);
    }
    sys::enter_sandbox();
    bench::print_heading();
    measure(1, cases, 2500, 0);
    measure(20, cases, 0, 20'000);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench_campaign: " << error.what() << '\n';
    return 3;
  }
}
