// SPDX-License-Identifier: GPL-2.0-or-later
// YAML text becomes a tree that knows its places; what is wrong with it becomes sentences.
#include "document/reader.hh"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace topoproof::document {
namespace {

std::string issues_of(std::string_view text) {
  Issues issues;
  parse_yaml(text, "net.yaml", issues);
  return to_string(issues);
}

Node read(std::string_view text) {
  auto node = parse_yaml(text, "net.yaml");
  EXPECT_TRUE(node) << to_string(node.error());
  return node ? *node : Node();
}

std::string place(const Location& where) { return to_string(where); }

std::vector<int> text_lines(std::string_view text) { return read(text).find("a")->text_lines(); }

// Each escaped line break counted as a line of the file.
TEST(ParseYaml, KnowsTheLinesOfAQuotedText) {
  using Lines = std::vector<int>;
  EXPECT_EQ(text_lines("x: 1\na: \"one\\ntwo\\nthree\"\n"), (Lines{2, 2, 2}));
  EXPECT_EQ(text_lines("a: \"one\n  goes on\\ntwo\\n\\\n  three\"\nx: 1\n"), (Lines{1, 2, 3}));
  EXPECT_EQ(text_lines("a: \"one\n\n\n  three \\\" \\\\n\n\n  four\"\n"), (Lines{1, 4, 4, 6}));
  EXPECT_EQ(text_lines("a: 'one\n\n  two'\n"), (Lines{1, 1}));
  EXPECT_EQ(text_lines("a: |\n  one\n  two\n"), Lines());
  EXPECT_EQ(text_lines("a: \"one line\\t\"\n"), Lines());
  EXPECT_EQ(read("'\xC3\xA4': 1\na: \"\xC3\xA4\\n\xC3\xB6\"\n").find("a")->text_lines(),
            (Lines{2, 2}));
}

TEST(ParseYaml, KeepsFileOrderAndKnowsEveryPlace) {
  const Node root = read(
      "# a drawing\n"
      "nodes:\n"
      "  red: { mtu: 1400 }\n"
      "  blue:\n"
      "links: [a, b]\n");
  ASSERT_EQ(root.entries().size(), 2U);
  EXPECT_EQ(root.entries()[0].key, "nodes");
  EXPECT_EQ(place(root.entries()[1].where()), "net.yaml:5:1");
  const Node& red = *root.find("nodes")->find("red");
  EXPECT_EQ(place(red.where()), "net.yaml:3:8");
  EXPECT_EQ(place(red.find("mtu")->where()), "net.yaml:3:15");
  EXPECT_TRUE(root.find("nodes")->find("blue")->is_null());
  EXPECT_EQ(place(root.find("links")->items()[1].where()), "net.yaml:5:12");
  EXPECT_EQ(root.find("routes"), nullptr);
}

TEST(ParseYaml, TakesTextAsItIsWritten) {
  const Node root = read("[no, 1.10, 'null', \"~\", ~, null, 0x10, 12:30:00]");
  EXPECT_EQ(root.items()[0].text(), "no");
  EXPECT_EQ(root.items()[1].text(), "1.10");
  EXPECT_TRUE(root.items()[0].is_plain());
  EXPECT_EQ(root.items()[2].text(), "null");
  EXPECT_FALSE(root.items()[2].is_plain());
  EXPECT_EQ(root.items()[3].text(), "~");
  EXPECT_TRUE(root.items()[4].is_null());
  EXPECT_TRUE(root.items()[5].is_null());
  EXPECT_EQ(root.items()[6].text(), "0x10");
  EXPECT_EQ(root.items()[7].text(), "12:30:00");
}

TEST(ParseYaml, KnowsThePlaceOfEachWordOfAShortForm) {
  const Node root = read("- red -> blue  tcp/80\n- \"höst:eth0 fd00::1\"\n- 'it''s two'\n");
  const auto plain = split_words(root.items()[0]);
  ASSERT_EQ(plain.size(), 4U);
  EXPECT_EQ(plain[3].text, "tcp/80");
  EXPECT_EQ(place(plain[3].where), "net.yaml:1:16");
  const auto quoted = split_words(root.items()[1]);
  EXPECT_EQ(place(quoted[1].where), "net.yaml:2:14");
  const auto escaped = split_words(root.items()[2]);  // offsets are not exact: the value's place
  EXPECT_EQ(place(escaped[1].where), "net.yaml:3:3");
}

TEST(ParseYaml, KnowsThePlaceInsideALiteralBlock) {
  const Node root = read(
      "rules:\n"
      "  nftables: |\n"
      "\n"
      "    table inet t {\n"
      "      chain c\n"
      "    }\n");
  const Node& rules = *root.find("rules")->find("nftables");
  EXPECT_EQ(rules.text(), "\ntable inet t {\n  chain c\n}\n");
  EXPECT_EQ(place(rules.where()), "net.yaml:2:13");
  EXPECT_EQ(place(rules.where(rules.text().find("table"))), "net.yaml:4:5");
  EXPECT_EQ(place(rules.where(rules.text().find("chain"))), "net.yaml:5:7");
}

TEST(ParseYaml, PutsTheNamedPartWhereAnAliasStands) {
  const Node root = read("a: &mtu { mtu: 1400 }\nb: *mtu\n");
  EXPECT_EQ(*root.find("a"), *root.find("b"));
  EXPECT_EQ(place(root.find("b")->where()), "net.yaml:1:4");
}

TEST(ParseYaml, RefusesDuplicateKeysButReadsOn) {
  Issues issues;
  const auto root = parse_yaml("red: {a: 1, a: 2}\nblue: 3\nred: 4\n", "net.yaml", issues);
  EXPECT_EQ(to_string(issues),
            "net.yaml:1:13: error: duplicate key 'a'; it first stands at net.yaml:1:7\n"
            "net.yaml:3:1: error: duplicate key 'red'; it first stands at net.yaml:1:1\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(*root, read("red: {a: 1}\nblue: 3\n"));
}

TEST(ParseYaml, ReportsTagsAndMergeKeysTogether) {
  EXPECT_EQ(issues_of("a: &x {b: !secret 1}\nc: {<<: *x}\n"),
            "net.yaml:1:11: error: tags ('!secret') are not supported; quote text that starts with "
            "'!'\n"
            "net.yaml:2:5: error: merge keys ('<<') are not supported\n");
}

TEST(ParseYaml, NeedsExactlyOneDocument) {
  EXPECT_EQ(issues_of(""), "net.yaml: error: the file is empty\n");
  EXPECT_EQ(issues_of("# nothing here\n"), "net.yaml: error: the file is empty\n");
  EXPECT_EQ(issues_of("---\n"), "net.yaml: error: the file is empty\n");
  EXPECT_EQ(issues_of("a: 1\n---\nb: 1\n"),
            "net.yaml:2:1: error: a second document starts here; a file holds one\n");
  EXPECT_EQ(issues_of("%YAML 1.1\n---\na: 1\n"),
            "net.yaml:1:1: error: directives (a line that starts with '%') are not supported\n");
}

struct Slip {
  const char* name;
  const char* text;
  const char* issue;
};

class Slips : public testing::TestWithParam<Slip> {};

TEST_P(Slips, AreExplained) {
  EXPECT_EQ(issues_of(GetParam().text), std::string("net.yaml:") + GetParam().issue + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    ParseYaml, Slips,
    testing::Values(
        Slip{"BracketedAddressWithPort", "to: [fd00::2]:80",
             "1:14: error: this does not continue the mapping that starts at 1:1; quote the IPv6 "
             "address: \"fd00::2\""},
        Slip{"BracketedAddressAsItem", "- [::1]:80",
             "1:4: error: expected a value; quote the IPv6 address: \"::1\""},
        Slip{"AddressStartsWithColons", "a: [fd00::1, ::1]",
             "1:14: error: expected a value; quote the IPv6 address: \"::1\""},
        Slip{"AddressInFlowMapping", "a: {ipv6: ::1}",
             "1:11: error: expected a value; quote the IPv6 address: \"::1\""},
        Slip{"AddressEndsWithColons", "a: fe80::",
             "1:9: error: unexpected ': '; quote the value, or check the indentation; quote the "
             "IPv6 address: \"fe80::\""},
        Slip{"QuotedAddressIsFine", "a: 'fd00::1' b: 1",
             "1:14: error: this does not continue the mapping that starts at 1:1"},
        Slip{"OpenBracketOverLines", "to: [fd00::2\nb: 1\n",
             "2:2: error: expected ',' or ']' in the list that starts at 1:5; quote the IPv6 "
             "address: \"fd00::2\""},
        Slip{"ListIsNotClosed", "a: [1, 2\n",
             "2:1: error: expected ',' or ']' in the list that starts at 1:4"},
        Slip{"MappingIsNotClosed", "a: {b: 1\n",
             "2:1: error: expected ',' or '}' in the mapping that starts at 1:4"},
        Slip{"QuoteIsNotClosed", "a: 1\nb: 'x\nc: 2\n", "2:4: error: this quote is never closed"},
        Slip{"TabIndents", "a:\n\tb: 1", "2:1: error: a tab cannot indent; use spaces"},
        Slip{"TabInsideBlock", "a:\n  b: 1\n\tc: 1", "3:1: error: a tab cannot indent; use spaces"},
        Slip{"TwoColons", "a: b: c",
             "1:5: error: unexpected ': '; quote the value, or check the indentation"},
        Slip{"WrongIndentation", "a: 1\n b: 2",
             "2:3: error: unexpected ': '; quote the value, or check the indentation"},
        Slip{"TooFarLeft", " a: 1\nb: 2",
             "2:1: error: this stands outside of what came before it; check the indentation"},
        Slip{"KeyAfterList", "- a\nb: 1",
             "2:1: error: this does not continue the list that starts at 1:1"},
        Slip{"KeyWithoutColon", "a: 1\nb\nc: 2\n", "2:1: error: expected ': ' after this key"},
        Slip{"OnlyColons", "a: ::",
             "1:5: error: unexpected ': '; quote the value, or check the indentation; quote the "
             "IPv6 address: \"::\""},
        Slip{"Star", "from: *",
             "1:8: error: '*' and '&' name an anchor; quote the text, or write 'any'"},
        Slip{"AtSign", "a: @x", "1:4: error: a value cannot start with '@'; quote it"},
        Slip{"UnknownEscape", "x: \"\\q\"",
             "1:5: error: unknown escape after '\\'; in single quotes '\\' is an ordinary "
             "character"},
        Slip{"ListInKeyLine", "a: - b",
             "1:4: error: unexpected '- '; start the list on its own line"},
        Slip{"ListAsKey", "[a]: b",
             "1:1: error: a key must be text, found a list; quote text that starts with '['"},
        Slip{"UnknownAlias", "a: *x",
             "1:4: error: '*x' is an alias, and nothing above is named '&x'"},
        Slip{"AliasOfItself", "a: &x [*x]", "1:8: error: '*x' stands inside of what '&x' names"},
        Slip{"ControlByte", "a: 1\nb: x\x01y", "2:5: error: control characters are not allowed"},
        Slip{"NotUtf8", "a: \xff", "1:4: error: this is not UTF-8 text"},
        Slip{"CutUtf8", "a: \xc3", "1:4: error: this is not UTF-8 text"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ReadYamlFile, SaysWhyAFileCannotBeRead) {
  Issues issues;
  EXPECT_FALSE(read_yaml_file("no/such.topo.yaml", issues));
  EXPECT_FALSE(read_yaml_file("/", issues));
  EXPECT_EQ(to_string(issues),
            "no/such.topo.yaml: error: there is no such file\n"
            "/: error: this is a folder, not a file\n");
}

TEST(ReadYamlFile, NamesTheFileInPlaces) {
  const std::string path = testing::TempDir() + "/document_reader_test.yaml";
  std::ofstream(path) << "a: 1\n";
  Issues issues;
  const auto root = read_yaml_file(path, issues);
  std::filesystem::remove(path);
  ASSERT_TRUE(root);
  EXPECT_EQ(place(root->entries()[0].where()), path + ":1:1");
}

TEST(ReadYaml, LeavesOutAByteOrderMark) {
  const auto root = parse_yaml("\xef\xbb\xbfnodes: { a: b }\nlinks: c\n", "a.yaml");
  ASSERT_TRUE(root) << to_string(root.error());
  ASSERT_NE(root->find("nodes"), nullptr);
  EXPECT_EQ(to_string(root->find("nodes")->where()), "a.yaml:1:8");
  ASSERT_NE(root->find("links"), nullptr);
}

// Whoever reads a FIFO waits for its writer.
TEST(ReadTextFile, RefusesWhatIsNoRegularFile) {
  const std::string fifo = testing::TempDir() + "no-regular-file." + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto text = read_text_file(fifo);
  ::unlink(fifo.c_str());
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().text, "this is no regular file");
  EXPECT_EQ(read_text_file("/dev/null"), "");
}

}  // namespace
}  // namespace topoproof::document
