// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/faults.hh"

#include <algorithm>
#include <utility>

namespace topoproof::campaign {
namespace {

namespace fw = firewall;

template <class F>
void for_each_expression(fw::Ruleset& ruleset, F f) {
  for (auto& table : ruleset.tables) {
    for (auto& chain : table.chains) {
      for (auto& rule : chain.rules) {
        for (auto& expression : rule.expressions) f(expression);
      }
    }
  }
}

template <class F>
void for_each_base(fw::Ruleset& ruleset, F f) {
  for (auto& table : ruleset.tables) {
    for (auto& chain : table.chains) {
      if (chain.base) f(*chain.base);
    }
  }
}

void swap_bytes(fw::Ruleset& ruleset) {
  for_each_expression(ruleset, [](fw::Expression& expression) {
    auto* compare = std::get_if<fw::Compare>(&expression);
    if (compare != nullptr && compare->value.size() == 2) {
      std::swap(compare->value[0], compare->value[1]);
    }
  });
}

void swap_priorities(fw::Ruleset& ruleset) {
  for_each_base(ruleset, [](fw::BaseChain& base) {
    if (base.type == fw::ChainType::Filter) base.priority = -base.priority - 150;
  });
}

void move_nat_ports(fw::Ruleset& ruleset) {
  for_each_expression(ruleset, [](fw::Expression& expression) {
    auto* load = std::get_if<fw::Immediate>(&expression);
    if (load == nullptr || load->value.size() != 2) return;
    const std::uint16_t port = load_be16(load->value.data());
    store_be16(load->value.data(), static_cast<std::uint16_t>(port + 1));
  });
}

void ignore_policies(fw::Ruleset& ruleset) {
  for_each_base(ruleset, [](fw::BaseChain& base) { base.drops = false; });
}

// The address that the packet's answer came from shows, as if nobody translated it back.
void lose_reply_translation(Answer& answer) {
  constexpr std::size_t kSourceAddress = 14 + 12;
  constexpr std::size_t kIdentity = 14 + 4;
  constexpr std::uint16_t kReplyIdentity = 0x2000;  // as make_reply gives it
  for (auto& frames : answer.frames) {
    for (auto& frame : frames) {
      const bool is_reply = frame.size() > kSourceAddress + 4 && frame[12] == std::byte{8} &&
                            load_be16(frame.data() + kIdentity) == kReplyIdentity;
      if (is_reply) frame[kSourceAddress + 3] ^= std::byte{0x40};
    }
  }
}

}  // namespace

std::vector<PlantedFault> all_planted_faults() {
  return {{.name = "byte-order", .in_rules = swap_bytes},
          {.name = "hook-priority", .in_rules = swap_priorities},
          {.name = "nat-port", .in_rules = move_nat_ports},
          {.name = "policy-ignored", .in_rules = ignore_policies},
          {.name = "lost-reply-translation", .in_answer = lose_reply_translation}};
}

}  // namespace topoproof::campaign
