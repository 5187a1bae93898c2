// SPDX-License-Identifier: GPL-2.0-or-later
// decode(encode(x)) == x, for random rulesets of every kind of expression. TOPOPROOF_SEED repeats a
// run.
#include <set>

#include <gtest/gtest.h>

#include "base/seed_of_run.hh"
#include "firewall/describe.hh"
#include "nft/decoder.hh"
#include "nft/random_ruleset.hh"
#include "nft/transaction.hh"

namespace topoproof::nft::round_trip_test {
namespace {

using firewall::Ruleset;

std::expected<Ruleset, Issue> through_messages(const Ruleset& ruleset) {
  Transaction transaction;
  for (const auto& table : ruleset.tables) transaction.add(table);
  if (!transaction.issues().empty()) return std::unexpected(transaction.issues().front());
  RulesetDecoder decoder;
  for (std::size_t i = 0; i < transaction.size(); ++i) {
    const auto message = transaction.message(i);
    if (auto issue = decoder.add(Bytes(message.begin(), message.end()))) {
      return std::unexpected(*issue);
    }
  }
  return decoder.take();
}

TEST(RoundTrip, EveryKindOfExpression) {
  RandomRuleset random(seed_of_run());
  for (std::size_t kind = 0; kind < std::variant_size_v<firewall::Expression>; ++kind) {
    for (int i = 0; i < 50; ++i) {
      firewall::Table table{.name = "t"};
      table.chains = {{.name = "c", .rules = {{.expressions = {random.expression(kind)}}}}};
      table.chains[0].rules[0].xt_protocol = {.protocol = 6, .flags = 0};
      const Ruleset ruleset{{table}};
      const auto again = through_messages(ruleset);
      ASSERT_TRUE(again.has_value()) << again.error().text;
      ASSERT_EQ(describe(*again), describe(ruleset));
      ASSERT_EQ(*again, ruleset);
    }
  }
}

TEST(RoundTrip, WholeRulesets) {
  RandomRuleset random(seed_of_run());
  for (int i = 0; i < 200; ++i) {
    const auto ruleset = random.ruleset();
    const auto again = through_messages(ruleset);
    ASSERT_TRUE(again.has_value()) << again.error().text;
    ASSERT_EQ(describe(*again), describe(ruleset));
    ASSERT_EQ(*again, ruleset);
  }
}

}  // namespace
}  // namespace topoproof::nft::round_trip_test
