// SPDX-License-Identifier: GPL-2.0-or-later
// Short forms are read word by word; what is wrong is reported at the word.
#include "document/sentence.hh"

#include <optional>

#include <gtest/gtest.h>

#include "base/prefix.hh"
#include "document/reader.hh"

namespace topoproof::document::sentence_test {
namespace {

struct Route {
  Prefix to;
  std::optional<IpAddress> via;
  int metric = 0;
  bool on_link = false;
};

Route read_route(const Node& node, Issues& issues) {
  Route route;
  Sentence words(node, "a route", issues);
  words.value("a network", Prefix::parse, route.to);
  words.options({option("via", "an address", IpAddress::parse, route.via),
                 option("metric", "a number", integer(0, 1000), route.metric),
                 flag("onlink", route.on_link)});
  return route;
}

std::string issues_of(const std::string& text) {
  Issues issues;
  const auto root = parse_yaml("- " + text + "\n", "net.yaml", issues);
  if (root) read_route(root->items().at(0), issues);
  return to_string(issues);
}

TEST(Sentence, ReadsValuesAndOptionsInAnyOrder) {
  Issues issues;
  const auto root = parse_yaml("10.0.0.0/8 metric 5 onlink via 10.1.0.1", "net.yaml", issues);
  const Route route = read_route(*root, issues);
  EXPECT_EQ(to_string(issues), "");
  EXPECT_EQ(to_string(route.to), "10.0.0.0/8");
  EXPECT_EQ(route.via, IpAddress::parse("10.1.0.1"));
  EXPECT_EQ(route.metric, 5);
  EXPECT_TRUE(route.on_link);
}

TEST(Sentence, ReportsAtTheWord) {
  EXPECT_EQ(issues_of("10.0.0.1/8"),
            "net.yaml:1:3: error: '10.0.0.1/8': host bits are set; the network is 10.0.0.0/8\n");
  EXPECT_EQ(issues_of("10.0.0.0/8 via"), "net.yaml:1:17: error: expected an address after 'via'\n");
  EXPECT_EQ(issues_of("10.0.0.0/8 vai 10.0.0.1"),
            "net.yaml:1:14: error: unknown word 'vai'; did you mean 'via'?\n");
  EXPECT_EQ(issues_of("10.0.0.0/8 colour red"),
            "net.yaml:1:14: error: unknown word 'colour'; known here: via, metric, onlink\n");
  EXPECT_EQ(issues_of("10.0.0.0/8 metric x"),
            "net.yaml:1:21: error: expected a whole number from 0 to 1000, found 'x'\n");
  EXPECT_EQ(issues_of("10.0.0.0/8 metric 1 metric 2"),
            "net.yaml:1:23: error: 'metric' is said twice\n");
}

TEST(Sentence, IsTextWithWords) {
  EXPECT_EQ(issues_of("[a]"), "net.yaml:1:3: error: expected a route, found a list\n");
  EXPECT_EQ(issues_of("''"), "net.yaml:1:3: error: expected a route, found ''\n");
}

TEST(Sentence, RequiresAndSkipsWords) {
  Issues issues;
  const auto root = parse_yaml("red -> blue now", "net.yaml", issues);
  Sentence words(*root, "a flow", issues);
  EXPECT_EQ(words.take("a node")->text(), "red");
  words.require("->");
  EXPECT_FALSE(words.skip("green"));
  EXPECT_TRUE(words.skip("blue"));
  words.finish();
  words.require("->");  // reports nothing more
  EXPECT_EQ(to_string(issues), "net.yaml:1:13: error: unexpected 'now'\n");
}

}  // namespace
}  // namespace topoproof::document::sentence_test
