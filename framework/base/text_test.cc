// SPDX-License-Identifier: GPL-2.0-or-later
// Small values and the text that people write for them.
#include <array>

#include <gtest/gtest.h>

#include "base/bytes.hh"
#include "base/duration.hh"
#include "base/interface_name.hh"
#include "base/mac_address.hh"
#include "base/suggest.hh"

namespace topoproof {
namespace {

using namespace std::chrono_literals;

TEST(Hex, ReadsCommentsAndPrintsBack) {
  const auto bytes = parse_hex("45 00 # version, tos\n00 54");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_hex(*bytes), "45 00 00 54");
  EXPECT_FALSE(parse_hex("4"));
  EXPECT_FALSE(parse_hex("zz"));
}

TEST(MacAddress, ParsesAndPrints) {
  const auto mac = MacAddress::parse("02:00:0A:bc:0f:01");
  ASSERT_TRUE(mac);
  EXPECT_EQ(to_string(*mac), "02:00:0a:bc:0f:01");
  EXPECT_EQ(to_string(MacAddress::from_bits(0x0200'0000'0001)), "02:00:00:00:00:01");
  EXPECT_FALSE(MacAddress::parse("02:00:0A:bc:0f"));
  EXPECT_FALSE(MacAddress::parse("02-00-0A-bc-0f-01"));
}

TEST(Duration, NeedsAUnitAndPrintsExactly) {
  EXPECT_EQ(parse_duration("1500ms"), 1500ms);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(to_string(std::chrono::nanoseconds(1500ms)), "1500ms");
  EXPECT_EQ(to_string(std::chrono::nanoseconds(60s)), "1m");
  EXPECT_FALSE(parse_duration("5"));
  EXPECT_FALSE(parse_duration("-5s"));
  EXPECT_FALSE(parse_duration("99999999999999h"));
}

// "after 46000341ns" was said of a reply that came late.
TEST(Duration, ThatWasMeasuredIsSaidAsPeopleReadIt) {
  EXPECT_EQ(measured_text(std::chrono::nanoseconds(46'000'341)), "46.1 ms");
  EXPECT_EQ(measured_text(46ms), "46 ms");
  EXPECT_EQ(measured_text(1520ms), "1.52 s");
  EXPECT_EQ(measured_text(std::chrono::nanoseconds(819'001)), "820 us");
  EXPECT_EQ(measured_text(std::chrono::nanoseconds(999'999)), "1 ms");
  EXPECT_EQ(measured_text(std::chrono::nanoseconds(7)), "7 ns");
  EXPECT_EQ(measured_text(std::chrono::hours(2)), "7200 s");
  EXPECT_EQ(measured_text({}), "0 s");
}

TEST(InterfaceName, IsNoneThatTheKernelMeansOtherwise) {
  for (const char* name : {"all", "default", "eth%d", "50%"}) {
    EXPECT_FALSE(parse_interface_name(name).has_value()) << name;
  }
  EXPECT_TRUE(parse_interface_name("all0").has_value());
}

TEST(InterfaceName, IsWhatLinuxAccepts) {
  EXPECT_TRUE(parse_interface_name("v-eth-0"));
  EXPECT_TRUE(parse_interface_name("exactly15bytes."));
  EXPECT_EQ(parse_interface_name("sixteen-bytes-xx").error().text,
            "interface name 'sixteen-bytes-xx' has 16 bytes; Linux allows 15");
  EXPECT_FALSE(parse_interface_name(""));
  EXPECT_FALSE(parse_interface_name("a/b"));
  EXPECT_FALSE(parse_interface_name(".."));
}

TEST(Suggest, FindsASlipButNoStranger) {
  constexpr std::array<std::string_view, 3> known{"masquerade", "forwarding", "routes"};
  EXPECT_EQ(did_you_mean("masqurade", known), "; did you mean 'masquerade'?");
  EXPECT_EQ(did_you_mean("fowrarding", known), "; did you mean 'forwarding'?");
  EXPECT_EQ(did_you_mean("banana", known), "");
  EXPECT_EQ(did_you_mean("b", std::vector<std::string_view>{""}), "") << "of what has no name";
}

TEST(Issue, PrintsItsPlaceFirst) {
  const Issue issue = make_issue({.file = "net.topo.yaml", .line = 3, .column = 7}, "no such key");
  EXPECT_EQ(to_string(issue), "net.topo.yaml:3:7: error: no such key");
  EXPECT_EQ(to_string(make_warning({}, "unused")), "warning: unused");
  EXPECT_EQ(to_string(make_note({}, "used twice")), "note: used twice");
}

}  // namespace
}  // namespace topoproof
