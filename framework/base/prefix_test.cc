// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/prefix.hh"

#include <gtest/gtest.h>

namespace topoproof {
namespace {

TEST(Prefix, RefusesHostBitsAndNamesTheNetwork) {
  const auto prefix = Prefix::parse("192.168.15.5/24");
  ASSERT_FALSE(prefix);
  EXPECT_EQ(prefix.error().text,
            "'192.168.15.5/24': host bits are set; the network is 192.168.15.0/24");
}

TEST(Prefix, RefusesALengthAboveTheFamilys) {
  EXPECT_EQ(Prefix::parse("10.0.0.0/40").error().text, "'10.0.0.0/40': prefix length is above 32");
  EXPECT_FALSE(Prefix::parse("2001:db8::/129"));
  EXPECT_FALSE(Prefix::parse("10.0.0.0/"));
  EXPECT_FALSE(Prefix::parse("10.0.0.0/-1"));
  EXPECT_FALSE(Prefix::parse("10.0.0.0/8x"));
}

TEST(Prefix, WithoutLengthIsAHost) {
  EXPECT_EQ(to_string(*Prefix::parse("10.0.0.1")), "10.0.0.1/32");
}

TEST(Prefix, ContainsAddressesOfItsFamilyOnly) {
  const auto prefix = Prefix::parse("10.1.0.0/16").value();
  EXPECT_TRUE(prefix.contains(*IpAddress::parse("10.1.255.255")));
  EXPECT_FALSE(prefix.contains(*IpAddress::parse("10.2.0.0")));
  EXPECT_FALSE(make_default_prefix(Family::Ipv4).contains(*IpAddress::parse("::1")));
  EXPECT_TRUE(make_default_prefix(Family::Ipv6).contains(*IpAddress::parse("::1")));
}

TEST(Prefix, OverlapIsContainmentEitherWay) {
  const auto outer = Prefix::parse("2001:db8::/32").value();
  const auto inner = Prefix::parse("2001:db8:0:4::/62").value();
  EXPECT_TRUE(inner.overlaps(outer));
  EXPECT_TRUE(outer.overlaps(inner));
  EXPECT_FALSE(inner.contains(outer));
}

TEST(InterfaceAddress, KeepsHostBitsAndKnowsItsNetwork) {
  const auto address = InterfaceAddress::parse("192.168.15.5/24").value();
  EXPECT_EQ(to_string(address), "192.168.15.5/24");
  EXPECT_EQ(to_string(address.network()), "192.168.15.0/24");
  EXPECT_FALSE(InterfaceAddress::parse("192.168.15.5"));
}

}  // namespace
}  // namespace topoproof
