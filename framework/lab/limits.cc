// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/limits.hh"

#include <algorithm>
#include <charconv>

#include "sys/files.hh"
#include "sys/sandbox.hh"

namespace topoproof::lab {
namespace {

constexpr const char* kNeighbors4 = "net.ipv4.neigh.default.gc_thresh3";
constexpr const char* kNeighbors6 = "net.ipv6.neigh.default.gc_thresh3";
constexpr const char* kBacklog = "net.core.netdev_max_backlog";

std::optional<std::uint64_t> number_of(const char* sysctl) {
  const auto text = sys::read_sysctl(sysctl);
  std::uint64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> value_of(const std::vector<MachineLimit>& limits, const char* name) {
  const auto found = std::ranges::find(limits, name, &MachineLimit::name);
  return found == limits.end() ? std::nullopt : found->value;
}

}  // namespace

std::vector<MachineLimit> observe_limits() {
  const auto sysctl = [](const char* name, const char* what_for) {
    return MachineLimit{name, number_of(name), what_for};
  };
  return {sysctl(kNeighbors4, "IPv4 neighbours that nodes learn, all namespaces together"),
          sysctl(kNeighbors6, "IPv6 neighbours that nodes learn, all namespaces together"),
          sysctl(kBacklog, "frames in flight on one CPU: a flood over a bridge takes one a port"),
          sysctl("net.netfilter.nf_conntrack_max", "tracked connections of one namespace"),
          sysctl("user.max_user_namespaces", "user namespaces: one for each run"),
          sysctl("user.max_net_namespaces", "network namespaces: one for each node"),
          {"RLIMIT_NOFILE", sys::raise_open_file_limit(),
           "open files: a node takes about four, its tap one"}};
}

plan::Limits plan_limits(const std::vector<MachineLimit>& limits) {
  plan::Limits known;
  const auto neighbors4 = value_of(limits, kNeighbors4).value_or(known.neighbor_entries);
  const auto neighbors6 = value_of(limits, kNeighbors6).value_or(known.neighbor_entries);
  known.neighbor_entries = std::min(neighbors4, neighbors6);
  known.backlog = value_of(limits, kBacklog).value_or(known.backlog);
  return known;
}

}  // namespace topoproof::lab
