// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/capture_places.hh"

#include <gtest/gtest.h>

#include "live/rule_lines_json.hh"

namespace topoproof::live {
namespace {

CapturePlace parsed(std::string_view text) { return parse_capture_place(text).value(); }

TEST(CapturePlace, IsALabANodeAnInterfaceOrALink) {
  EXPECT_EQ(parsed("all"), CapturePlace{});
  EXPECT_EQ(parsed("red"), (CapturePlace{.node = "red"}));
  EXPECT_EQ(parsed("red:eth0"), (CapturePlace{.node = "red", .interface = "eth0"}));
  EXPECT_EQ(parsed("red--host"), (CapturePlace{.node = "red", .far_node = "host"}));
  EXPECT_EQ(parsed("red -- host"), (CapturePlace{.node = "red", .far_node = "host"}));
}

TEST(CapturePlace, OfAnotherFormIsRefused) {
  for (const char* text : {"", ":eth0", "red:", "--host", "red--"}) {
    EXPECT_EQ(parse_capture_place(text).error().text,
              "'" + std::string(text) +
                  "' is no place to capture at: all, NODE, NODE:INTERFACE, or NODE--NODE");
  }
}

TEST(RuleLines, AreCarried) {
  const rules::ChainName input{firewall::TableFamily::Inet, "filter", "input"};
  const rules::ChainName lost{firewall::TableFamily::Ip6, "nat", "prerouting"};
  NodeRuleLines lines;
  lines["host"].append(input, {.where = {"rules.nft", 3, 5}, .text = "accept"});
  lines["host"].lose(lost);
  const auto carried = parse_rule_lines(to_json(lines)).value();
  EXPECT_EQ(carried.at("host").chains(), lines.at("host").chains());
}

}  // namespace
}  // namespace topoproof::live
