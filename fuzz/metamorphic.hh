// SPDX-License-Identifier: GPL-2.0-or-later
// The simulator asked about variants of one question, whose answers follow from each other.
#pragma once

#include <algorithm>
#include <array>
#include <expected>
#include <string>

#include "campaign/model.hh"
#include "firewall/build.hh"
#include "plan/planner.hh"

namespace topoproof::fuzz {

namespace fw = firewall;
using campaign::Answer;
using campaign::Question;
using generator::Feature;

struct Network {
  explicit Network(Feature kind)
      : shape(generator::make_shape(kind)), plan(plan::make_plan(shape.topology).value()) {}
  generator::Shape shape;
  plan::Plan plan;
};

inline const Network& network_of(Feature kind) {
  static const std::array networks{Network(Feature::Router), Network(Feature::Router6),
                                   Network(Feature::Container)};
  return networks.at(static_cast<std::size_t>(kind));
}

// By a simulator that nobody has asked before.
template <class Asked>
auto ask_anew(Feature kind, Asked asked) {
  const Network& network = network_of(kind);
  campaign::Model model(network.shape, network.plan);
  return model.ask(std::move(asked));
}

inline fw::Rule meeting_nothing(const fw::Table& table) {
  return fw::make_rule(table.family, {fw::iifname("nowhere"), fw::drop()});
}

inline Question with_rules_that_meet_nothing(Question question) {
  for (auto& table : question.ruleset.tables) {
    for (auto& chain : table.chains)
      chain.rules.insert(chain.rules.begin(), meeting_nothing(table));
  }
  return question;
}

inline fw::Table table_of(const char* name, fw::Hook hook, std::int32_t priority, bool drops) {
  fw::Chain chain = fw::make_base_chain("c", fw::ChainType::Filter, hook, priority);
  chain.base->drops = drops;
  return {.family = fw::TableFamily::Inet, .name = name, .sets = {}, .chains = {chain}};
}

inline Question with_a_chain_that_accepts(Question question) {
  question.ruleset.tables.push_back(table_of("open", fw::Hook::Forward, 10, false));
  return question;
}

inline Question with_a_first_chain_that_drops(Question question) {
  question.ruleset.tables.push_back(table_of("shut", fw::Hook::Prerouting, -1000, true));
  return question;
}

inline Question first_half(Question question) {
  question.packets.resize(question.packets.size() / 2);
  return question;
}

inline bool begins_with(const Answer& whole, const Answer& part) {
  for (std::size_t port = 0; port < campaign::kPorts; ++port) {
    const auto& all = whole.frames[port];
    const auto& some = part.frames[port];
    if (some.size() > all.size() || !std::equal(some.begin(), some.end(), all.begin()))
      return false;
  }
  return true;
}

inline std::size_t count_frames(const Answer& answer) {
  std::size_t count = 0;
  for (const auto& frames : answer.frames) count += frames.size();
  return count;
}

}  // namespace topoproof::fuzz
