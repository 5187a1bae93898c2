// SPDX-License-Identifier: GPL-2.0-or-later
#include "figure.hh"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include <fmt/format.h>

namespace topoproof::bench {
namespace {

double median_of(const std::vector<Cost>& runs, double Cost::* member) {
  std::vector<double> values;
  for (const Cost& run : runs) values.push_back(run.*member);
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

bool is_met(const Goal& goal, double value) {
  return goal.kind == Goal::Kind::AtMost ? value <= goal.value : value >= goal.value;
}

std::string goal_text(const Goal& goal) {
  if (goal.kind == Goal::Kind::None) return {};
  return fmt::format("{} {:g}", goal.kind == Goal::Kind::AtMost ? "at most" : "at least",
                     goal.value);
}

std::string judgement(const Goal& goal, double wall, std::optional<double> cpu) {
  if (goal.kind == Goal::Kind::None) return {};
  if (is_met(goal, wall)) return "met";
  return cpu && is_met(goal, *cpu) ? "met in processor time" : "missed";
}

}  // namespace

Cost& operator+=(Cost& sum, const Cost& more) {
  sum.wall += more.wall;
  sum.cpu += more.cpu;
  return sum;
}

Cost operator-(const Cost& later, const Cost& earlier) {
  return {later.wall - earlier.wall, later.cpu - earlier.cpu};
}

Cost operator/(const Cost& cost, double count) { return {cost.wall / count, cost.cpu / count}; }

Cost cost_now() {
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  const auto wall = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration<double>(wall).count(),
          static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9};
}

Cost median(const std::vector<Cost>& runs) {
  return {median_of(runs, &Cost::wall), median_of(runs, &Cost::cpu)};
}

void print_heading() {
  fmt::print("{:<52} {:>11} {:>11}  {:<15} {}\n", "figure", "clock", "processor", "goal", "");
}

void print_figure(std::string_view name, double wall, std::optional<double> cpu,
                  std::string_view unit, const Goal& goal) {
  const auto text = [&](double value) { return fmt::format("{:.3g} {}", value, unit); };
  fmt::print("{:<52} {:>11} {:>11}  {:<15} {}\n", name, text(wall), cpu ? text(*cpu) : "",
             goal_text(goal), judgement(goal, wall, cpu));
  std::fflush(stdout);
}

void print_ratio(std::string_view name, const Cost& cost, const Cost& base, const Goal& goal) {
  print_figure(name, cost.wall / base.wall, cost.cpu / base.cpu, "x", goal);
}

void print_rate(std::string_view name, const Cost& cost, double count, const Goal& goal) {
  print_figure(name, count / cost.wall, count / cost.cpu, "/s", goal);
}

}  // namespace topoproof::bench
