// SPDX-License-Identifier: GPL-2.0-or-later
// The table of figures that the benchmark programs print: what was measured, in time by the clock
// and in processor time, and what it is to be at most or at least. On a machine that has other work
// to do, processor time is the steadier of the two.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace topoproof::bench {

struct Cost {
  double wall = 0;  // seconds
  double cpu = 0;   // seconds, user and system, of all threads (and of children, where there are)
};
Cost& operator+=(Cost& sum, const Cost& more);
Cost operator-(const Cost& later, const Cost& earlier);
Cost operator/(const Cost& cost, double count);
Cost cost_now();                             // of this process since it began
Cost median(const std::vector<Cost>& runs);  // of each by itself

struct Goal {
  enum class Kind { None, AtMost, AtLeast };
  Kind kind = Kind::None;
  double value = 0;
};
inline Goal at_most(double value) { return {Goal::Kind::AtMost, value}; }
inline Goal at_least(double value) { return {Goal::Kind::AtLeast, value}; }

// "build of 10 namespaces / floor   1.12 x   1.10 x   at most 1.15   met". `cpu` none: it has no
// meaning there.
void print_figure(std::string_view name, double wall, std::optional<double> cpu,
                  std::string_view unit, const Goal& goal = {});
void print_ratio(std::string_view name, const Cost& cost, const Cost& base, const Goal& goal);
// So many things a second, done at that cost all together.
void print_rate(std::string_view name, const Cost& cost, double count, const Goal& goal = {});
void print_heading();

}  // namespace topoproof::bench
