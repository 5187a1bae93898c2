// SPDX-License-Identifier: GPL-2.0-or-later
#include "two_bodies.hh"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "packet/dissect.hh"
#include "packet/print.hh"
#include "packet/stack.hh"

namespace topoproof::agreement {
namespace {

state::Namespace make_state(const Zones& zones, const TwoBodies::Network& network) {
  state::Namespace state = make_router(zones);
  for (const state::Sysctl& sysctl : network.sysctls) {
    std::erase_if(state.sysctls, [&](const auto& known) { return known.name == sysctl.name; });
    state.sysctls.push_back(sysctl);
  }
  if (network.change) network.change(state);
  return state;
}

std::string text_of(const Bytes& frame) {
  const auto view = packet::parse_frame_view(frame);
  const auto packet = view ? packet::parse_view(view->network) : std::nullopt;
  return packet ? describe(*packet) : describe(packet::dissect(frame));
}

}  // namespace

TwoBodies::TwoBodies(Network network)
    : zones_(make_zones({})), state_(make_state(zones_, network)), kernel_(zones_, state_) {
  load(network.rules);
  teach_stations();
}

// The bridge knows who is behind its ports: of the frame nobody takes notice.
void TwoBodies::teach_stations() {
  constexpr std::uint16_t kLocalExperiments = 0x88b5;
  for (const std::size_t zone : {kPort1, kPort2}) {
    const Bytes frame = packet::build(packet::ether({.src = zones_.all[zone].far_mac,
                                                     .dst = zones_.all[zone].router_mac,
                                                     .ether_type = kLocalExperiments}) /
                                      packet::payload(Bytes(46)));
    EXPECT_EQ(send(zone, frame), "nothing");
  }
}

void TwoBodies::load(const std::string& rules) {
  auto loaded = kernel_.replace_rules(rules);
  if (!loaded) throw std::runtime_error(to_string(loaded.error()));
  ruleset_ = *std::move(loaded);
  if (simulated_ == nullptr) {
    simulated_ = std::make_unique<SimulatedRouter>(zones_, state_, ruleset_);
  } else {
    simulated_->change(state_, ruleset_);
  }
  counters_ = std::make_unique<CounterComparison>(ruleset_);
}

void TwoBodies::add_route(const state::Route& route) {
  kernel_.add_route(route);
  state_.routes.push_back(route);
  simulated_->change(state_, ruleset_);
}

std::string TwoBodies::send(std::size_t zone, const Bytes& frame) {
  const auto now = std::chrono::steady_clock::now();
  const auto kernel = kernel_.send(zone, frame);
  auto simulated = simulated_->send(zone, frame, {}, now);
  for (const sim::Unknown& unknown : simulated_->unknown()) ADD_FAILURE() << describe(unknown);
  EXPECT_EQ(compare_arrivals(kernel, std::move(simulated), zones_), "") << text_of(frame);
  std::string told;
  for (const Arrival& arrival : kernel) {
    told += fmt::format("{}{}: {}", told.empty() ? "" : "\n", zones_.all[arrival.zone].port,
                        text_of(arrival.frame));
    last_ = arrival.frame;
  }
  return told.empty() ? "nothing" : told;
}

void TwoBodies::compare_state() {
  EXPECT_EQ(counters_->compare(kernel_.counters(), simulated_->counters()), "");
  EXPECT_EQ(compare_connections(kernel_.connections(), simulated_->connections()), "");
}

}  // namespace topoproof::agreement
