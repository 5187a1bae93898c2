// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/ipvs.hh"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <ranges>
#include <utility>

#include <fmt/format.h>

#include "base/ip_address.hh"

namespace topoproof::snapshot {
namespace {

template <class Integer>
std::optional<Integer> hex(std::string_view text) {
  Integer number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  const bool is_all = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return is_all ? std::optional(number) : std::nullopt;
}

// "0A000001:0050"
std::string place_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != 8) return std::string(text);
  const auto address = hex<std::uint32_t>(text.substr(0, colon));
  const auto port = hex<std::uint16_t>(text.substr(colon + 1));
  if (!address || !port) return std::string(text);
  return fmt::format("{}:{}", to_string(Ipv4Address(*address)), *port);
}

}  // namespace

std::vector<std::string> ipvs_services(std::string_view listing) {
  constexpr std::array<std::string_view, 4> kKinds{"TCP ", "UDP ", "SCTP ", "FWM "};
  std::vector<std::string> services;
  for (const auto part : std::views::split(listing, '\n')) {
    const std::string_view line(part.begin(), part.end());
    if (std::ranges::none_of(kKinds, [&](auto kind) { return line.starts_with(kind); })) continue;
    std::string words;
    for (const auto word : std::views::split(line, ' ')) {
      const std::string_view text(word.begin(), word.end());
      if (!text.empty()) words += (words.empty() ? "" : " ") + place_of(text);
    }
    services.push_back(std::move(words));
  }
  return services;
}

}  // namespace topoproof::snapshot
