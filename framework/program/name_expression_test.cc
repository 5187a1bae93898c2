// SPDX-License-Identifier: GPL-2.0-or-later
#include "program/name_expression.hh"

#include <gtest/gtest.h>

namespace topoproof::program {
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
                    Row{"QuotedParentheses", "'(' or blue", true}),
    [](const auto& row) { return row.param.name; });

TEST(NameExpression, SaysWhatIsMissing) {
  EXPECT_EQ(NameExpression::parse("red and").error().text, "-k: a word is expected before the end");
  EXPECT_EQ(NameExpression::parse("(red").error().text, "-k: ')' is expected before the end");
  EXPECT_EQ(NameExpression::parse("red)").error().text, "-k: 'and' or 'or' is expected before )");
  EXPECT_EQ(NameExpression::parse("'red").error().text, "-k: a quote ' is not closed");
}

TEST(NameExpression, RefusesToRecurseWithoutEnd) {
  EXPECT_EQ(NameExpression::parse(std::string(100'000, '(')).error().text,
            "-k: the expression is nested too deep");
}

}  // namespace
}  // namespace topoproof::program
