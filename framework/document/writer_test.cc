// SPDX-License-Identifier: GPL-2.0-or-later
// What is written reads well, and reads back as the same tree.
#include "document/writer.hh"

#include <gtest/gtest.h>

#include "document/reader.hh"

namespace topoproof::document::writer_test {
namespace {

Node read(std::string_view text) {
  auto node = parse_yaml(text, "net.yaml");
  EXPECT_TRUE(node) << to_string(node.error()) << text;
  return node ? *node : Node();
}

TEST(WriteYaml, WritesATopologyAsAPersonWould) {
  const std::string text =
      "# red -- host\n"
      "#\n"
      "name: container-nat\n"
      "nodes:\n"
      "  red: {}\n"
      "  blue: { routes: [default via 192.168.15.5] }\n"
      "  host:\n"
      "    forwarding: true\n"
      "    bridges: { v-eth-0: { ipv4: 192.168.15.5/24 } }\n"
      "    port_forwards:\n"
      "      - { in: eth0, tcp: 80, to: 192.168.15.2:80 }\n"
      "      - { in: eth0, tcp: 443, to: \"::1\", comment: something that is too long for one line "
      "}\n"
      "    nftables: |\n"
      "      table inet t {\n"
      "        chain c\n"
      "\n"
      "      }\n"
      "links:\n"
      "  - endpoints: [{ node: red, interface: eth0 }, { bridge: v-eth-0, interface: eth1 }]\n"
      "  - endpoints: [\"host:eth0 -- #1\", fd00::1/64]\n"
      "  - a short form\n"
      "tags: {}\n";
  EXPECT_EQ(write_yaml(read(text), "red -- host\n\n"), text);
}

TEST(WriteYaml, PutsALongListInAListOnItsOwnLines) {
  const std::string word(89, 'x');
  const Node tree = make_sequence({make_sequence({make_scalar(word), make_scalar("short")}),
                                   make_sequence({make_scalar(word), make_scalar("too long")}),
                                   make_scalar("a")});
  EXPECT_EQ(write_yaml(tree), "- [" + word + ", short]\n- - " + word + "\n  - too long\n- a\n");
  EXPECT_EQ(read(write_yaml(tree)), tree);
}

class Texts : public testing::TestWithParam<std::string> {};

TEST_P(Texts, ReadBackTheSameEverywhere) {
  const Node text = make_scalar(GetParam());
  const Node long_text = make_scalar(GetParam() + std::string(100, 'x'));
  const Node tree = make_mapping(
      {{GetParam(), make_mapping({{"block", long_text}, {"flow", make_sequence({text, text})}})},
       {"value", text},
       {"nested", make_sequence({text, make_mapping({{GetParam(), text}, {"long", long_text}}),
                                 make_sequence({text, long_text, make_sequence({long_text})})})}});
  EXPECT_EQ(read(write_yaml(tree)), tree);
}

INSTANTIATE_TEST_SUITE_P(WriteYaml, Texts,
                         testing::Values("plain", "two words", "", " ", " a", "a ", "~", "null",
                                         "No", "::", "::1", "fe80::", "fd00::1/64", "a: b", "a:b",
                                         "a #b", "#a", "- a", "-1", "-", "?", "*", "&a", "!a", "%a",
                                         "@a", "`a", "[a]", "{a}", "a,b", "'a'", "\"a\"", "a\"b\\c",
                                         "|", ">", "<", "=", "two\nlines", "two\nlines\n",
                                         "two\n\nlines\n\n", "\n", " a\nb", "a\n b\n", "a \nb",
                                         "a\n", "a\tb", "\ttab\nline", "---", "...", "a\rb",
                                         "\x01\x7f", "h\xc3\xb6st", "\xc2\x85", "\xe2\x80\xa8",
                                         "\xef\xbb\xbf"
                                         "a",
                                         "\xf0\x9f\x98\x80", "true", "0x10", "1.10"));

TEST(WriteYaml, KeepsNullAndEmptyCollections) {
  const Node tree = make_mapping(
      {{"a", Node()}, {"b", make_sequence({})}, {"c", make_sequence({Node(), make_mapping({})})}});
  EXPECT_EQ(write_yaml(tree), "a: null\nb: []\nc:\n  - null\n  - {}\n");
  EXPECT_EQ(read(write_yaml(tree)), tree);
}

TEST(WriteYaml, QuotesWhatWouldEndTheDocument) {
  EXPECT_EQ(write_yaml(make_scalar("...")), "\"...\"\n");
  EXPECT_EQ(read(write_yaml(make_scalar("---"))), make_scalar("---"));
}

TEST(WriteYaml, KeepsQuotesThatTheAuthorSet) {
  EXPECT_EQ(write_yaml(read("a: '80'\nb: 80\n")), "a: \"80\"\nb: 80\n");
}

}  // namespace
}  // namespace topoproof::document::writer_test
