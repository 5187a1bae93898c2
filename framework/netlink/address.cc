// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/address.hh"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "netlink/family.hh"

namespace topoproof::netlink {
namespace {

constexpr std::array kAddressAttributes{
    AttributeSpec{IFA_ADDRESS, Kind::Ip, "IFA_ADDRESS"},
    AttributeSpec{IFA_LOCAL, Kind::Ip, "IFA_LOCAL"},
    AttributeSpec{IFA_FLAGS, Kind::U32, "IFA_FLAGS"},
};
constexpr Schema kAddressSchema{.header_size = sizeof(ifaddrmsg), .attributes = kAddressAttributes};
static_assert(kAddressSchema.is_well_formed());

constexpr std::uint16_t kCreateAddress = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL;

}  // namespace

constinit const Request kAddAddress{RTM_NEWADDR, kCreateAddress, &kAddressSchema};
constinit const Request kRemoveAddress{RTM_DELADDR, NLM_F_REQUEST, &kAddressSchema};
constinit const Request kListAddresses{RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, &kAddressSchema};

void encode(const state::Address& address, const InterfaceNames& names, MessageWriter& writer) {
  const auto& [ip, length] = address.address;
  ifaddrmsg header{};
  header.ifa_family = family_number(ip.family());
  header.ifa_prefixlen = static_cast<std::uint8_t>(length);
  header.ifa_flags = address.no_dad ? IFA_F_NODAD : 0;
  header.ifa_scope = ip.is_v4() && ip.is_loopback() ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
  header.ifa_index = names.index(address.interface);
  writer.put_header(header);
  writer.put_ip(IFA_LOCAL, ip);
  writer.put_ip(IFA_ADDRESS, ip);
}

void encode_address_listing(MessageWriter& writer) { writer.put_header(ifaddrmsg{}); }

std::expected<state::Address, Issue> decode_address(const Message& message,
                                                    const InterfaceNames& names) {
  std::string fault;
  const AttributeReader reader(message.payload, kAddressSchema, fault);
  const auto header = read_header<ifaddrmsg>(message.payload);
  if (message.type != RTM_NEWADDR || !header) {
    return std::unexpected(make_issue("no address message"));
  }
  // IPv4 says both (they differ for point to point); IPv6 says IFA_ADDRESS alone.
  auto ip = reader.ip(IFA_LOCAL);
  if (!ip) ip = reader.ip(IFA_ADDRESS);
  if (!ip || header->ifa_prefixlen > address_bits(ip->family())) fault = "no sound address";
  const std::string interface = names.name(header->ifa_index);
  if (!fault.empty()) return std::unexpected(make_issue("address on " + interface + ": " + fault));
  const std::uint32_t flags = reader.u32(IFA_FLAGS).value_or(header->ifa_flags);
  return state::Address{.interface = interface,
                        .address = {.address = *ip, .length = header->ifa_prefixlen},
                        .no_dad = (flags & IFA_F_NODAD) != 0,
                        .tentative = (flags & IFA_F_TENTATIVE) != 0,
                        .duplicate = (flags & IFA_F_DADFAILED) != 0};
}

}  // namespace topoproof::netlink
