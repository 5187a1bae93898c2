// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ip_address.hh"

#include <string>

#include <gtest/gtest.h>

namespace topoproof {
namespace {

struct AddressCase {
  std::string name;
  std::string text;
  std::string printed;
};

class IpAddressText : public testing::TestWithParam<AddressCase> {};

TEST_P(IpAddressText, ParsesAndPrints) {
  const auto address = IpAddress::parse(GetParam().text);
  ASSERT_TRUE(address) << address.error().text;
  EXPECT_EQ(to_string(*address), GetParam().printed);
  EXPECT_EQ(IpAddress::parse(to_string(*address)), *address);
}

INSTANTIATE_TEST_SUITE_P(
    Base, IpAddressText,
    testing::Values(AddressCase{"V4", "192.168.15.5", "192.168.15.5"},
                    AddressCase{"V4Zero", "0.0.0.0", "0.0.0.0"},
                    AddressCase{"Unspecified", "::", "::"}, AddressCase{"Loopback", "::1", "::1"},
                    AddressCase{"LongestRun", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
                    AddressCase{"SingleZeroStays", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
                    AddressCase{"GapAtTheEnd", "fe80:0:0:0:0:0:0:0", "fe80::"},
                    AddressCase{"UpperCase", "2001:DB8::A", "2001:db8::a"},
                    AddressCase{"DottedTail", "::ffff:10.0.0.1", "::ffff:10.0.0.1"}),
    [](const auto& row) { return row.param.name; });

class NotAnAddress : public testing::TestWithParam<std::string> {};

TEST_P(NotAnAddress, IsRefused) { EXPECT_FALSE(IpAddress::parse(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Base, NotAnAddress,
                         testing::Values("", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4",
                                         "1.2.3.x", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
                                         "12345::", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0"));

TEST(IpAddress, NextAddressCarriesBeyondTheLowHalf) {
  const auto last = Ipv6Address::parse("2001:db8::ffff:ffff:ffff:ffff").value();
  EXPECT_EQ(to_string(next_address(last)), "2001:db8:0:1::");
}

TEST(IpAddress, ClassesAreTheOnesOfTheRfcs) {
  EXPECT_TRUE(IpAddress::parse("127.3.2.1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("239.0.0.1")->is_multicast());
  EXPECT_TRUE(IpAddress::parse("ff02::1")->is_multicast());
  EXPECT_TRUE(IpAddress::parse("fe80::1")->is_link_local());
  EXPECT_TRUE(IpAddress::parse("169.254.1.1")->is_link_local());
}

TEST(IpAddress, FromBytesIsTheInverseOfBytes) {
  const auto address = IpAddress::parse("2001:db8::7").value();
  EXPECT_EQ(IpAddress::from_bytes(address.bytes()), address);
}

}  // namespace
}  // namespace topoproof
