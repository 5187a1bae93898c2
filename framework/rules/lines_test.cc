// SPDX-License-Identifier: GPL-2.0-or-later
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/iptables_lines.hh"
#include "rules/nft_lines.hh"

namespace topoproof::rules {
namespace {

using firewall::TableFamily;

// "3 7" for rules that stand on lines 3 and 7; "lost" for a chain of which nothing is known.
std::string lines_of(const RuleLines& lines, const ChainName& chain) {
  const auto* origins = lines.find(chain);
  if (origins == nullptr) return "lost";
  std::string text;
  for (const auto& origin : *origins)
    text += fmt::format("{}{}", text.empty() ? "" : " ", origin.where.line);
  return text;
}

RuleLines read_nft(const std::string& text, int first_line = 1,
                   const std::map<std::string, std::string>& files = {}) {
  RuleLines lines;
  const auto read = [&](const std::string& path, const Location& /*where*/) {
    std::vector<NftTokens::Included> found;
    if (files.contains(path)) found.push_back({path, files.at(path)});
    return found;
  };
  read_nft_lines({.text = text, .where = {.file = "main.nft", .line = first_line}}, read, lines);
  return lines;
}

RuleLines read_iptables(const std::string& text, int first_line = 1) {
  RuleLines lines;
  read_iptables_lines({.language = Language::Iptables,
                       .text = text,
                       .where = {.file = "rules.v4", .line = first_line}},
                      lines);
  return lines;
}

const ChainName kInput{TableFamily::Inet, "t", "input"};

TEST(NftLines, StandBesideWhatElseAChainHas) {
  const auto lines = read_nft(R"(table inet t {
  set s {
    type inet_service
    elements = { 22, 80 }
  }
  chain input {
    type filter hook input priority 0; policy drop;
    comment "what comes in"
    # a comment; with { braces }
    tcp dport @s accept
    tcp dport {
      443,
      8443
    } accept
    iifname "lo" accept; udp dport 53 accept
    ct state \
      established accept
    drop }
  chain output { accept }
})");
  EXPECT_EQ(lines_of(lines, kInput), "10 11 15 15 16 18");
  EXPECT_EQ(lines_of(lines, {TableFamily::Inet, "t", "output"}), "19");
  EXPECT_EQ(lines.find(kInput)->at(0).text, "tcp dport @s accept");
  EXPECT_EQ(lines.find(kInput)->at(1).text, "tcp dport { 443, 8443 } accept");
  EXPECT_EQ(lines.find(kInput)->at(2).text, "iifname \"lo\" accept");
}

TEST(NftLines, OfCommandsAreThoseOfTheirChain) {
  const auto lines = read_nft(R"(add table inet t
add chain inet t input { type filter hook input priority 0; }
add rule inet t input tcp dport 22 accept
insert rule inet t input tcp dport 23 accept
rule inet t input drop
add rule t c accept
)");
  EXPECT_EQ(lines_of(lines, kInput), "4 3 5");
  EXPECT_EQ(lines_of(lines, {TableFamily::Ip, "t", "c"}), "6");
}

// Of those that begin with the table, all lines of the chain were once lost.
TEST(NftLines, OfCommandsNeedNeitherVerbNorFamily) {
  const auto lines = read_nft(R"(t c meta mark set 1
add table t
add chain t c
add t c meta mark set 4
add counter t n
list ruleset
ip t c meta mark set 7
add \
  t c meta mark set 8
)");
  EXPECT_EQ(lines_of(lines, {TableFamily::Ip, "t", "c"}), "1 4 7 8");
  EXPECT_EQ(lines.chains().size(), 1U);
}

TEST(NftLines, GoOnAfterABackslashRightBehindAWord) {
  const auto lines =
      read_nft("table inet t {\n chain input {\n  tcp dport 22\\\n  accept\n  drop\n }\n}\n");
  EXPECT_EQ(lines_of(lines, kInput), "3 5");
  EXPECT_EQ(lines.find(kInput)->at(0).text, "tcp dport 22 accept");
  EXPECT_EQ(lines_of(read_nft("add rule inet t input accept \\ \\"), kInput), "1");  // it ends
}

TEST(NftLines, KeepABackslashWithinAWord) {
  const auto lines = read_nft("add rule inet t input iifname eth\\* accept");
  EXPECT_EQ(lines.find(kInput)->at(0).text, "iifname eth\\* accept");
}

TEST(NftLines, OfOtherFamiliesStayWhereOneIsFlushed) {
  const auto lines = read_nft(
      "table inet t { chain input { drop; }; }\ntable ip6 t { chain c { drop; }; }\n"
      "flush ruleset ip6\n");
  EXPECT_EQ(lines_of(lines, kInput), "1");
  EXPECT_EQ(lines_of(lines, {TableFamily::Ip6, "t", "c"}), "lost");
}

TEST(NftLines, OfWhatIsFlushedAreForgotten) {
  const auto lines = read_nft(R"(table inet t {
  chain input { drop; }
}
flush ruleset
table inet t {
  chain input { accept; }
})");
  EXPECT_EQ(lines_of(lines, kInput), "6");
}

