// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/known_divergences.hh"

#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "packet/stack.hh"

namespace topoproof::campaign {
namespace {

using namespace firewall;  // NOLINT: the words of rules

Question ask_about(std::uint16_t port, std::initializer_list<Statement> rule) {
  Chain chain = make_base_chain("c", ChainType::Filter, Hook::Forward, 0);
  chain.rules = {make_rule(TableFamily::Ip, rule)};
  const auto frame = packet::ether() / packet::ipv4() / packet::udp({.dport = port});
  return {.ruleset = {{{.family = TableFamily::Ip, .name = "t", .sets = {}, .chains = {chain}}}},
          .packets = {{0, packet::build(frame)}}};
}

TEST(KnownDivergences, TheSameOfOtherNumbersHasOneFingerprint) {
  EXPECT_EQ(fingerprint(ask_about(53, {udp_dport(53), drop()}), DifferenceKind::Frames),
            fingerprint(ask_about(80, {udp_dport(80), drop()}), DifferenceKind::Frames));
}

TEST(KnownDivergences, OtherRulesAndOtherDifferencesHaveOthers) {
  const auto question = ask_about(53, {udp_dport(53), drop()});
  const auto one = fingerprint(question, DifferenceKind::Frames);
  EXPECT_NE(one, fingerprint(question, DifferenceKind::Counters));
  EXPECT_NE(one,
            fingerprint(ask_about(53, {udp_dport(53), counter(), drop()}), DifferenceKind::Frames));
}

TEST(KnownDivergences, EachEntryFindsItself) {
  for (const auto& known : known_divergences()) {
    EXPECT_EQ(find_known(known.question, known.kind), &known) << known.name;
  }
}

}  // namespace
}  // namespace topoproof::campaign
