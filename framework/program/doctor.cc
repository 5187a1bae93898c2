// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/doctor.hh"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/printable.hh"

namespace topoproof::program {
namespace {

constexpr std::array<std::string_view, 7> kNeeded{
    kSandbox, "network namespaces", "veth", "bridge", "nft inet", "nft nat", "connection listing"};

std::string_view word_for(const lab::Capability& capability) {
  if (capability.available) return "yes";
  return is_needed(capability.name) ? "NO" : "no";
}

}  // namespace

bool is_needed(std::string_view capability) {
  return std::ranges::find(kNeeded, capability) != kNeeded.end();
}

bool can_work(std::span<const lab::Capability> capabilities) {
  return std::ranges::none_of(capabilities, [](const lab::Capability& capability) {
    return !capability.available && is_needed(capability.name);
  });
}

std::string capabilities_text(std::span<const lab::Capability> capabilities) {
  std::string lines;
  std::string advice;
  for (const lab::Capability& capability : capabilities) {
    lines += fmt::format("{:<4} {}", word_for(capability), capability.name);
    if (!capability.available) {
      lines += ": " + printable(capability.why_not);
      advice += fmt::format("to allow {}: {}\n", capability.name, capability.how_to_allow);
    }
    lines += "\n";
  }
  return lines + advice +
         (can_work(capabilities) ? "topoproof can work here\n"
                                 : "topoproof cannot work here: what is marked NO is needed\n");
}

std::string limits_text(std::span<const lab::MachineLimit> limits) {
  std::string out;
  for (const lab::MachineLimit& limit : limits) {
    const std::string value = limit.value ? fmt::format("{}", *limit.value) : "unknown";
    out += fmt::format("{:>12}  {} ({})\n", value, limit.name, limit.what_for);
  }
  return out;
}

}  // namespace topoproof::program