TEST(NftLines, OfAChainWithinARuleAreItsOwn) {
  const auto lines = read_nft(R"(table inet t {
  chain input {
    tcp dport 22 jump {
      ip saddr { 10.0.0.1, 10.0.0.2 } accept
      drop
    }
    udp dport 53 goto { accept; }
  }
}
add rule inet t input jump { drop; }
)");
  EXPECT_EQ(lines_of(lines, kInput), "3 7 10");
  EXPECT_EQ(lines_of(lines, RuleLines::anonymous(TableFamily::Inet, "t", 2)), "10");
  EXPECT_EQ(lines_of(lines, RuleLines::anonymous(TableFamily::Inet, "t", 0)), "4 5");
  EXPECT_EQ(lines_of(lines, RuleLines::anonymous(TableFamily::Inet, "t", 1)), "7");
}

// The rule of line 7 was once told as that of line 2, which is gone.
TEST(NftLines, OfAnonymousChainsAreLostWhereOneGoes) {
  const std::string text = R"(table inet t {
  chain old { jump { accept; }
  }
  chain plain { drop; }
}
)";
  const auto first_after = [&](const std::string& command) {
    const auto lines = read_nft(text + command + "\nadd rule inet t input jump { drop; }\n");
    EXPECT_EQ(lines_of(lines, kInput), "7") << command;
    return lines_of(lines, RuleLines::anonymous(TableFamily::Inet, "t", 0));
  };
  EXPECT_EQ(first_after("flush chain inet t old"), "lost");
  EXPECT_EQ(first_after("delete chain inet t old"), "lost");
  EXPECT_EQ(first_after("destroy chain inet t old"), "lost");
  EXPECT_EQ(first_after("delete chain inet t handle 1"), "lost");
  EXPECT_EQ(first_after("delete rule inet t old handle 3"), "lost");
  EXPECT_EQ(first_after("replace rule inet t old handle 3 accept"), "lost");
  EXPECT_EQ(first_after("replace rule inet t plain handle 3 jump { accept; }"), "lost");
  EXPECT_EQ(first_after("flush chain inet t plain"), "2");
  EXPECT_EQ(first_after("add rule inet t old handle 3 accept"), "2");
  EXPECT_EQ(first_after("flush table inet t"), "7");
  EXPECT_EQ(first_after("delete table inet handle 1"), "lost");
}

TEST(NftLines, AfterARuleIsPutSomewhereByHandleAreLost) {
  const auto lines = read_nft(
      "table inet t { chain input { drop; }; }\n"
      "add rule inet t input handle 2 accept\n");
  EXPECT_EQ(lines_of(lines, kInput), "lost");
}

// One such rule once cost the lines of its whole chain.
TEST(NftLines, CountToWhereARuleIsPutByIndex) {
  const auto lines = read_nft(R"(table inet t { chain input {
    accept
    drop
  } }
add rule inet t input index 0 accept
insert rule inet t input index 2 accept
insert rule inet t input index 0 accept
add rule inet t input index 4 accept
)");
  EXPECT_EQ(lines_of(lines, kInput), "7 2 5 6 3 8");
  EXPECT_EQ(lines.find(kInput)->at(2).text, "accept");
}

// The kernel takes `index 0` for a rule that it has just forgotten: the new one goes before line 2.
TEST(NftLines, AfterAFlushAreLostWhereARuleIsPutByIndex) {
  const auto flushed = [](const std::string& what, const std::string& index) {
    return lines_of(read_nft(what +
                             "\ntable inet t { chain input { accept; }; }\n"
                             "add rule inet t input index " +
                             index + " drop\n"),
                    kInput);
  };
  EXPECT_EQ(flushed("flush chain inet t input", "0"), "lost");
  EXPECT_EQ(flushed("flush table inet t", "0"), "lost");
  EXPECT_EQ(flushed("flush ruleset", "0"), "2 3");
  EXPECT_EQ(flushed("delete table inet t", "0"), "2 3");
  EXPECT_EQ(flushed("flush ruleset", "none"), "lost");
}

TEST(NftLines, OfIncludedFilesNameThoseFiles) {
  const auto lines =
      read_nft(R"(define name = input
include "ports.nft"
table inet t {
  chain $name {
    accept
    include "more.nft"
    drop
  }
})",
               1, {{"ports.nft", "define web = 80\n"}, {"more.nft", "\ntcp dport $web accept\n"}});
  EXPECT_EQ(lines_of(lines, kInput), "5 2 7");
  EXPECT_EQ(lines.find(kInput)->at(1).where.file, "more.nft");
  EXPECT_EQ(lines.find(kInput)->at(2).where.file, "main.nft");
}

