// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.hh"

#include <fmt/format.h>

#include "packet/dissect.hh"
#include "packet/print.hh"
#include "packet/view.hh"

namespace topoproof::agreement {
namespace {

void add_ports(const packet::PacketView& view, std::vector<std::uint16_t>& ports) {
  if (view.sport()) ports.push_back(*view.sport());
  if (view.dport()) ports.push_back(*view.dport());
  if (view.icmp() != nullptr && view.icmp()->id) ports.push_back(*view.icmp()->id);
}

// What the kernel may have drawn is among the ports that left it.
std::vector<std::uint16_t> ports_of(const std::vector<Arrival>& arrivals) {
  std::vector<std::uint16_t> ports;
  for (const Arrival& arrival : arrivals) {
    const auto frame = packet::parse_frame_view(arrival.frame);
    const auto view = frame ? packet::parse_view(frame->network) : std::nullopt;
    if (!view) continue;
    add_ports(*view, ports);
    if (const auto quoted = view->quoted()) add_ports(*quoted, ports);
  }
  return ports;
}

}  // namespace

Trial::Trial(std::string name, const Zones& zones, const firewall::Ruleset& ruleset,
             KernelRouter& kernel, SimulatedRouter& simulated, Tally& tally)
    : name_(std::move(name)),
      zones_(zones),
      kernel_(kernel),
      simulated_(simulated),
      counters_(ruleset),
      tally_(tally) {}

void Trial::begin(std::string title) {
  story_ = std::move(title) + '\n';
  unknown_.clear();
  sent_ = 0;
  over_ = false;
  saw_unknown_ = false;
}

std::vector<Arrival> Trial::send(std::size_t zone, const Bytes& frame, std::string_view what) {
  if (over_) return {};
  ++sent_;
  ++all_sent_;
  ++tally_.packets;
  story_ += fmt::format("  {} into {}: {}\n", what, zones_.all[zone].port,
                        packet::describe(packet::dissect(frame)));
  const auto now = std::chrono::steady_clock::now();
  auto kernel = kernel_.send(zone, frame);
  auto simulated = simulated_.send(zone, frame, ports_of(kernel), now);
  if (!simulated_.unknown().empty() || !unknown_.empty()) {
    is_unknown(simulated_.unknown());
    return kernel;
  }
  ++tally_.agreeing;
  if (auto text = compare_arrivals(kernel, std::move(simulated), zones_); !text.empty()) {
    diverged(std::move(text));
  }
  return kernel;
}

void Trial::end() {
  const auto counters = counters_.compare(kernel_.counters(), simulated_.counters());
  if (!over_ && !saw_unknown_ && sent_ > 0) {
    auto text = counters + compare_connections(kernel_.connections(), simulated_.connections());
    if (!text.empty()) diverged(std::move(text));
  }
  kernel_.flush_connections();
  simulated_.flush_connections();
}

void Trial::diverged(std::string what) {
  over_ = true;
  --tally_.agreeing;
  ++tally_.diverged;
  tally_.divergences.push_back({name_, story_, std::move(what)});
}

void Trial::is_unknown(const std::vector<sim::Unknown>& why) {
  if (!why.empty()) unknown_ = why.front().reason;
  saw_unknown_ = true;
  ++tally_.unknown;
  ++tally_.reasons[unknown_];
}

}  // namespace topoproof::agreement
