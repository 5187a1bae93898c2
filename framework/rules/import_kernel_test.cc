// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "firewall/describe.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "rules/compiled.hh"
#include "rules/difference.hh"
#include "rules/import.hh"
#include "rules/iptables.hh"
#include "sys/files.hh"
#include "sys/kernel_test.hh"

namespace topoproof::rules {
namespace {

using firewall::TableFamily;

class Import : public sys::KernelTest {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() / name) << text;
  }
  static Source iptables(const std::string& text, const std::string& file = "rules.v4") {
    return {.language = Language::Iptables, .text = text, .where = {.file = file, .line = 1}};
  }
  static std::string refusal(const Source& source) {
    const auto imported = import_rules({&source, 1});
    return imported ? "imported" : to_string(imported.error());
  }

  sys::TempDir folder_;
};

// Of a text in double quotes, whose lines are not the file's.
TEST_F(Import, TellsTheLinesThatATextStandsIn) {
  Source source{.text =
                    "table ip t {\n chain c {\n  tcp dport 22 accept\n  udp dport 53 drop\n"
                    " }\n}\n",
                .where = {.file = "a.topo.yaml", .line = 7, .column = 12},
                .lines = {7, 7, 8, 9, 9, 9, 9}};
  const auto rules = import_rules({&source, 1});
  ASSERT_TRUE(rules) << to_string(rules.error());
  const auto& chain = rules->tables.at(0).chains.at(0);
  EXPECT_EQ(to_string(chain.rules.at(0).origin.where), "a.topo.yaml:8");
  EXPECT_EQ(to_string(chain.rules.at(1).origin.where), "a.topo.yaml:9");
  source.text.replace(source.text.find("drop"), 4, "drip");
  const auto wrong = import_rules({&source, 1});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(to_string(wrong.error().front().where), "a.topo.yaml:9");
  const Source dump{
      .language = Language::Iptables,
      .text = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p nonsense -j ACCEPT\nCOMMIT\n",
      .where = {.file = "a.topo.yaml", .line = 4},
      .lines = {4, 4, 4, 4, 4}};
  const auto refused = import_rules({&dump, 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_string(refused.error().front().where), "a.topo.yaml:4");
}

TEST_F(Import, OfIptablesNamesTheLineOfEachRule) {
  const auto source = iptables(
      "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n"
      "-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT\n-A INPUT -j REJECT\nCOMMIT\n");
  const auto ruleset = import_rules({&source, 1});
  ASSERT_TRUE(ruleset) << to_string(ruleset.error());
  const auto* table = find_table(*ruleset, TableFamily::Ip, "filter");
  ASSERT_NE(table, nullptr);
  const auto* chain = find_chain(*table, "INPUT");
  ASSERT_NE(chain, nullptr);
  ASSERT_EQ(chain->rules.size(), 3U);
  EXPECT_TRUE(chain->base->drops);
  EXPECT_EQ(to_string(chain->rules[0].origin.where), "rules.v4:3");
  EXPECT_EQ(to_string(chain->rules[2].origin.where), "rules.v4:5");
  EXPECT_EQ(chain->rules[2].origin.text, "-A INPUT -j REJECT");
}

TEST_F(Import, OfNftNamesTheLineOfEachRuleAlsoInIncludedFiles) {
  write("ports.nft", "define web = { 80, 443 }\n");
  write("input.nft", "\n\ntcp dport $web accept\n");
  const Source source{.text =
                          "include \"./ports.nft\"\ntable inet t {\n chain input {\n"
                          "  type filter hook input priority 0\n  iif lo accept\n"
                          "  include \"./input.nft\"\n  drop\n }\n}\n",
                      .where = {.file = folder_.path() / "main.nft", .line = 1}};
  const auto ruleset = import_rules({&source, 1});
  ASSERT_TRUE(ruleset) << to_string(ruleset.error());
  const auto& rules = ruleset->tables.at(0).chains.at(0).rules;
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_TRUE(to_string(rules[0].origin.where).ends_with("main.nft:5"));
  EXPECT_TRUE(to_string(rules[1].origin.where).ends_with("input.nft:3"));
  EXPECT_TRUE(to_string(rules[2].origin.where).ends_with("main.nft:7"));
}

TEST_F(Import, OfNftCountsToARuleThatIsPutByIndexAsNftDoes) {
  const Source source{.text = R"(table inet t { chain c {
  accept comment "2"
  accept comment "3"
}
}
add rule inet t c index 0 drop comment "6"
insert rule inet t c index 2 drop comment "7"
add rule inet t c index 3 drop comment "8"
insert rule inet t c drop comment "9"
add rule inet t c index 1 drop comment "10"
)",
                      .where = {.file = "a.nft", .line = 1}};
  const auto ruleset = import_rules({&source, 1});
  ASSERT_TRUE(ruleset) << to_string(ruleset.error());
  const auto& rules = ruleset->tables.at(0).chains.at(0).rules;
  ASSERT_EQ(rules.size(), 7U);
  for (const auto& rule : rules)
    EXPECT_EQ(firewall::comment_of(rule), std::to_string(rule.origin.where.line));
}

