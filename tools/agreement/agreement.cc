// SPDX-License-Identifier: GPL-2.0-or-later
// agreement [--seed N] [--packets N] [--sample N] [--show N] [FILE..]: real rulesets on a router in
// the kernel and on a simulated one. Prints what agreed, what diverged and what is unknown. Exit
// code 1 if something diverged, 77 if there are no rulesets.
#include <algorithm>
#include <charconv>
#include <exception>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "real_rules.hh"
#include "stories.hh"
#include "sys/sandbox.hh"

using namespace topoproof;
using namespace topoproof::agreement;

namespace {

struct Options {
  std::uint64_t seed = 1;
  std::size_t packets = 200;  // of a ruleset, at least
  std::size_t sample = 0;     // rulesets; 0: all
  std::size_t show = 20;      // divergences
  std::vector<std::filesystem::path> files;
};

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument("not a number: " + std::string(text));
  }
  return value;
}

Options read_options(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    if (!name.starts_with("--")) {
      options.files.emplace_back(name);
      continue;
    }
    if (i + 1 == arguments.size()) throw std::invalid_argument("no value for " + std::string(name));
    const std::uint64_t value = number(arguments[++i]);
    if (name == "--seed") {
      options.seed = value;
    } else if (name == "--packets") {
      options.packets = value;
    } else if (name == "--sample") {
      options.sample = value;
    } else if (name == "--show") {
      options.show = value;
    } else {
      throw std::invalid_argument("no such option: " + std::string(name));
    }
  }
  return options;
}

std::vector<std::filesystem::path> choose_files(const Options& options) {
  auto files = options.files.empty() ? real_rule_files() : options.files;
  conntrack::Random random(options.seed);
  if (options.sample == 0 || options.sample >= files.size()) return files;
  for (std::size_t i = 0; i < options.sample; ++i) {
    std::swap(files[i], files[i + random.next() % (files.size() - i)]);
  }
  files.resize(options.sample);
  return files;
}

// RETURNS: why there was no trial.
std::string try_file(const std::filesystem::path& file, const Options& options, Tally& tally) {
  auto ruleset = import_file(file);
  if (!ruleset) return to_string(ruleset.error());
  count_all(*ruleset);
  const auto asks = read_ruleset(*ruleset);
  const Zones zones = make_zones(asks);
  const state::Namespace router = make_router(zones);
  KernelRouter kernel(zones, router);
  const auto loaded = kernel.load(*ruleset);
  if (!loaded) return to_string(loaded.error());
  SimulatedRouter simulated(zones, router, *loaded);
  Trial trial(file.filename(), zones, *loaded, kernel, simulated, tally);
  conntrack::Random random(options.seed);
  tell_stories(trial, asks, options.packets, random);
  ++tally.rulesets;
  return {};
}

void print(const Tally& tally, const Options& options) {
  for (std::size_t i = 0; i < std::min(options.show, tally.divergences.size()); ++i) {
    const Divergence& d = tally.divergences[i];
    std::cout << fmt::format("diverged: {}\n{}{}\n", d.ruleset, d.story, d.what);
  }
  for (const auto& [name, why] : tally.not_tested) {
    std::cout << fmt::format("not tested: {}: {}\n", name, why.substr(0, why.find('\n')));
  }
  const double percent = 100.0 * static_cast<double>(tally.unknown) /
                         static_cast<double>(std::max<std::size_t>(tally.packets, 1));
  std::cout << fmt::format("{:>9} rulesets, {} not tested (seed {})\n", tally.rulesets,
                           tally.not_tested.size(), options.seed);
  std::cout << fmt::format("{:>9} packets\n{:>9} agree\n{:>9} diverged\n{:>9} unknown ({:.2f} %)\n",
                           tally.packets, tally.agreeing, tally.diverged, tally.unknown, percent);
  for (const auto& [reason, packets] : tally.reasons) {
    std::cout << fmt::format("{:>17} {}\n", packets, reason);
  }
}

int run(const Options& options) {
  const auto files = choose_files(options);
  if (files.empty()) {
    std::cout << fmt::format("skipped: no rulesets in {}\n", data_folder().string());
    return 77;
  }
  Tally tally;
  for (const auto& file : files) {
    const auto why = try_file(file, options, tally);
    if (!why.empty()) tally.not_tested[file.filename()] = why;
  }
  print(tally, options);
  return tally.diverged == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options =
        read_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    sys::enter_sandbox();
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 3;
  }
}
