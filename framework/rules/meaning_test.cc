// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "firewall/build.hh"
#include "rules/anonymous_chains.hh"
#include "rules/compiled.hh"
#include "rules/difference.hh"
#include "rules/show.hh"
#include "rules/source_state.hh"

namespace topoproof::rules {
namespace {

using namespace firewall;  // NOLINT: the test is about its values

firewall::Rule rule(std::initializer_list<Statement> statements, int line) {
  return make_rule(TableFamily::Ip, statements,
                   {.where = {.file = "rules.v4", .line = line}, .text = {}});
}

Ruleset filter(std::vector<firewall::Rule> rules) {
  auto chain = make_base_chain("INPUT", ChainType::Filter, Hook::Input, 0);
  chain.rules = std::move(rules);
  Table table{.family = TableFamily::Ip, .name = "filter"};
  table.chains.push_back(std::move(chain));
  return {{std::move(table)}};
}

TEST(Show, NamesTheLineOfEachRule) {
  auto ruleset = filter({rule({iifname("lo"), accept()}, 3), rule({tcp_dport(22), drop()}, 12)});
  ruleset.tables[0].chains[0].rules[1].origin = {};
  EXPECT_EQ(show(ruleset),
            "table ip filter\n"
            "  chain INPUT: filter input 0, policy accept\n"
            "    rules.v4:3  iifname \"lo\" accept\n"
            "    rule 2      tcp dport 22 drop\n");
}

TEST(Show, SaysWhatAMatchOfIptablesMeans) {
  const XtMatch ttl{.name = "ttl", .revision = 0, .info = parse_hex("0205000000000000").value()};
  EXPECT_TRUE(expression_text(ttl, TableFamily::Ip).ends_with("# -m ttl --ttl-lt 5"))
      << expression_text(ttl, TableFamily::Ip);
}

TEST(Difference, IsEmptyForTheSame) {
  auto a = filter({rule({iifname("lo"), counter(), accept()}, 3)});
  auto b = filter({rule({iifname("lo"), counter(), accept()}, 9)});
  std::get<Counter>(b.tables[0].chains[0].rules[0].expressions.at(2)).packets = 7;
  EXPECT_EQ(difference(a, b), "");
}

TEST(Difference, NamesRulesThatCameAndWent) {
  const auto a = filter({rule({iifname("lo"), accept()}, 3), rule({tcp_dport(22), accept()}, 4),
                         rule({tcp_dport(80), accept()}, 5)});
  const auto b = filter({rule({iifname("lo"), accept()}, 3), rule({tcp_dport(80), accept()}, 4),
                         rule({tcp_dport(443), accept()}, 5)});
  EXPECT_EQ(difference(a, b),
            "  table ip filter\n"
            "  chain INPUT: filter input 0, policy accept\n"
            "-   rules.v4:4  tcp dport 22 accept\n"
            "+   rules.v4:5  tcp dport 443 accept\n");
}

TEST(Difference, NamesAPolicyThatChanged) {
  const auto a = filter({});
  auto b = filter({});
  b.tables[0].chains[0].base->drops = true;
  EXPECT_EQ(difference(a, b),
            "  table ip filter\n"
            "- chain INPUT: filter input 0, policy accept\n"
            "+ chain INPUT: filter input 0, policy drop\n");
}

TEST(Difference, NamesATableThatOnlyOneHas) {
  EXPECT_EQ(difference({}, filter({})),
            "+ table ip filter\n+ chain INPUT: filter input 0, policy accept\n");
}

Ruleset with_match(const char* bytes) {
  auto ruleset = filter({rule({drop()}, 3)});
  auto& expressions = ruleset.tables[0].chains[0].rules[0].expressions;
  expressions.insert(expressions.begin(),
                     XtMatch{.name = "ttl", .revision = 0, .info = parse_hex(bytes).value()});
  return ruleset;
}

TEST(Difference, SeesIntoMatchesOfIptables) {
  EXPECT_EQ(difference(with_match("0205000000000000"), with_match("0205000000000000")), "");
  EXPECT_NE(difference(with_match("0205000000000000"), with_match("0206000000000000")), "");
}

Ruleset with_set(firewall::Set set) {
  auto ruleset = filter({});
  set.name = "s";
  set.key_length = 4;
  ruleset.tables[0].sets.push_back(std::move(set));
  return ruleset;
}

firewall::Element element(const char* key, std::uint32_t flags = 0) {
  firewall::Element made;
  made.key = parse_hex(key).value();
  made.flags = flags;
  return made;
}

TEST(Difference, OfACommentIsNone) {
  const auto a = filter({rule({drop()}, 3)});
  auto b = a;
  b.tables[0].chains[0].rules[0].userdata = firewall::make_comment("why");
  EXPECT_EQ(difference(a, b), "");
  const auto c = with_set({.elements = {element("01010101")}});
  auto d = c;
  auto& set = d.tables[0].sets[0];
  set.userdata = firewall::make_comment("auto-merge, typeof and comments lie here");
  set.key_type = firewall::kTypeIpv4;
  set.policy = firewall::SetPolicy::Memory;
  set.elements[0].userdata = firewall::make_comment("one");
  EXPECT_EQ(difference(c, d), "");
}

TEST(Difference, OfIntervalsThatTouchIsNone) {
  const auto end = firewall::kElementIntervalEnd;
  const auto whole = with_set({.flags = firewall::kSetInterval,
                               .elements = {element("01010100"), element("01010104", end)}});
  const auto parts = with_set({.flags = firewall::kSetInterval,
                               .elements = {element("01010100"), element("01010102"),
                                            element("01010102", end), element("01010104", end)}});
  const auto gap = with_set({.flags = firewall::kSetInterval,
                             .elements = {element("01010100"), element("01010101", end),
                                          element("01010102"), element("01010104", end)}});
  EXPECT_EQ(difference(whole, parts), "");
  EXPECT_NE(difference(whole, gap), "");
}

// The lines of two sets that differ are no more the same.
TEST(Difference, SaysWhatASetHasBesideItsElements) {
  const auto a = with_set({});
  const auto b = with_set({.expressions = {Counter{}}});
  const auto lines = difference(a, b);
  EXPECT_NE(lines.find("-   set s: 0 elements (4 bytes)"), std::string::npos) << lines;
  EXPECT_NE(lines.find("+   set s: 0 elements (4 bytes, counter"), std::string::npos) << lines;
}

TEST(Difference, SeesTheOrderOfBaseChainsOfOneTable) {
  auto a = filter({rule({drop()}, 3)});
  auto second = a.tables[0].chains[0];
  second.name = "second";
  a.tables[0].chains.push_back(second);
  auto b = a;
  std::swap(b.tables[0].chains[0], b.tables[0].chains[1]);
  EXPECT_EQ(difference(a, b),
            "- packets at input 0 of ip meet chains: ip filter second, ip filter INPUT\n"
            "+ packets at input 0 of ip meet chains: ip filter INPUT, ip filter second\n");
  b.tables[0].chains[0].base->priority = 5;
  a.tables[0].chains[1].base->priority = 5;
  EXPECT_EQ(difference(a, b), "");
}

TEST(Difference, SeesNamedObjects) {
  auto a = filter({});
  auto b = filter({});
  a.tables[0].objects = {{.name = "q", .value = Quota{.bytes = 5}}};
  b.tables[0].objects = {{.name = "q", .value = Quota{.bytes = 6}}};
  EXPECT_EQ(difference(a, a), "");
  EXPECT_NE(difference(a, b), "");
  EXPECT_NE(difference(a, filter({})), "");
  EXPECT_NE(show(a).find("  object q: quota"), std::string::npos) << show(a);
}

Ruleset with_block(const std::string& name, std::uint16_t port) {
  auto ruleset = filter({rule({jump(name)}, 3)});
  Chain block{.name = name, .base = {}, .rules = {rule({tcp_dport(port), drop()}, 3)}};
  block.flags = kChainBinding;
  ruleset.tables[0].chains.push_back(std::move(block));
  return ruleset;
}

TEST(Difference, DoesNotCareHowTheKernelNumbersAnonymousChains) {
  EXPECT_EQ(difference(with_block("__chain7", 22), with_block("__chain9", 22)), "");
  EXPECT_NE(difference(with_block("__chain7", 22), with_block("__chain7", 23)), "");
}

TEST(AnonymousChains, AreNamedByTheirOrder) {
  auto ruleset = with_block("__chain533", 22);
  name_anonymous_chains(ruleset);
  EXPECT_EQ(ruleset, with_block("__chain0", 22));
}

TEST(Compiled, IsReadAsItWas) {
  const auto ruleset = filter(
      {rule({iifname("lo"), accept()}, 3), rule({tcp_dport({80, 90}), counter(), reject()}, 4)});
  const Source source{.language = Language::Iptables,
                      .text = "*filter\n",
                      .where = {.file = "rules.v4", .line = 1}};
  const auto text = compile(ruleset, {&source, 1});
  EXPECT_TRUE(Source::looks_compiled(text));
  const auto read = read_compiled(text, "rules.json");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(show(*read, Detail::Expressions), show(ruleset, Detail::Expressions));
  EXPECT_EQ(*read, ruleset);
}

TEST(Compiled, FromATextThatIsNotHereIsSaidToBe) {
  const Source source{.text = "table ip t {}\n", .where = {.file = "/nowhere.nft", .line = 1}};
  const auto issues = check_compiled(compile({}, {&source, 1}), "rules.json");
  EXPECT_EQ(to_string(issues),
            "rules.json: note: compiled from /nowhere.nft, which cannot be read here: whether it "
            "has changed since is not known\n");
}

TEST(Compiled, OfNonsenseIsAnIssue) {
  for (const auto* text : {"{", "{}", "{\"format\":\"topoproof rules\",\"version\":3}",
                           "{\"format\":\"topoproof rules\",\"version\":2,\"sources\":[],"
                           "\"tables\":[],\"messages\":[\"zz\"]}",
                           "{\"format\":\"topoproof rules\",\"version\":2,\"sources\":[],"
                           "\"tables\":[],\"messages\":[\"00\"]}"}) {
    const auto read = read_compiled(text, "rules.json");
    ASSERT_FALSE(read) << text;
    EXPECT_TRUE(to_string(read.error()).starts_with("rules.json: error: no file of compiled rules"))
        << to_string(read.error());
  }
}

TEST(Sha256, IsTheStandards) {  // FIPS 180-2, appendix B.1
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace topoproof::rules