// It was once counted as two rules, and the kernel has one.
TEST(NftLines, OfAStatementAtTheEndOfAnIncludedFileGoOnAfterIt) {
  const auto lines =
      read_nft("table inet t {\n chain input {\n  include \"port.nft\"\n  counter\n  drop\n }\n}\n",
               1, {{"port.nft", "\naccept\ntcp dport 80"}});
  EXPECT_EQ(lines_of(lines, kInput), "2 3 5");
  EXPECT_EQ(lines.find(kInput)->at(1).text, "tcp dport 80 counter");
  EXPECT_EQ(lines.find(kInput)->at(1).where.file, "port.nft");
}

TEST(NftLines, CountFromTheLineWhereTheTextBegins) {
  EXPECT_EQ(lines_of(read_nft("table inet t {\nchain input {\n drop\n}\n}", 20), kInput), "22");
}

const ChainName kFilterInput{TableFamily::Ip, "filter", "INPUT"};

TEST(IptablesLines, AreThoseThatAppend) {
  const auto lines = read_iptables(R"(# Generated by iptables-save
*filter
:INPUT DROP [0:0]
:sub - [0:0]
[5:300] -A INPUT -p tcp --dport 22 -j ACCEPT
-A sub -j RETURN
-A INPUT -m comment --comment "-A INPUT is no rule" -j sub
-I INPUT -i lo -j ACCEPT
-I INPUT 2 -j RETURN
COMMIT
*nat
-A INPUT -j RETURN
COMMIT
)");
  EXPECT_EQ(lines_of(lines, kFilterInput), "8 9 5 7");
  EXPECT_EQ(lines_of(lines, {TableFamily::Ip, "filter", "sub"}), "6");
  EXPECT_EQ(lines_of(lines, {TableFamily::Ip, "nat", "INPUT"}), "12");
  EXPECT_EQ(lines.find(kFilterInput)->at(3).text,
            "-A INPUT -m comment --comment \"-A INPUT is no rule\" -j sub");
}

TEST(IptablesLines, OfListsOfAddressesAreThoseOfSeveralRules) {
  const auto lines = read_iptables(
      "*filter\n-A INPUT -s 10.0.0.1,10.0.0.2 ! -d 10.1.0.1,10.1.0.2 -j DROP\n-A INPUT -j "
      "ACCEPT\n");
  EXPECT_EQ(lines_of(lines, kFilterInput), "2 2 2 2 3");
}

// getopt takes them all; each once cost the lines of its chain.
TEST(IptablesLines, OfOptionsInAnyOfTheirForms) {
  const auto lines = read_iptables(R"(*filter
-AINPUT -j DROP
--append=INPUT -j DROP
--app INPUT --sou 1.1.1.1,2.2.2.2 -j DROP
-s 1.1.1.1 -A "INPUT" --des 2.2.2.2,3.3.3.3 -j DROP
--ins=INPUT 2 -j DROP
-IINPUT -j DROP
-A INPUT --sport 1,2 -j DROP
COMMIT
)");
  EXPECT_EQ(lines_of(lines, kFilterInput), "7 2 6 3 4 4 5 5 8");
  EXPECT_EQ(lines.chains().size(), 1U);
}

TEST(IptablesLines, OfATableThatComesAgainReplaceTheFirst) {
  EXPECT_EQ(lines_of(read_iptables("*filter\n-A INPUT\nCOMMIT\n*filter\n-A INPUT\nCOMMIT\n"),
                     kFilterInput),
            "5");
}

TEST(IptablesLines, AfterARuleIsDeletedByItsTextAreLost) {
  EXPECT_EQ(lines_of(read_iptables("*filter\n-A INPUT -j DROP\n-D INPUT -j DROP\n"), kFilterInput),
            "lost");
  EXPECT_EQ(lines_of(read_iptables("*filter\n-A INPUT -j DROP\n-A INPUT -j ACCEPT\n-D INPUT 1\n"),
                     kFilterInput),
            "3");
}

TEST(RuleLines, AreGivenToAChainOfAsManyRulesOnly) {
  firewall::Table table{.family = TableFamily::Ip, .name = "filter"};
  table.chains.push_back({.name = "INPUT", .rules = std::vector<firewall::Rule>(2)});
  firewall::Ruleset ruleset{{table}};
  give_origins(read_iptables("*filter\n-A INPUT -j DROP\n"), ruleset);
  EXPECT_EQ(ruleset.tables[0].chains[0].rules[0].origin, firewall::Origin{});
  give_origins(read_iptables("*filter\n-A INPUT -j DROP\n-A INPUT\n"), ruleset);
  EXPECT_EQ(to_string(ruleset.tables[0].chains[0].rules[1].origin.where), "rules.v4:3");
}

}  // namespace
}  // namespace topoproof::rules
