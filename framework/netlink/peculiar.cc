// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/peculiar.hh"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "base/prefix.hh"
#include "netlink/reader.hh"

namespace topoproof::netlink {
namespace {

constexpr std::array kPeculiarAddress{
    AttributeSpec{IFA_ADDRESS, Kind::Ip, "IFA_ADDRESS"},
    AttributeSpec{IFA_LOCAL, Kind::Ip, "IFA_LOCAL"},
    AttributeSpec{IFA_FLAGS, Kind::U32, "IFA_FLAGS"},
};
constexpr Schema kPeculiarAddresses{.header_size = sizeof(ifaddrmsg),
                                    .attributes = kPeculiarAddress};
static_assert(kPeculiarAddresses.is_well_formed());
constinit const Request kListPeculiarAddresses{RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP,
                                               &kPeculiarAddresses};

constexpr std::array kXdp{
    AttributeSpec{IFLA_XDP_ATTACHED, Kind::U8, "IFLA_XDP_ATTACHED"},
    AttributeSpec{IFLA_XDP_PROG_ID, Kind::U32, "IFLA_XDP_PROG_ID"},
};
constexpr Schema kXdpNest{.header_size = 0, .attributes = kXdp};
constexpr std::array kPeculiarLink{
    AttributeSpec{IFLA_IFNAME, Kind::String, "IFLA_IFNAME"},
    AttributeSpec{IFLA_XDP, Kind::Nested, "IFLA_XDP", &kXdpNest},
};
constexpr Schema kPeculiarLinks{.header_size = sizeof(ifinfomsg), .attributes = kPeculiarLink};
static_assert(kPeculiarLinks.is_well_formed());
constinit const Request kListPeculiarLinks{RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP,
                                           &kPeculiarLinks};

// Of IPv4 the prefix is the peer's; IPv6 says an address of its own only if there is a peer.
std::string text_of_address(const ifaddrmsg& header, const AttributeReader& reader) {
  const auto network = reader.ip(IFA_ADDRESS);
  const auto own = reader.ip(IFA_LOCAL) ? reader.ip(IFA_LOCAL) : network;
  if (!own || !network) return {};
  const std::uint32_t flags = reader.u32(IFA_FLAGS).value_or(header.ifa_flags);
  const int length = header.ifa_prefixlen;
  if (*own != *network) {
    return fmt::format("has {} with the peer {}/{}", to_string(*own), to_string(*network), length);
  }
  if ((flags & IFA_F_NOPREFIXROUTE) == 0) return {};
  return fmt::format("has {}/{} without a route to its network", to_string(*own), length);
}

void add_addresses(Socket& socket, std::vector<Peculiarity>& found) {
  Batch request;
  request.add(0, kListPeculiarAddresses).put_header(ifaddrmsg{});
  for (const Message& message : socket.dump(request, "list addresses")) {
    const auto header = read_header<ifaddrmsg>(message.payload);
    if (!header) continue;
    std::string fault;
    std::string text =
        text_of_address(*header, AttributeReader(message.payload, kPeculiarAddresses, fault));
    if (!text.empty()) found.push_back({header->ifa_index, std::move(text)});
  }
}

// Several may be attached, to the driver and before it: then only their numbers are not given.
std::string text_of_xdp(const AttributeReader& xdp) {
  if (xdp.u8(IFLA_XDP_ATTACHED).value_or(XDP_ATTACHED_NONE) == XDP_ATTACHED_NONE) return {};
  const auto number = xdp.u32(IFLA_XDP_PROG_ID);
  return number ? fmt::format("has the XDP program {}", *number) : "has XDP programs";
}

void add_links(Socket& socket, std::vector<Peculiarity>& found) {
  Batch request;
  request.add(0, kListPeculiarLinks).put_header(ifinfomsg{});
  for (const Message& message : socket.dump(request, "list links")) {
    std::ranges::move(peculiarities_of_link(message.payload), std::back_inserter(found));
  }
}

}  // namespace

std::vector<Peculiarity> peculiarities_of_link(BytesView message) {
  const auto header = read_header<ifinfomsg>(message);
  if (!header) return {};
  std::vector<Peculiarity> found;
  const auto index = static_cast<std::uint32_t>(header->ifi_index);
  const bool has_no_arp = header->ifi_type == ARPHRD_ETHER && (header->ifi_flags & IFF_NOARP) != 0;
  if (has_no_arp) found.push_back({index, "has ARP off"});
  std::string fault;
  const AttributeReader reader(message, kPeculiarLinks, fault);
  std::string xdp = text_of_xdp(reader.nested(IFLA_XDP));
  if (!xdp.empty()) found.push_back({index, std::move(xdp)});
  return found;
}

std::vector<Peculiarity> observe_peculiarities(Socket& socket) {
  std::vector<Peculiarity> found;
  add_links(socket, found);
  add_addresses(socket, found);
  return found;
}

}  // namespace topoproof::netlink
