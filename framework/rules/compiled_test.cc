// SPDX-License-Identifier: GPL-2.0-or-later
// What a file of compiled rules may be that nobody compiled so.
#include "rules/compiled.hh"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "firewall/build.hh"
#include "rules/anonymous_chains.hh"
#include "rules/show.hh"
#include "rules/source_state.hh"
#include "sys/files.hh"

namespace topoproof::rules::compiled_test {
namespace {

using firewall::Chain;
using firewall::Ruleset;
using firewall::Table;

firewall::Rule rule_at(int line, firewall::Statement statement, std::string text = "drop") {
  return firewall::make_rule(firewall::TableFamily::Ip, {std::move(statement)},
                             {.where = {.file = "r.nft", .line = line}, .text = std::move(text)});
}

// table t { chain c { jump { drop }; drop } }
Ruleset nested() {
  Chain outer{.name = "c",
              .base = {},
              .rules = {rule_at(3, firewall::jump("__chain7")), rule_at(6, firewall::drop())}};
  Chain inner{.name = "__chain7", .base = {}, .rules = {rule_at(4, firewall::drop())}};
  inner.flags = firewall::kChainBinding;
  Ruleset ruleset{{Table{.name = "t", .chains = {outer, inner}}}};
  name_anonymous_chains(ruleset);
  return ruleset;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
  const auto read = read_compiled(text, "r.json");
  return read ? "taken" : to_string(read.error());
}

// Messages are the last list of the file, one a line.
std::string without_last_message(const std::string& text) {
  const auto end = text.find("\n ],", text.find("\"messages\""));
  const auto comma = text.rfind(",\n", end);
  return text.substr(0, comma) + text.substr(end);
}

TEST(CompiledRules, KeepTheLinesOfAnonymousChains) {
  const auto ruleset = nested();
  const auto read = read_compiled(compile(ruleset, {}), "r.json");
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(show(*read), show(ruleset));
  EXPECT_EQ(read->tables[0].chains[1].rules[0].origin.where.line, 4);
}

TEST(CompiledRules, ThatLostAMessageAreRefused) {
  const auto text = compile(nested(), {});
  EXPECT_EQ(refusal(text), "taken");
  EXPECT_NE(refusal(without_last_message(text)).find("messages are not those that were written"),
            std::string::npos);
}

// Also where somebody has made the hash of what is left.
TEST(CompiledRules, OfOtherTablesThanTheyListAreRefused) {
  const auto text = compile(nested(), {});
  const auto begin = text.find("\"tables\": ");
  const auto end = text.find(" \"messages\": ");
  const auto none = compile({}, {});
  const auto listed = replaced(none, "\"tables\": [],\n", text.substr(begin, end - begin));
  EXPECT_EQ(refusal(listed),
            "r.json: error: no file of compiled rules: it lists 1 tables, and its messages make 0");
  auto fewer = nested();
  fewer.tables[0].chains[0].rules.pop_back();
  const auto short_text = compile(fewer, {});
  const auto other_begin = short_text.find("\"tables\": ");
  const auto other_end = short_text.find(" \"messages\": ");
  const auto mixed = short_text.substr(0, other_begin) + text.substr(begin, end - begin) +
                     short_text.substr(other_end);
  EXPECT_NE(refusal(mixed).find("it lists 2 rules in chain 'c', and its messages make 1"),
            std::string::npos)
      << refusal(mixed);
}

TEST(CompiledRules, OfAnOlderVersionAreToBeCompiledAgain) {
  const auto text = replaced(compile({}, {}), "\"version\": 2", "\"version\": 1");
  EXPECT_NE(refusal(text).find("compile the rules again"), std::string::npos);
}

// They ended the process: there is no stack for so many.
TEST(CompiledRules, NestedWithoutEndAreRefused) {
  const std::string brackets(300'000, '[');
  for (const auto* key : {"{\"format\": ", "{\"sources\": ", "{\"tables\": "}) {
    const auto text = key + brackets;
    EXPECT_NE(refusal(text).find("nested too deep"), std::string::npos) << key;
    EXPECT_NE(refusal(text + std::string(300'000, ']') + "}").find("nested too deep"),
              std::string::npos);
    EXPECT_TRUE(check_compiled(text, "r.json").empty());
  }
}

TEST(CompiledRules, MayHaveBracketsInTexts) {
  Ruleset ruleset{{Table{.name = "t", .chains = {{.name = "c", .rules = {}}}}}};
  ruleset.tables[0].chains[0].rules = {
      rule_at(3, firewall::drop(), "\"\\" + std::string(40, '[') + "\"")};
  EXPECT_EQ(refusal(compile(ruleset, {})), "taken");
}

TEST(CompiledRules, WithLinesThatNoFileHasAreRefused) {
  const auto text = compile(nested(), {});
  for (const auto* line : {"-7", "99999999999", "2.7"}) {
    const auto said = refusal(replaced(text, "\"line\": 6", "\"line\": " + std::string(line)));
    EXPECT_NE(said.find(std::string(line) + " is no line of a file"), std::string::npos) << said;
  }
  EXPECT_NE(refusal(replaced(text, "\"line\": 6", "\"line\": {}")).find("is no line of a file"),
            std::string::npos);
}

TEST(CompiledRules, OfAFamilyThatIsNotTheMessagesAreRefused) {
  const auto family = static_cast<int>(nested().tables[0].family);
  const auto is = "\"family\": " + std::to_string(family);
  for (const auto& other : {std::to_string(family + 256), std::to_string(family) + ".0"}) {
    const auto said = refusal(replaced(compile(nested(), {}), is, "\"family\": " + other));
    EXPECT_NE(said.find("it lists another table"), std::string::npos) << said;
  }
}

TEST(CompiledRules, ShowTheTerminalNoControlCharacters) {
  auto ruleset = nested();
  ruleset.tables[0].chains[0].rules[1].origin.text =
      std::string("log prefix \"a\nb\x1b[31m") + '\0' + "\"";
  const auto read = read_compiled(compile(ruleset, {}), "r.json");
  ASSERT_TRUE(read) << to_string(read.error());
  const auto shown = show(*read);
  EXPECT_NE(shown.find("r.nft:6  log prefix \"a\\nb\\x1b[31m\\x00\"\n"), std::string::npos)
      << shown;
}

class CompiledSources : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }
  static Source nft(const std::string& file, const std::string& text, int line = 1) {
    return {.text = text, .where = {.file = file, .line = line}};
  }
  // Without the folder.
  std::string check(const std::string& text) const {
    auto said = to_string(check_compiled(text, path("r.json")));
    const auto prefix = folder_.path().string() + "/";
    for (auto at = said.find(prefix); at != std::string::npos; at = said.find(prefix))
      said.erase(at, prefix.size());
    return said;
  }

  sys::TempDir folder_;
};

constexpr const char* kChanged =
    "r.json: warning: compiled from another text than a.nft has now: compile the rules again\n";

TEST_F(CompiledSources, AreAskedForTheirTextOfToday) {
  const auto source = nft(write("a.nft", "table ip t {}\n"), "table ip t {}\n");
  const auto text = compile({}, {&source, 1});
  EXPECT_EQ(check(text), "");
  write("a.nft", "table ip u {}\n");
  EXPECT_EQ(check(text), kChanged);
}

TEST_F(CompiledSources, AreAskedForWhatTheyInclude) {
  write("a.nft", "table ip t {}\n");
  const auto main = "include \"" + path("a.nft") + "\"\n";
  const auto source = nft(write("main.nft", main), main);
  const auto text = compile({}, {&source, 1});
  EXPECT_EQ(check(text), "");
  write("a.nft", "table ip u {}\n");
  EXPECT_EQ(check(text), kChanged);
}

TEST_F(CompiledSources, WithinATopologyAreTheTopologys) {
  const auto source = nft(write("net.topo.yaml", "# a text of rules\n"), "table ip t {}\n", 4);
  const auto text = compile({}, {&source, 1});
  EXPECT_EQ(check(text), "");
  write("net.topo.yaml", "# another\n");
  EXPECT_EQ(check(text),
            "r.json: warning: compiled from a text in net.topo.yaml, which has changed since: "
            "compile the rules again\n");
}

TEST_F(CompiledSources, StayTheSourcesWhereRulesAreCompiledAgain) {
  const auto source = nft(write("a.nft", "table ip t {}\n"), "table ip t {}\n");
  auto first = nft(path("first.json"), compile({}, {&source, 1}));
  first.language = Language::Compiled;
  const auto again = compile({}, {&first, 1});
  EXPECT_EQ(again, first.text);
  write("a.nft", "table ip u {}\n");
  EXPECT_EQ(check(again), kChanged);
}

TEST_F(CompiledSources, AreFoundBesideTheCompiledFileToo) {
  write("beside.nft", "table ip t {}\n");
  const auto source = nft("beside.nft", "table ip t {}\n");
  EXPECT_EQ(check(compile({}, {&source, 1})), "");
}

TEST_F(CompiledSources, ThatNeverEndAreNotRead) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  for (const auto& file : {path("fifo"), std::string("/dev/zero")}) {
    const auto source = nft(file, "table ip t {}\n");
    const auto said = check(compile({}, {&source, 1}));
    EXPECT_NE(said.find("cannot be read here"), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace topoproof::rules::compiled_test
