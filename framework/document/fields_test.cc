// SPDX-License-Identifier: GPL-2.0-or-later
// A reader of a small file, as the readers of topologies and scenarios are written, and all that
// its users can do wrong.
#include "document/fields.hh"

#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "base/duration.hh"
#include "base/mac_address.hh"
#include "base/prefix.hh"
#include "document/reader.hh"

namespace topoproof::document::fields_test {
namespace {

using namespace std::chrono_literals;

enum class Mode { Strict, Loose };

struct Port {
  std::vector<InterfaceAddress> ipv4;
  std::optional<IpAddress> gateway;
  std::optional<MacAddress> mac;
  std::uint16_t mtu = 1500;
  bool up = true;
  std::chrono::nanoseconds delay = 0ns;
  Mode mode = Mode::Strict;
  std::string peer;
};

std::optional<Port> read_port(const Node& node, Issues& issues) {
  Port port;
  Fields fields(node, issues);
  fields.required("peer", read_string, port.peer);
  fields.optional("ipv4", one_or_list_of(InterfaceAddress::parse), port.ipv4);
  fields.optional("gateway", IpAddress::parse, port.gateway);
  fields.optional("mac", MacAddress::parse, port.mac);
  fields.optional("mtu", integer<std::uint16_t>(68, 65535), port.mtu);
  fields.optional("up", read_bool, port.up);
  fields.optional("delay", parse_duration, port.delay);
  fields.optional("mode", choice<Mode>({{"strict", Mode::Strict}, {"loose", Mode::Loose}}),
                  port.mode);
  fields.finish();
  return port;
}

Node parse(std::string_view text) {
  auto node = parse_yaml(text, "net.yaml");
  EXPECT_TRUE(node) << to_string(node.error());
  return node ? *node : Node();
}

std::string issues_of(std::string_view text) {
  Issues issues;
  const Node node = parse(text);
  read_port(node, issues);
  std::ranges::sort(issues);
  return to_string(issues);
}

TEST(Fields, BecomeTypedValues) {
  Issues issues;
  const Node node = parse(
      "peer: red\nipv4: [10.0.0.1/24, 10.0.1.1/24]\ngateway: fd00::1\nmac: 02:00:00:00:00:01\n"
      "mtu: 9000\nup: false\ndelay: 5ms\nmode: loose\n");
  const auto port = read_port(node, issues);
  EXPECT_EQ(to_string(issues), "");
  ASSERT_TRUE(port);
  EXPECT_EQ(port->peer, "red");
  ASSERT_EQ(port->ipv4.size(), 2U);
  EXPECT_EQ(to_string(port->ipv4[1]), "10.0.1.1/24");
  EXPECT_EQ(port->gateway, IpAddress::parse("fd00::1"));
  EXPECT_EQ(port->mac, MacAddress::from_bits(0x0200'0000'0001));
  EXPECT_EQ(port->mtu, 9000);
  EXPECT_FALSE(port->up);
  EXPECT_EQ(port->delay, 5ms);
  EXPECT_EQ(port->mode, Mode::Loose);
}

TEST(Fields, TakeOneValueForAListOfOne) {
  Issues issues;
  const Node node = parse("{ peer: red, ipv4: 10.0.0.1/24 }");
  const auto port = read_port(node, issues);
  ASSERT_TRUE(port);
  EXPECT_EQ(port->ipv4.size(), 1U);
  EXPECT_EQ(issues_of("peer: red\nipv4: 10.0.0.1"),
            "net.yaml:2:7: error: '10.0.0.1': an interface address needs its prefix length, like "
            "10.0.0.1/24\n");
}

TEST(Fields, AreReportedAllAtOnceInFileOrder) {
  EXPECT_EQ(issues_of("ipv4: [10.0.0.1/40, 10.0.0.2/24, x/8]\nmtuu: 1400\nup: yes\nmtu: 12\n"
                      "delay: 5\nmode: strickt\n"),
            "net.yaml:1:1: error: the key 'peer' is missing\n"
            "net.yaml:1:8: error: '10.0.0.1/40': prefix length is above 32\n"
            "net.yaml:1:34: error: 'x' is not an IPv4 address\n"
            "net.yaml:2:1: error: unknown key 'mtuu'; did you mean 'mtu'?\n"
            "net.yaml:3:5: error: expected true or false, found 'yes'; write true\n"
            "net.yaml:4:6: error: expected a whole number from 68 to 65535, found '12'\n"
            "net.yaml:5:8: error: '5' is not a duration like 250ms, 5s or 2m\n"
            "net.yaml:6:7: error: expected one of strict, loose, found 'strickt'; did you mean "
            "'strict'?\n");
}

TEST(Fields, SayWhatWasExpectedAndWhatWasFound) {
  EXPECT_EQ(issues_of("[a, b]"), "net.yaml:1:1: error: expected a mapping, found a list\n");
  EXPECT_EQ(issues_of("peer"), "net.yaml:1:1: error: expected a mapping, found 'peer'\n");
  EXPECT_EQ(issues_of("peer: {a: b}"), "net.yaml:1:7: error: expected a value, found a mapping\n");
  EXPECT_EQ(issues_of("peer: ''"), "net.yaml:1:7: error: expected a value, found an empty text\n");
  EXPECT_EQ(issues_of("peer: x\nmtu:"),
            "net.yaml:2:5: error: expected a whole number from 68 to 65535, found nothing\n");
  EXPECT_EQ(issues_of("peer: x\nup: Off"),
            "net.yaml:2:5: error: expected true or false, found 'Off'; write false\n");
}

TEST(Fields, KnowWhatAnUnquotedIpv6AddressTurnsInto) {
  EXPECT_EQ(issues_of("peer: x\ngateway: [fd00::1]"),
            "net.yaml:2:10: error: expected a value, found a list; quote the IPv6 address: "
            "\"fd00::1\"\n");
  EXPECT_EQ(issues_of("peer: x\ngateway:\n  fd00::1/64: y"),
            "net.yaml:3:3: error: expected a value, found a mapping; quote the IPv6 address: "
            "\"fd00::1\"\n");
}

TEST(Fields, NameTheKnownKeysWhereNoneIsNear) {
  EXPECT_EQ(issues_of("peer: x\ncolour: red"),
            "net.yaml:2:1: error: unknown key 'colour'; known here: peer, ipv4, gateway, mac, mtu, "
            "up, delay, mode\n");
}

TEST(Fields, SeeThatASpaceIsMissing) {
  EXPECT_EQ(issues_of("{peer: x, mtu:1400}"),
            "net.yaml:1:11: error: unknown key 'mtu:1400'; is a space missing after 'mtu:'?\n");
}

TEST(Fields, OfAnEmptyValueAreAnEmptyMapping) {
  const Node root = parse("red:\n");
  Issues issues;
  Fields fields(*root.find("red"), issues);
  EXPECT_EQ(fields.take("mtu"), nullptr);
  fields.finish();
  EXPECT_EQ(to_string(issues), "");
}

TEST(ListOf, LooksAtEveryItemOfEveryList) {
  const Node root = parse("- {peer: a}\n- {pear: b}\n- 7\n");
  Issues issues;
  EXPECT_FALSE(list_of(read_port)(root, issues));
  std::ranges::sort(issues);
  EXPECT_EQ(to_string(issues),
            "net.yaml:2:3: error: the key 'peer' is missing\n"
            "net.yaml:2:4: error: unknown key 'pear'; did you mean 'peer'?\n"
            "net.yaml:3:3: error: expected a mapping, found '7'\n");
}

}  // namespace
}  // namespace topoproof::document::fields_test
