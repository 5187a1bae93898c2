// SPDX-License-Identifier: GPL-2.0-or-later
#include "comparison.hh"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "conntrack/entry.hh"
#include "listing/listing.hh"
#include "packet/dissect.hh"
#include "packet/ether.hh"
#include "packet/print.hh"

namespace topoproof::agreement {
namespace {

constexpr std::size_t kNetwork = packet::Ether::kSize;

bool is_ipv4(const Bytes& frame) {
  return frame.size() >= kNetwork + 20 && load_be16(frame.data() + 12) == 0x0800;
}

// The identification in an IPv6 fragment header that is the first extension header: who cuts a
// packet again draws another.
constexpr std::size_t kFragmentId = kNetwork + 44;
bool is_ipv6_fragment(const Bytes& frame) {
  return frame.size() >= kFragmentId + 4 && load_be16(frame.data() + 12) == 0x86dd &&
         frame[kNetwork + 6] == std::byte{44};
}
bool is_same_fragment(Bytes kernel, Bytes simulated) {
  if (!is_ipv6_fragment(kernel) || !is_ipv6_fragment(simulated)) return false;
  store_be32(kernel.data() + kFragmentId, 0);
  store_be32(simulated.data() + kFragmentId, 0);
  return kernel == simulated;
}

bool is_same(Bytes kernel, Bytes simulated) {
  if (kernel == simulated || is_same_fragment(kernel, simulated)) return true;
  if (!is_ipv4(kernel) || !is_ipv4(simulated)) return false;
  if (load_be16(simulated.data() + kNetwork + 4) != 0) return false;
  packet::clear_identification(std::span(kernel).subspan(kNetwork));
  packet::clear_identification(std::span(simulated).subspan(kNetwork));
  return kernel == simulated;
}

std::string describe(const Arrival& arrival, const Zones& zones) {
  return fmt::format("{}: {}", zones.all[arrival.zone].port,
                     packet::describe(packet::dissect(arrival.frame)));
}

// Bytes are shown as far as headers may reach.
std::string describe(const std::vector<Arrival>& arrivals, const Zones& zones) {
  constexpr std::size_t kShown = 82;
  if (arrivals.empty()) return " nothing\n";
  std::string text;
  for (const Arrival& arrival : arrivals) {
    const BytesView frame = arrival.frame;
    text += fmt::format(" {}\n    {}\n", describe(arrival, zones),
                        to_hex(frame.first(std::min(frame.size(), kShown))));
  }
  return text;
}

std::string line(const state::Connection& c) {
  constexpr std::uint32_t kTold =
      conntrack::kSeenReply | conntrack::kAssured | conntrack::kNatBits | conntrack::kNatDoneBits;
  state::Connection told = c;
  told.timeout = 0;
  return fmt::format("{} status {:#x} mark {} zone {}", state::describe(told), c.status & kTold,
                     c.mark, c.zone);
}

std::vector<std::string> lines(const std::vector<state::Connection>& connections) {
  std::vector<std::string> lines;
  for (const auto& connection : connections) lines.push_back(line(connection));
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

std::string compare_arrivals(std::vector<Arrival> kernel, std::vector<Arrival> simulated,
                             const Zones& zones) {
  std::vector<Arrival> missing;
  for (Arrival& arrival : kernel) {
    const auto twin = std::ranges::find_if(simulated, [&](const Arrival& other) {
      return other.zone == arrival.zone && is_same(arrival.frame, other.frame);
    });
    if (twin == simulated.end()) {
      missing.push_back(std::move(arrival));
    } else {
      simulated.erase(twin);
    }
  }
  if (missing.empty() && simulated.empty()) return {};
  return fmt::format("  kernel{}  simulator{}", describe(missing, zones),
                     describe(simulated, zones));
}

std::string compare_connections(const std::vector<state::Connection>& kernel,
                                const std::vector<state::Connection>& simulated) {
  std::vector<std::string> only_kernel;
  std::vector<std::string> only_simulated;
  const auto a = lines(kernel);
  const auto b = lines(simulated);
  std::ranges::set_difference(a, b, std::back_inserter(only_kernel));
  std::ranges::set_difference(b, a, std::back_inserter(only_simulated));
  if (only_kernel.empty() && only_simulated.empty()) return {};
  return fmt::format("  kernel tracks {}\n  simulator tracks {}\n",
                     fmt::join(only_kernel, "\n    "), fmt::join(only_simulated, "\n    "));
}

std::string CounterComparison::compare(const std::vector<RuleCounter>& kernel,
                                       const std::vector<RuleCounter>& simulated) {
  std::string text;
  std::map<RuleCounter, firewall::Counter> ours;
  const auto rule_of = [](RuleCounter counter) {
    counter.counter = {};
    return counter;
  };
  for (const RuleCounter& c : simulated) ours[rule_of(c)] = c.counter;
  for (const RuleCounter& c : kernel) {
    const firewall::Counter our = ours[rule_of(c)];
    const firewall::Counter apart{c.counter.packets - our.packets, c.counter.bytes - our.bytes};
    if (std::exchange(known_[rule_of(c)], apart) == apart) continue;
    const auto* table = firewall::find_table(ruleset_, c.family, c.table);
    const auto* rule = table == nullptr ? nullptr : firewall::find_rule(*table, c.handle);
    text += fmt::format(
        "  kernel counts {} packets {} bytes, simulator {} and {}: {} {} handle {}: {}\n",
        c.counter.packets, c.counter.bytes, our.packets, our.bytes, to_string(c.family), c.table,
        c.handle, rule == nullptr ? "" : listing::to_text(*rule, *table).value_or("?"));
  }
  return text;
}

}  // namespace topoproof::agreement
