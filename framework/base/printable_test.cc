// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.hh"

#include <gtest/gtest.h>

namespace topoproof {
namespace {

TEST(Printable, LeavesTextInAnyScriptAsItIs) {
  EXPECT_EQ(printable("blue -> 客户 ü 🙂 'a' \"b\" \\"), "blue -> 客户 ü 🙂 'a' \"b\" \\");
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[31mred"), "a\\x1b[31mred");
  EXPECT_EQ(printable("two\nlines\tand\r"), "two\\nlines\\tand\\x0d");
  EXPECT_EQ(printable(std::string_view("nul\0nul", 7)), "nul\\x00nul");
  EXPECT_EQ(printable("\x7f\xc2\x9b"), "\\x7f\\xc2\\x9b");
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // an overlong '/'
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("cut \xe5\xae"), "cut \\xe5\\xae");
}

TEST(Printable, ShowsWhatXmlForbids) { EXPECT_EQ(printable("\xef\xbf\xbf"), "\\xef\\xbf\\xbf"); }

TEST(PrintableLines, KeepsLinesAndNothingElseThatATerminalObeys) {
  EXPECT_EQ(printable_lines("load rules:\nrules.nft:6:\t\x1b[2J\n\nend"),
            "load rules:\nrules.nft:6:\\t\\x1b[2J\n\nend\n");
  EXPECT_EQ(printable_lines(""), "");
}

TEST(ValidUtf8, KeepsControlCharacters) { EXPECT_EQ(valid_utf8("a\n\x01\xff"), "a\n\x01\\xff"); }

TEST(Quoted, EscapesQuotesAndBackslashes) {
  EXPECT_EQ(in_quotes("say \"a\\b\""), R"("say \"a\\b\"")");
  EXPECT_EQ(in_quotes("two\nlines"), R"("two\\nlines")");
}

}  // namespace
}  // namespace topoproof
