// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/duration.hh"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <ranges>
#include <utility>

#include <fmt/format.h>

namespace topoproof {
namespace {

using Unit = std::pair<std::string_view, std::int64_t>;
constexpr std::array<Unit, 6> kUnits{{{"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};

}  // namespace

std::expected<std::chrono::nanoseconds, Issue> parse_duration(std::string_view text) {
  const auto refuse = [&] {
    return std::unexpected(
        make_issue(fmt::format("'{}' is not a duration like 250ms, 5s or 2m", text)));
  };
  std::int64_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || count < 0) return refuse();
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  for (const auto& [name, nanoseconds] : kUnits) {
    if (unit != name) continue;
    if (count > std::numeric_limits<std::int64_t>::max() / nanoseconds) return refuse();
    return std::chrono::nanoseconds(count * nanoseconds);
  }
  return refuse();
}

std::string measured_text(std::chrono::nanoseconds duration) {
  std::int64_t step = 1;
  while (duration.count() / step >= 1000) step *= 10;
  const std::int64_t rounded = (duration.count() + step - 1) / step * step;
  for (const auto& [name, nanoseconds] : kUnits | std::views::drop(2)) {  // from seconds on
    if (rounded < nanoseconds) continue;
    return fmt::format("{:g} {}", static_cast<double>(rounded) / static_cast<double>(nanoseconds),
                       name);
  }
  return "0 s";
}

std::string to_string(std::chrono::nanoseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  for (const auto& [name, nanoseconds] : kUnits) {
    if (count % nanoseconds == 0) return fmt::format("{}{}", count / nanoseconds, name);
  }
  return fmt::format("{}ns", count);
}

}  // namespace topoproof
