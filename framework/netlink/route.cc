// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/route.hh"

#include <linux/rtnetlink.h>

#include "netlink/family.hh"
#include "netlink/route_schema.hh"

namespace topoproof::netlink {
namespace {

static_assert(static_cast<int>(state::RouteType::Throw) == RTN_THROW);
static_assert(static_cast<int>(state::RouteScope::Link) == RT_SCOPE_LINK);
static_assert(static_cast<int>(state::RouteProtocol::Static) == RTPROT_STATIC);
static_assert(state::kTableMain == RT_TABLE_MAIN);

// One hop of RTA_MULTIPATH: a header, then a gateway as an attribute of its own.
constexpr std::array kHopAttributes{
    AttributeSpec{RTA_GATEWAY, Kind::Ip, "RTA_GATEWAY"},
    AttributeSpec{RTA_VIA, Kind::Binary, "RTA_VIA"},
};
constexpr Schema kHop{.header_size = sizeof(rtnexthop), .attributes = kHopAttributes};
static_assert(kHop.is_well_formed());

constexpr std::uint16_t kCreateRoute = NLM_F_REQUEST | NLM_F_CREATE;

// A gateway of the other family (RFC 5549) goes in another attribute, with its family.
Bytes via_bytes(const IpAddress& gateway) {
  const std::uint16_t family = family_number(gateway.family());
  Bytes bytes(sizeof family);
  std::memcpy(bytes.data(), &family, sizeof family);
  const Bytes address = gateway.bytes();
  bytes.insert(bytes.end(), address.begin(), address.end());
  return bytes;
}

std::optional<IpAddress> gateway_of(const AttributeReader& reader) {
  if (const auto gateway = reader.ip(RTA_GATEWAY)) return gateway;
  const BytesView via = reader.bytes(RTA_VIA);
  const BytesView address = via.subspan(std::min(via.size(), sizeof(std::uint16_t)));
  return size_fits(Kind::Ip, address.size()) ? std::optional(IpAddress::from_bytes(address))
                                             : std::nullopt;
}

void put_gateway(const IpAddress& gateway, Family family, MessageWriter& writer) {
  if (gateway.family() == family) {
    writer.put_ip(RTA_GATEWAY, gateway);
  } else {
    writer.put_bytes(RTA_VIA, via_bytes(gateway));
  }
}

rtmsg route_header(const state::Route& route) {
  rtmsg header{};
  header.rtm_family = family_number(route.family());
  header.rtm_dst_len = static_cast<std::uint8_t>(route.destination.length());
  header.rtm_table = header_table(route.table);
  header.rtm_protocol = static_cast<std::uint8_t>(route.protocol);
  header.rtm_scope = static_cast<std::uint8_t>(route.scope.value_or(natural_scope(route)));
  header.rtm_type = static_cast<std::uint8_t>(route.type);
  header.rtm_flags = route.on_link ? RTNH_F_ONLINK : 0;
  return header;
}

// Hops are written with the same writer, as messages are, and their length put right afterwards.
Bytes hop_bytes(const state::Route& route, const InterfaceNames& names) {
  Bytes bytes;
  for (const state::NextHop& hop : route.next_hops) {
    MessageWriter writer;
    writer.begin({.schema = &kHop});
    const std::size_t start = writer.bytes().size();
    rtnexthop header{};
    header.rtnh_flags = route.on_link ? RTNH_F_ONLINK : 0;
    header.rtnh_hops = static_cast<std::uint8_t>(hop.weight - 1);
    header.rtnh_ifindex = hop.interface ? static_cast<int>(names.index(*hop.interface)) : 0;
    writer.put_header(header);
    if (hop.gateway) put_gateway(*hop.gateway, route.family(), writer);
    const BytesView written = writer.bytes().subspan(start);
    const auto length = static_cast<std::uint16_t>(written.size());
    const std::size_t at = bytes.size();
    bytes.insert(bytes.end(), written.begin(), written.end());
    std::memcpy(bytes.data() + at + offsetof(rtnexthop, rtnh_len), &length, sizeof length);
  }
  return bytes;
}

std::vector<state::NextHop> decode_hops(BytesView bytes, const InterfaceNames& names,
                                        std::string& fault) {
  std::vector<state::NextHop> hops;
  while (!bytes.empty()) {
    const auto header = read_header<rtnexthop>(bytes);
    if (!header || header->rtnh_len < sizeof(rtnexthop) || header->rtnh_len > bytes.size()) {
      fault = "the length of a next hop exceeds what is there";
      return {};
    }
    const AttributeReader reader(bytes.first(header->rtnh_len), kHop, fault);
    state::NextHop hop{.gateway = gateway_of(reader), .weight = header->rtnh_hops + 1U};
    const auto index = static_cast<std::uint32_t>(header->rtnh_ifindex);
    if (index != 0) hop.interface = names.name(index);
    hops.push_back(std::move(hop));
    bytes = bytes.subspan(std::min(bytes.size(), aligned(header->rtnh_len)));
  }
  return hops;
}

}  // namespace

constinit const Request kAddRoute{RTM_NEWROUTE, kCreateRoute | NLM_F_EXCL, &kRouteSchema};
constinit const Request kReplaceRoute{RTM_NEWROUTE, kCreateRoute | NLM_F_REPLACE, &kRouteSchema};
constinit const Request kRemoveRoute{RTM_DELROUTE, NLM_F_REQUEST, &kRouteSchema};
constinit const Request kListRoutes{RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, &kRouteSchema};

void encode(const state::Route& route, const InterfaceNames& names, MessageWriter& writer) {
  writer.put_header(route_header(route));
  if (!route.destination.is_default()) writer.put_ip(RTA_DST, route.destination.address());
  if (route.table > 255) writer.put_u32(RTA_TABLE, route.table);
  if (route.gateway) put_gateway(*route.gateway, route.family(), writer);
  if (route.metric != 0) writer.put_u32(RTA_PRIORITY, route.metric);
  if (route.source) writer.put_ip(RTA_PREFSRC, *route.source);
  if (route.interface) writer.put_u32(RTA_OIF, names.index(*route.interface));
  if (route.mtu) {
    const auto metrics = writer.nest(RTA_METRICS);
    writer.put_u32(RTAX_MTU, *route.mtu);
  }
  if (!route.next_hops.empty()) writer.put_bytes(RTA_MULTIPATH, hop_bytes(route, names));
}

// Non-exact: of whatever route leads there (ip6_route_del, RTF_CACHE).
void encode_learned_way(const IpAddress& destination, MessageWriter& writer) {
  rtmsg header{};
  header.rtm_family = family_number(destination.family());
  header.rtm_dst_len = static_cast<std::uint8_t>(address_bits(destination.family()));
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_scope = RT_SCOPE_NOWHERE;
  header.rtm_flags = RTM_F_CLONED;
  writer.put_header(header);
  writer.put_ip(RTA_DST, destination);
}

void encode_route_listing(MessageWriter& writer) { writer.put_header(rtmsg{}); }

std::expected<state::Route, Issue> decode_route(const Message& message,
                                                const InterfaceNames& names) {
  std::string fault;
  const AttributeReader reader(message.payload, kRouteSchema, fault);
  const auto header = read_header<rtmsg>(message.payload);
  const auto family = header ? family_of_number(header->rtm_family) : std::nullopt;
  if (message.type != RTM_NEWROUTE || !family) return std::unexpected(make_issue("no IP route"));
  const auto destination =
      make_checked_prefix(*family, reader.ip(RTA_DST), header->rtm_dst_len, fault);
  state::Route route{.type = state::RouteType{header->rtm_type},
                     .destination = destination.value_or(Prefix{}),
                     .gateway = gateway_of(reader),
                     .next_hops = decode_hops(reader.bytes(RTA_MULTIPATH), names, fault),
                     .source = reader.ip(RTA_PREFSRC),
                     .table = reader.u32(RTA_TABLE).value_or(header->rtm_table),
                     .metric = reader.u32(RTA_PRIORITY).value_or(0),
                     .mtu = reader.nested(RTA_METRICS).u32(RTAX_MTU),
                     .on_link = (header->rtm_flags & RTNH_F_ONLINK) != 0,
                     .protocol = state::RouteProtocol{header->rtm_protocol}};
  if (const auto index = reader.u32(RTA_OIF)) route.interface = names.name(*index);
  const state::RouteScope scope{header->rtm_scope};
  if (scope != natural_scope(route)) route.scope = scope;
  if (!fault.empty()) return std::unexpected(make_issue(describe(route) + ": " + fault));
  return route;
}

}  // namespace topoproof::netlink
