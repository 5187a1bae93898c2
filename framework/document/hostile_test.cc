// SPDX-License-Identifier: GPL-2.0-or-later
// Input that was written to hurt: it gets one sentence, early.
#include <string>

#include <gtest/gtest.h>

#include "document/fields.hh"
#include "document/reader.hh"

namespace topoproof::document::hostile_test {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string issues_of(std::string_view text) {
  Issues issues;
  parse_yaml(text, "evil.yaml", issues);
  return to_string(issues);
}

TEST(HostileYaml, NestsOnlySoDeep) {
  EXPECT_TRUE(parse_yaml(repeat("[", 64) + repeat("]", 64), "deep.yaml"));
  EXPECT_EQ(issues_of(repeat("[", 1'000'000)), "evil.yaml:1:65: error: nested more than 64 deep\n");
  EXPECT_EQ(issues_of(repeat("- ", 1'000'000)),
            "evil.yaml:1:129: error: nested more than 64 deep\n");
  EXPECT_EQ(issues_of(repeat("{a: ", 100'000)),
            "evil.yaml:1:257: error: nested more than 64 deep\n");
}

TEST(HostileYaml, CountsAnAliasAsWhatItStandsFor) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 10; ++level) {
    const std::string below = "*a" + std::to_string(level - 1);
    const std::string name = "a" + std::to_string(level);
    bomb += name + ": &" + name + " [" + below + repeat(", " + below, 9) + "]\n";
  }
  EXPECT_EQ(issues_of(bomb),
            "evil.yaml:6:10: error: more than 250000 values; an alias counts as what it stands "
            "for\n");
}

TEST(HostileYaml, CountsWhatAnchorsKeep) {
  const std::string text = repeat("&a [", 60) + repeat("x, ", 5'000) + repeat("]", 60);
  EXPECT_EQ(issues_of(text),
            "evil.yaml:1:217: error: more than 250000 values; an alias counts as what it stands "
            "for\n");
}

TEST(HostileYaml, HoldsOnlySoManyValues) {
  EXPECT_EQ(issues_of("[" + repeat("1,", 300'000) + "]"),
            "evil.yaml:1:500000: error: more than 250000 values; an alias counts as what it stands "
            "for\n");
}

TEST(HostileYaml, IsOnlySoLarge) {
  EXPECT_EQ(issues_of(std::string(5'000'000, 'x')),
            "evil.yaml: error: the file is larger than 4194304 bytes\n");
}

TEST(HostileYaml, HasNoDirectives) {
  EXPECT_EQ(issues_of("# two lines\n" + repeat("%TAG !a! b\n", 100'000)),
            "evil.yaml:2:1: error: directives (a line that starts with '%') are not supported\n");
}

TEST(HostileYaml, HasShortKeys) {
  EXPECT_EQ(issues_of("? " + std::string(201, 'k') + "\n: 1\n"),
            "evil.yaml:1:3: error: a key has 201 bytes; at most 200 are allowed\n");
}

TEST(HostileYaml, GetsAHundredIssuesAndNoMore) {
  Issues issues;
  EXPECT_FALSE(parse_yaml(repeat("a: 1\n", 100'000), "evil.yaml", issues));
  ASSERT_EQ(issues.size(), 101U);
  EXPECT_EQ(to_string(issues.back()),
            "evil.yaml:101:1: error: too many issues (100); the rest is not read");
}

TEST(HostileYaml, GetsSuggestionsForTheFirstUnknownKeysOnly) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "key" + std::to_string(i) + ": 1\n";
  const auto root = parse_yaml(text, "evil.yaml");
  ASSERT_TRUE(root);
  Issues issues;
  Fields fields(*root, issues);
  fields.take("keys");
  fields.finish();
  ASSERT_EQ(issues.size(), 21U);
  EXPECT_EQ(to_string(issues.front()),
            "evil.yaml:1:1: error: unknown key 'key0'; did you mean 'keys'?");
  EXPECT_EQ(to_string(issues.back()), "evil.yaml:1:1: error: 49980 more unknown keys here");
}

TEST(LargeYaml, OfTenThousandNodesIsRead) {
  std::string text = "nodes:\n";
  for (int i = 0; i < 10'000; ++i) {
    text +=
        "  node-" + std::to_string(i) + ": { forwarding: true, routes: [default via 10.0.0.1] }\n";
  }
  const auto root = parse_yaml(text, "large.yaml");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->find("nodes")->entries().size(), 10'000U);
}

}  // namespace
}  // namespace topoproof::document::hostile_test
