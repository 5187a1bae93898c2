// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/peculiar.hh"

#include <cstring>

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

namespace topoproof::netlink::peculiar_test {
namespace {

template <class T>
void append(Bytes& bytes, const T& value) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + aligned(sizeof value));
  std::memcpy(bytes.data() + begin, &value, sizeof value);
}

template <class T>
void append_attribute(Bytes& bytes, std::uint16_t type, const T& value) {
  append(bytes, nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + sizeof value), type});
  append(bytes, value);
}

// As the kernel answers; with XDP programs in the way `attached`.
Bytes link_message(unsigned flags, std::uint8_t attached, std::uint32_t program) {
  Bytes bytes;
  append(bytes, ifinfomsg{.ifi_type = ARPHRD_ETHER, .ifi_index = 7, .ifi_flags = flags});
  Bytes xdp;
  append_attribute(xdp, IFLA_XDP_ATTACHED, attached);
  if (program != 0) append_attribute(xdp, IFLA_XDP_PROG_ID, program);
  append(bytes, nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + xdp.size()), IFLA_XDP});
  bytes.insert(bytes.end(), xdp.begin(), xdp.end());
  return bytes;
}

using Found = std::vector<Peculiarity>;

TEST(PeculiarLink, HasXdpPrograms) {
  EXPECT_EQ(peculiarities_of_link(link_message(IFF_UP, XDP_ATTACHED_SKB, 12)),
            (Found{{7, "has the XDP program 12"}}));
  EXPECT_EQ(peculiarities_of_link(link_message(IFF_UP, XDP_ATTACHED_MULTI, 0)),
            (Found{{7, "has XDP programs"}}));
}

TEST(PeculiarLink, HasArpOff) {
  EXPECT_EQ(peculiarities_of_link(link_message(IFF_UP | IFF_NOARP, XDP_ATTACHED_NONE, 0)),
            (Found{{7, "has ARP off"}}));
}

TEST(PeculiarLink, IsNoneOfTheUsualOnes) {
  EXPECT_TRUE(peculiarities_of_link(link_message(IFF_UP, XDP_ATTACHED_NONE, 0)).empty());
  EXPECT_TRUE(peculiarities_of_link({}).empty());
}

}  // namespace
}  // namespace topoproof::netlink::peculiar_test
