// SPDX-License-Identifier: GPL-2.0-or-later
#include "impair/impairment.hh"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/duration.hh"

namespace topoproof::impair {
namespace {

std::unexpected<Issue> refuse(std::string text) {
  return std::unexpected(make_issue(std::move(text)));
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool whole = error == std::errc() && stop == text.data() + text.size() && !text.empty();
  return whole && value >= 0 ? std::optional(value) : std::nullopt;
}

struct Unit {
  std::string_view name;
  std::uint64_t bits;
};
// As tc(8) has them; the larger ones first, for printing.
constexpr std::array<Unit, 4> kUnits{
    {{"gbit", 1'000'000'000}, {"mbit", 1'000'000}, {"kbit", 1'000}, {"bit", 1}}};

void add(std::string& text, std::string_view word, const std::string& value) {
  text += fmt::format("{}{} {}", text.empty() ? "" : " ", word, value);
}

}  // namespace

std::expected<Share, Issue> Share::parse(std::string_view text) {
  const bool has_sign = text.ends_with('%');
  const auto percent = has_sign ? number(text.substr(0, text.size() - 1)) : std::nullopt;
  if (!percent || *percent > 100) {
    return refuse(fmt::format("'{}' is no share of packets like 5% or 0.25%", text));
  }
  return Share{static_cast<std::uint32_t>(std::lround(*percent * 10'000))};
}

std::string to_string(Share share) {
  const std::uint32_t whole = share.millionths / 10'000;
  std::string rest = fmt::format("{:04}", share.millionths % 10'000);
  while (!rest.empty() && rest.back() == '0') rest.pop_back();
  return rest.empty() ? fmt::format("{}%", whole) : fmt::format("{}.{}%", whole, rest);
}

std::expected<Rate, Issue> Rate::parse(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto value = number(text.substr(0, text.size() - unit.name.size()));
    if (!value || *value * static_cast<double>(unit.bits) > 1e12) break;
    const Rate rate{
        static_cast<std::uint64_t>(std::llround(*value * static_cast<double>(unit.bits)))};
    if (rate.bits > 0) return rate;
    break;
  }
  return refuse(fmt::format("'{}' is no rate like 10mbit or 64kbit", text));
}

std::string to_string(Rate rate) {
  for (const Unit& unit : kUnits) {
    if (rate.bits % unit.bits == 0) return fmt::format("{}{}", rate.bits / unit.bits, unit.name);
  }
  return {};
}

std::string to_string(const Impairment& impairment) {
  std::string text;
  if (impairment.delay.count() > 0) add(text, "delay", topoproof::to_string(impairment.delay));
  if (impairment.jitter.count() > 0) text += " " + topoproof::to_string(impairment.jitter);
  if (impairment.loss != Share()) add(text, "loss", to_string(impairment.loss));
  if (impairment.duplicate != Share()) add(text, "duplicate", to_string(impairment.duplicate));
  if (impairment.reorder != Share()) add(text, "reorder", to_string(impairment.reorder));
  if (impairment.rate != Rate()) add(text, "rate", to_string(impairment.rate));
  if (impairment.seed != 0) add(text, "seed", std::to_string(impairment.seed));
  return text;
}

std::string why_not(const Impairment& impairment) {
  if (impairment.jitter > impairment.delay) {
    return fmt::format("a jitter of {} is more than the delay of {}",
                       topoproof::to_string(impairment.jitter),
                       topoproof::to_string(impairment.delay));
  }
  if (impairment.reorder != Share() && impairment.delay.count() == 0) {
    return "without a delay no packet can overtake another";
  }
  if (impairment.delay > std::chrono::seconds(60)) return "a delay is at most 60s";
  return {};
}

}  // namespace topoproof::impair