// nft itself never came back from the first two, and ended the process at the third.
TEST_F(Import, RefusesToIncludeWhatHasNoEnd) {
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe.nft").c_str(), 0600), 0);
  write("deep.nft", "table ip t {\n chain c {\n  include \"/dev/zero\"\n }\n}\n");
  const Source source{.text =
                          "include \"/dev/zero\"\ninclude \"./pipe.nft\"\n"
                          "include \"/proc/self/mem\"\ninclude \"deep.nft\"\n",
                      .where = {.file = folder_.path() / "main.nft", .line = 1}};
  const auto said = refusal(source);
  EXPECT_NE(said.find("main.nft:1: error: cannot include /dev/zero: it is no regular file"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("pipe.nft: it is no regular file"), std::string::npos) << said;
  EXPECT_NE(said.find("cannot include /proc/self/mem: Input/output error"), std::string::npos)
      << said;
  EXPECT_NE(said.find("deep.nft:3: error: cannot include /dev/zero"), std::string::npos) << said;
}

// Every command hung for ever.
TEST_F(Import, RefusesACommandThatNeverEnds) {
  write("watch.nft", "\nmonitor\n");
  const Source source{.text =
                          "table ip monitor {\n chain monitor {\n }\n}\n"
                          "flush ruleset; monitor\ninclude \"./watch.nft\"\n",
                      .where = {.file = folder_.path() / "main.nft", .line = 1}};
  const auto said = refusal(source);
  EXPECT_NE(said.find("main.nft:5: error: monitor: the command never ends"), std::string::npos)
      << said;
  EXPECT_NE(said.find("watch.nft:2: error: monitor: the command never ends"), std::string::npos)
      << said;
  EXPECT_EQ(said.find("main.nft:1"), std::string::npos) << said;
}

// It was lost without a word: the table ends with the socket that made it.
TEST_F(Import, RefusesATableThatItsLoaderOwns) {
  const auto said = [](const std::string& text) {
    return refusal({.text = text, .where = {.file = "own.nft", .line = 1}});
  };
  static constexpr auto* kWhy =
      "error: flags owner: the table would end with the process that loads it\n";
  EXPECT_EQ(said("table ip t {\n flags owner\n chain c {\n  drop\n }\n}\n"),
            std::string("own.nft:2: ") + kWhy);
  EXPECT_EQ(said("add table ip t { flags dormant, owner; }\n"), std::string("own.nft:1: ") + kWhy);
  EXPECT_EQ(said("table ip owner {\n flags dormant\n}\n"), "imported");
}

TEST_F(Import, RefusesToIncludeWithoutBounds) {
  write("twice.nft", "include \"./twice.nft\"\ninclude \"./twice.nft\"\n");
  const Source source{.text = "include \"./twice.nft\"\n",
                      .where = {.file = folder_.path() / "main.nft", .line = 1}};
  EXPECT_NE(refusal(source).find("more than 10000 files are included"), std::string::npos)
      << refusal(source);
}

TEST_F(Import, PassesOverAFolderAmongIncludedFilesAsNftDoes) {
  std::filesystem::create_directory(folder_.path() / "all");
  std::filesystem::create_directory(folder_.path() / "all" / "deeper");
  write("all/a.nft", "table ip t {\n chain c {\n  accept\n }\n}\n");
  const Source source{.text = "include \"all/*\"\ninclude \".\"\n",
                      .where = {.file = folder_.path() / "main.nft", .line = 1}};
  const auto ruleset = import_rules({&source, 1});
  ASSERT_TRUE(ruleset) << to_string(ruleset.error());
  EXPECT_TRUE(to_string(ruleset->tables.at(0).chains.at(0).rules.at(0).origin.where)
                  .ends_with("all/a.nft:3"));
}

TEST_F(Import, OfSourcesIsWhatTheyLeaveTogether) {
  const std::vector<Source> sources{
      {.text = "table ip t {\n chain c {\n  accept\n }\n}\n", .where = {.file = "a.nft"}},
      {.text = "table ip t {\n chain c {\n  drop\n }\n}\n", .where = {.file = "b.nft"}}};
  const auto ruleset = import_rules(sources);
  ASSERT_TRUE(ruleset) << to_string(ruleset.error());
  const auto& rules = ruleset->tables.at(0).chains.at(0).rules;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(to_string(rules[0].origin.where), "a.nft:3");
  EXPECT_EQ(to_string(rules[1].origin.where), "b.nft:3");
}

TEST_F(Import, GivesRulesTheInterfacesThatTheyWant) {
  const Source source{.text = "table ip t {\n chain c {\n  iif eth0 drop\n }\n}\n"};
  const std::vector<Interface> interfaces{{"lo"}, {"eth0"}};
  EXPECT_TRUE(import_rules({&source, 1}, interfaces));
  EXPECT_FALSE(import_rules({&source, 1}));
}

// `rules compile` once wrote the index that the throw-away namespace happened to give, which no
// interface of the topology has.
TEST_F(Import, RulesNameAnInterfaceByTheIndexThatItWillHave) {
  const Source source{.text = "table ip t {\n chain c {\n  iif eth0 drop\n }\n}\n"};
  const std::vector<Interface> interfaces{{.name = "eth0", .index = 117}};
  const auto ruleset = import_rules({&source, 1}, interfaces);
  ASSERT_TRUE(ruleset);
  const auto& rule = ruleset->tables[0].chains[0].rules[0];
  EXPECT_EQ(to_hex(std::get<firewall::Compare>(rule.expressions.at(1)).value), "75 00 00 00");
}

TEST_F(Import, NamesTheLineThatIptablesRefuses) {
  EXPECT_EQ(
      refusal(iptables("*filter\n-A INPUT -i lo -j ACCEPT\n-A INPUT -o lo -j DROP\nCOMMIT\n")),
      "rules.v4:3: error: iptables: Can't use -o with INPUT\n");
}

TEST_F(Import, NamesTheLineThatTheKernelRefuses) {
  EXPECT_EQ(refusal(iptables("*filter\n-A INPUT -i lo -j ACCEPT\n"
                             "-A INPUT -p tcp -j MASQUERADE\nCOMMIT\n")),
            "rules.v4:3: error: iptables: RULE_APPEND failed (Invalid argument): rule in chain "
            "INPUT; masquerade is for chains of nat at postrouting\n");
}

// iptables says the line of COMMIT.
TEST_F(Import, NamesTheRuleThatJumpsToAChainThatIsNotThere) {
  EXPECT_EQ(refusal(iptables("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j NOSUCH\n"
                             "-A INPUT -j ACCEPT\nCOMMIT\n")),
            "rules.v4:3: error: iptables: Chain 'NOSUCH' does not exist: -A INPUT -p tcp -j "
            "NOSUCH\n");
  const Source nft{.text =
                       "table ip t {\n chain i {\n  type filter hook input priority 0\n"
                       "  jump nosuch\n }\n}\n",
                   .where = {.file = "rules.nft", .line = 1}};
  EXPECT_EQ(refusal(nft),
            "rules.nft:4:8: error: Could not process rule: No such file or directory; there is no "
            "chain 'nosuch' in the table t\n");
}

TEST_F(Import, NamesTheLoopOfJumps) {
  EXPECT_EQ(refusal(iptables("*filter\n:A - [0:0]\n:B - [0:0]\n-A A -j B\n-A B -j A\n"
                             "-A INPUT -j A\nCOMMIT\n")),
            "rules.v4:6: error: iptables: RULE_APPEND failed (Too many links): rule in chain "
            "INPUT; these chains jump in a loop: A -> B -> A\n");
  const Source nft{.text =
                       "table ip t {\n chain a {\n  jump b\n }\n chain b {\n  goto a\n }\n"
                       " chain i {\n  type filter hook input priority 0\n  jump a\n }\n}\n",
                   .where = {.file = "rules.nft", .line = 1}};
  EXPECT_TRUE(refusal(nft).ends_with("these chains jump in a loop: a -> b -> a\n")) << refusal(nft);
}

TEST_F(Import, SaysWhereATranslationMayStand) {
  const Source nft{.text =
                       "table ip t {\n chain i {\n  type nat hook input priority 0\n"
                       "  dnat to 10.0.0.1\n }\n}\n",
                   .where = {.file = "rules.nft", .line = 1}};
  EXPECT_EQ(refusal(nft),
            "rules.nft:4:3: error: Could not process rule: Operation not supported; dnat is for "
            "chains of nat at prerouting and output\n");
}

// A block of a topology is indented.
TEST_F(Import, NamesTheColumnOfTheFileThatATextStandsIn) {
  const Source nft{.text = "table ip t {\n  chain c { bogus }\n}\n",
                   .where = {.file = "net.topo.yaml", .line = 10, .column = 7}};
  EXPECT_TRUE(refusal(nft).starts_with("net.topo.yaml:11:25: error: ")) << refusal(nft);
}

TEST_F(Import, NamesALineWithinTheFileThatItStandsIn) {
  auto source = iptables("*filter\n-A nowhere -j DROP\nCOMMIT\n", "home.topo.yaml");
  source.where.line = 20;
  EXPECT_TRUE(refusal(source).starts_with("home.topo.yaml:21: error: iptables: "))
      << refusal(source);
}

TEST_F(Import, LoadsTheSameIntoAnotherNamespace) {
  const auto source = iptables(
      "*nat\n:PREROUTING ACCEPT [0:0]\n"
      "-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080\n"
      "-A PREROUTING -p tcp -m addrtype --dst-type LOCAL -j REDIRECT --to-ports 81\nCOMMIT\n");
  const auto ruleset = import_rules({&source, 1});
  ASSERT_TRUE(ruleset) << to_string(ruleset.error());
  const auto there = sys::Netns::create();
  const auto original = sys::Netns::create();
  RuleLines lines;
  ASSERT_EQ(to_string(load(original, source, lines)), "");
  auto socket = sys::call_in(
      there, [] { return std::make_unique<netlink::Socket>(netlink::Protocol::Netfilter); });
  EXPECT_EQ(to_string(netfilter::load_ruleset(*socket, *ruleset)), "");
  EXPECT_EQ(netfilter::list_ruleset_text(there, netfilter::Listing::Stateless),
            netfilter::list_ruleset_text(original, netfilter::Listing::Stateless));
}

TEST_F(Import, TranslatesForReaders) {
  const auto text =
      translate_iptables(iptables("*filter\n-A INPUT -s 10.0.0.0/8 -j DROP\nCOMMIT\n"));
  ASSERT_TRUE(text) << to_string(text.error());
  EXPECT_NE(text->text.find("add rule ip filter INPUT ip saddr 10.0.0.0/8 counter drop"),
            std::string::npos)
      << text->text;
  EXPECT_EQ(to_string(text->lost), "");
}

TEST_F(Import, NamesEachRuleThatATranslationLoses) {
  const auto text =
      translate_iptables(iptables("*filter\n-A INPUT -s 10.0.0.0/8 -j DROP\n"
                                  "-A INPUT -m u32 --u32 \"0>>28=4\" -j DROP\nCOMMIT\n"));
  ASSERT_TRUE(text) << to_string(text.error());
  EXPECT_EQ(text->lost.size(), 1U) << to_string(text->lost);
  EXPECT_EQ(text->lost.front().where.line, 3);
}

// Its line was lost.
TEST_F(Import, NamesAlsoAnInsertedRuleThatATranslationLoses) {
  const auto text =
      translate_iptables(iptables("*filter\n--append INPUT -s 10.0.0.0/8 -j DROP\n"
                                  "-I INPUT -m u32 --u32 \"0>>28=4\" -j DROP\n"
                                  "-I INPUT -s 10.0.0.0/8 -j DROP\nCOMMIT\n"));
  ASSERT_TRUE(text) << to_string(text.error());
  ASSERT_EQ(text->lost.size(), 1U) << to_string(text->lost);
  EXPECT_EQ(text->lost.front().where.line, 3) << text->text;
}

// "iptables was ended by signal 11", it said, and no line.
TEST_F(Import, NamesTheLineOfAReplacementThatIsNotTranslated) {
  const auto text =
      translate_iptables(iptables("*filter\n-A INPUT -j DROP\n-R INPUT 1 -j ACCEPT\nCOMMIT\n"));
  ASSERT_FALSE(text);
  EXPECT_EQ(to_string(text.error()),
            "rules.v4:3: error: iptables cannot translate a rule that replaces another\n");
}

TEST_F(Import, SaysThatIptablesTakesNoCarriageReturns) {
  const auto loaded =
      import_rules(std::vector{iptables("*filter\r\n-A INPUT -j DROP\r\nCOMMIT\r\n")});
  ASSERT_FALSE(loaded);
  EXPECT_NE(to_string(loaded.error()).find("CR LF"), std::string::npos);
}

// nft said "unexpected junk" of each line.
TEST_F(Import, SaysThatNftTakesNoCarriageReturns) {
  const Source source{.text = "table ip t {\r\n chain c {\r\n  drop\r\n }\r\n}\r\n",
                      .where = {.file = "r.nft", .line = 1}};
  EXPECT_EQ(refusal(source),
            "r.nft:1: error: the line ends in CR LF, which nft does not take: write LF alone\n");
}

TEST_F(Import, SaysThatNeitherLanguageTakesAByteOrderMark) {
  EXPECT_EQ(refusal(iptables("\xEF\xBB\xBF*filter\nCOMMIT\n")),
            "rules.v4:1: error: the text begins with a byte order mark, which iptables does not "
            "take\n");
  EXPECT_EQ(
      refusal({.text = "\xEF\xBB\xBFtable ip t {\n}\n", .where = {.file = "r.nft", .line = 1}}),
      "r.nft:1: error: the text begins with a byte order mark, which nft does not take\n");
}

TEST_F(Import, SaysWhichLanguageATextLooksLike) {
  const auto dump = refusal({.text = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n",
                             .where = {.file = "r.nft", .line = 1}});
  EXPECT_TRUE(dump.ends_with("; the text looks like one of iptables-save, which is not nft's\n"))
      << dump;
  EXPECT_EQ(std::ranges::count(dump, '\n'), 1) << dump;
  const auto nft = refusal(iptables("table ip t {\n chain c {\n  drop\n }\n}\n"));
  EXPECT_TRUE(nft.ends_with("; the text looks like nft's, not like one of iptables-save\n")) << nft;
}

// "there is no chain 'ACCEPT' in the table filter", it said besides.
TEST_F(Import, TakesAMissingExtensionForNoMissingChain) {
  for (const std::string target : {"ACCEPT", "DROP"}) {
    const auto said =
        refusal(iptables("*filter\n-A INPUT -p tcp -m nosuch --x -j " + target + "\nCOMMIT\n"));
    EXPECT_NE(said.find("nosuch"), std::string::npos) << said;
    EXPECT_EQ(said.find("there is no chain"), std::string::npos) << said;
  }
}

TEST_F(Import, TakesCompiledRulesAsRules) {
  const Source text{.text = "table ip t {\n chain c {\n  tcp dport 22 drop\n }\n}\n",
                    .where = {.file = "t.nft", .line = 1}};
  const auto first = import_rules({&text, 1});
  ASSERT_TRUE(first) << to_string(first.error());
  const Source json{.language = Language::Compiled,
                    .text = compile(*first, {&text, 1}),
                    .where = {.file = "t.json", .line = 1}};
  const auto again = import_rules({&json, 1});
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(difference(*first, *again), "");
  EXPECT_EQ(again->tables.at(0).chains.at(0).rules.at(0).origin.where.file, "t.nft");
}

Source nft_text(const std::string& text) {
  return {.text = text, .where = {.file = "order.nft", .line = 1}};
}

const std::string kDrops = "chain c { type filter hook input priority 0; tcp dport 80 drop\n }\n";
const std::string kRejects =
    "chain c { type filter hook input priority 0; tcp dport 80 reject\n }\n";

// The chain registered last comes first; a dormant table's are when it wakes. The list of tables
// does not tell it.
TEST_F(Import, KeepsTheOrderOfChainsOfTablesThatMeet) {
  const auto source = nft_text("table ip a { flags dormant\n " + kDrops + "}\ntable inet b {\n " +
                               kRejects + "}\ntable ip a { }\n");
  const auto rules = import_rules({&source, 1});
  ASSERT_TRUE(rules) << to_string(rules.error());
  ASSERT_EQ(rules->tables.size(), 2U);
  EXPECT_FALSE(rules->tables[1].dormant);
  EXPECT_EQ(rules->tables[0].name, "b");
  EXPECT_EQ(rules->tables[1].name, "a");
  const Source json{.language = Language::Compiled,
                    .text = compile(*rules, {&source, 1}),
                    .where = {.file = "order.json", .line = 1}};
  const auto again = import_rules({&json, 1});
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(again->tables.at(1).name, "a");
  const auto other = nft_text("table ip a {\n " + kDrops + "}\ntable inet b {\n " + kRejects + "}");
  const auto turned = import_rules({&other, 1});
  ASSERT_TRUE(turned) << to_string(turned.error());
  EXPECT_EQ(turned->tables.at(1).name, "b");
  EXPECT_EQ(difference(*rules, *again), "");
  EXPECT_EQ(difference(*rules, *turned),
            "- packets at input 0 of ip meet chains: ip a c, inet b c\n"
            "+ packets at input 0 of ip meet chains: inet b c, ip a c\n");
}

// Each of two tables has a chain before one of the other: no order of tables says so.
TEST_F(Import, RefusesAnOrderOfChainsThatItCannotKeep) {
  const std::string first =
      "table ip a {\n chain c1 { type filter hook input priority 0; tcp dport 9 accept\n }\n}\n";
  const auto source =
      nft_text(first + "table ip b {\n " + kDrops + "}\ntable ip a {\n " + kRejects + "}\n");
  EXPECT_NE(refusal(source).find("chains ip a c1 and ip b c have the same hook and priority"
                                 " (input 0)"),
            std::string::npos)
      << refusal(source);
}

// Within one table too, where the order of creation says it.
TEST_F(Import, KeepsTheOrderOfChainsOfOneTable) {
  const auto source = nft_text(
      "table ip a {\n chain z { type filter hook input priority 0; tcp dport 80 drop\n }\n"
      " chain y { type filter hook input priority 0; tcp dport 80 reject\n }\n}\n");
  const auto rules = import_rules({&source, 1});
  ASSERT_TRUE(rules) << to_string(rules.error());
  const Source json{.language = Language::Compiled,
                    .text = compile(*rules, {&source, 1}),
                    .where = {.file = "order.json", .line = 1}};
  const auto again = import_rules({&json, 1});
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(again->tables.at(0).chains.at(0).name, "z");
  EXPECT_EQ(again->tables.at(0).chains.at(1).name, "y");
}

}  // namespace
}  // namespace topoproof::rules
