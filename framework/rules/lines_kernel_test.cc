// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the lines are those of the rules that nft and iptables make of a text.
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/import.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::rules::lines_kernel_test {
namespace {

class Lines : public sys::KernelTest {
 protected:
  // "c: 3 7" for each chain; 0 for a rule without a line.
  static std::string lines_of(const Source& source) {
    const auto ruleset = import_rules({&source, 1});
    if (!ruleset) return to_string(ruleset.error());
    std::string text;
    for (const auto& table : ruleset->tables) {
      for (const auto& chain : table.chains) {
        text += chain.is_anonymous() ? "{}:" : chain.name + ":";
        for (const auto& rule : chain.rules) text += fmt::format(" {}", rule.origin.where.line);
        text += '\n';
      }
    }
    return text;
  }
  static std::string lines_of(const std::string& text, const std::string& file = "a.nft") {
    return lines_of(Source{.text = text, .where = {.file = file, .line = 1}});
  }
};

TEST_F(Lines, OfAnAnonymousChainAreNotThoseOfOneThatIsGone) {
  EXPECT_EQ(lines_of(R"(table ip t {
 chain old { jump { tcp dport 22 accept; }
 }
 chain in { type filter hook input priority 0;
 }
}
flush chain ip t old
add rule ip t in jump { tcp dport 80 drop; }
)"),
            "old:\nin: 8\n{}: 0\n");
}

TEST_F(Lines, OfCommandsInTheirShortForms) {
  EXPECT_EQ(lines_of(R"(add table t
add chain t c
add t c meta mark set 4
t c meta mark set 6
add t c tcp dport 22\
meta mark set 3
flush ruleset ip6
)"),
            "c: 3 4 5\n");
}

TEST_F(Lines, OfAStatementThatGoesOnAfterAnIncludedFile) {
  const sys::TempDir folder;
  std::ofstream(folder.path() / "port.nft") << "\naccept\ntcp dport 80";
  EXPECT_EQ(
      lines_of("table ip t {\n chain c {\n  include \"./port.nft\"\n  counter\n  drop\n }\n}\n",
               folder.path() / "main.nft"),
      "c: 2 3 5\n");
}

TEST_F(Lines, OfOptionsOfIptablesInAnyOfTheirForms) {
  EXPECT_EQ(lines_of({.language = Language::Iptables,
                      .text = "*filter\n:INPUT ACCEPT [0:0]\n-AINPUT -j DROP\n"
                              "--append=INPUT -j DROP\n"
                              "--app INPUT --sou 1.1.1.1,2.2.2.2 -j DROP\n"
                              "-s 1.1.1.1 -A \"INPUT\" --des 2.2.2.2,3.3.3.3 -j DROP\n"
                              "--ins=INPUT 2 -j DROP\n-IINPUT -j DROP\nCOMMIT\n",
                      .where = {.file = "rules.v4", .line = 1}}),
            "INPUT: 8 3 7 4 5 5 6 6\n");
}

}  // namespace
}  // namespace topoproof::rules::lines_kernel_test
