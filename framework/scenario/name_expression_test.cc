// SPDX-License-Identifier: GPL-2.0-or-later
#include "scenario/name_expression.hh"

#include <gtest/gtest.h>

namespace topoproof::scenario {
namespace {

const std::vector<std::string> kNames{"container-nat", "blue reaches the client tcp/80"};

struct Row {
  std::string name;
  std::string expression;
  bool matches = false;
};

class Matching : public testing::TestWithParam<Row> {};

TEST_P(Matching, IsThatOfPytest) {
  const auto expression = NameExpression::parse(GetParam().expression);
  ASSERT_TRUE(expression) << expression.error().text;
  EXPECT_EQ(expression->matches(kNames), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    NameExpression, Matching,
    testing::Values(Row{"NothingSaidIsAll", "", true}, Row{"ASubstring", "lient", true},
                    Row{"OfTheScenario", "nat", true}, Row{"InAnyCase", "BLUE", true},
                    Row{"NoSuchWord", "red", false}, Row{"Not", "not red", true},
                    Row{"NotNot", "not not red", false}, Row{"And", "nat and tcp/80", true},
                    Row{"AndOfOne", "nat and red", false}, Row{"Or", "red or blue", true},
                    Row{"AndBindsMoreThanOr", "blue or nat and red", true},
                    Row{"NotBindsMost", "not red and blue", true},
                    Row{"Parentheses", "(blue or nat) and red", false},
                    Row{"WordsInARowAreAPhrase", "reaches the client", true},
                    Row{"InTheirOrder", "client the", false},
                    Row{"QuotesTakeOperators", "\"blue and\"", false},
                    Row{"ADoubledQuoteIsOne", "'it''s' or blue", true},
                    Row{"QuotedParentheses", "'(' or blue", true}),
    [](const auto& row) { return row.param.name; });

TEST(NameExpression, SaysWhatIsMissing) {
  EXPECT_EQ(NameExpression::parse("red and").error().text, "-k: a word is expected before the end");
  EXPECT_EQ(NameExpression::parse("(red").error().text, "-k: ')' is expected before the end");
  EXPECT_EQ(NameExpression::parse("red)").error().text, "-k: 'and' or 'or' is expected before )");
  EXPECT_EQ(NameExpression::parse("'red").error().text, "-k: a quote ' is not closed");
}

class Names : public testing::TestWithParam<std::string> {};

TEST_P(Names, AreFoundByTheirOwnExpression) {
  const std::vector<std::string> itself{GetParam()};
  const std::vector<std::string> other{"banana"};
  const auto expression = NameExpression::parse(expression_for(GetParam()));
  ASSERT_TRUE(expression) << expression.error().text;
  EXPECT_TRUE(expression->matches(itself));
  EXPECT_FALSE(expression->matches(other));
}

INSTANTIATE_TEST_SUITE_P(NameExpression, Names,
                         testing::Values("red -> blue tcp/80: delivered", "and no other port",
                                         "not (yet) or never", "it's red's", "say \"hi\"",
                                         "\"it's\" quoted", "two  blanks", " led by one",
                                         "IPv6 AND IPv4", "(", "\xff\n"));

TEST(ExpressionFor, IsTheNameItselfWhereThatWillDo) {
  EXPECT_EQ(expression_for("red's web server"), "red's web server");
  EXPECT_EQ(expression_for("and no other port"), "\"and no other port\"");
}

TEST(NameExpression, RefusesToRecurseWithoutEnd) {
  EXPECT_EQ(NameExpression::parse(std::string(100'000, '(')).error().text,
            "-k: the expression is nested too deep");
}

}  // namespace
}  // namespace topoproof::scenario
