// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/link.hh"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "netlink/bridge_options.hh"

namespace topoproof::netlink {
namespace {

// The far end's own message, inside the near end's.
constexpr std::array kPeerAttributes{
    AttributeSpec{IFLA_ADDRESS, Kind::LinkAddress, "IFLA_ADDRESS"},
    AttributeSpec{IFLA_IFNAME, Kind::String, "IFLA_IFNAME"},
    AttributeSpec{IFLA_MTU, Kind::U32, "IFLA_MTU"},
    AttributeSpec{IFLA_NET_NS_FD, Kind::U32, "IFLA_NET_NS_FD"},
    AttributeSpec{IFLA_NUM_TX_QUEUES, Kind::U32, "IFLA_NUM_TX_QUEUES"},
};
constexpr Schema kPeer{.header_size = sizeof(ifinfomsg), .attributes = kPeerAttributes};

constexpr std::array kVethAttributes{
    AttributeSpec{VETH_INFO_PEER, Kind::Nested, "VETH_INFO_PEER", &kPeer},
};
constexpr Schema kVeth{.header_size = 0, .attributes = kVethAttributes};

constexpr std::array kInfoAttributes{
    AttributeSpec{IFLA_INFO_KIND, Kind::String, "IFLA_INFO_KIND"},
    AttributeSpec{IFLA_INFO_DATA, Kind::Nested, "IFLA_INFO_DATA"},
    AttributeSpec{IFLA_INFO_SLAVE_KIND, Kind::String, "IFLA_INFO_SLAVE_KIND"},
    AttributeSpec{IFLA_INFO_SLAVE_DATA, Kind::Nested, "IFLA_INFO_SLAVE_DATA"},
};
constexpr Schema kInfo{.header_size = 0, .attributes = kInfoAttributes};

constexpr std::array kLinkAttributes{
    AttributeSpec{IFLA_ADDRESS, Kind::LinkAddress, "IFLA_ADDRESS"},
    AttributeSpec{IFLA_IFNAME, Kind::String, "IFLA_IFNAME"},
    AttributeSpec{IFLA_MTU, Kind::U32, "IFLA_MTU"},
    AttributeSpec{IFLA_LINK, Kind::U32, "IFLA_LINK"},
    AttributeSpec{IFLA_MASTER, Kind::U32, "IFLA_MASTER"},
    AttributeSpec{IFLA_LINKINFO, Kind::Nested, "IFLA_LINKINFO", &kInfo},
    AttributeSpec{IFLA_NET_NS_FD, Kind::U32, "IFLA_NET_NS_FD"},
    AttributeSpec{IFLA_EXT_MASK, Kind::U32, "IFLA_EXT_MASK"},
    AttributeSpec{IFLA_NUM_TX_QUEUES, Kind::U32, "IFLA_NUM_TX_QUEUES"},
};
constexpr Schema kLink{.header_size = sizeof(ifinfomsg), .attributes = kLinkAttributes};

static_assert(kPeer.is_well_formed() && kVeth.is_well_formed() && kInfo.is_well_formed() &&
              kLink.is_well_formed());

// What links are made with where nothing else is said (ETH_DATA_LEN).
constexpr std::uint32_t kUsualMtu = 1500;

ifinfomsg link_header(std::optional<std::uint32_t> index, std::optional<bool> up) {
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(index.value_or(0));
  header.ifi_flags = up.value_or(false) ? IFF_UP : 0;
  header.ifi_change = up.has_value() ? IFF_UP : 0;
  return header;
}

std::optional<bool> only_if_up(bool up) { return up ? std::optional(true) : std::nullopt; }

void put_netns(int netns, MessageWriter& writer) {
  if (netns != VethPair::kHere) writer.put_u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(netns));
}

// A veth sends by one queue. Where that is not said it is born with one for each processor, and
// putting the others away costs an RCU grace period (drivers/net/veth.c, veth_init_queues).
void put_queue(MessageWriter& writer) { writer.put_u32(IFLA_NUM_TX_QUEUES, 1); }

// What both ends of a veth, and every other link, are born with.
void put_identity(const state::Link& link, int netns, MessageWriter& writer) {
  if (link.mac) writer.put_mac(IFLA_ADDRESS, *link.mac);
  writer.put_string(IFLA_IFNAME, link.name);
  if (link.mtu != kUsualMtu) writer.put_u32(IFLA_MTU, link.mtu);
  put_netns(netns, writer);
}

std::string kind_name(const state::Link& link) {
  return link.kind == state::LinkKind::Other ? link.other_kind : std::string(to_string(link.kind));
}

void put_near_end(const state::Link& link, int netns, const InterfaceNames& names,
                  MessageWriter& writer) {
  writer.put_header(link_header(link.index, only_if_up(link.up)));
  put_identity(link, netns, writer);
  if (link.master) writer.put_u32(IFLA_MASTER, names.index(*link.master));
}

void read_kind(const AttributeReader& info, const ifinfomsg& header, state::Link& link) {
  const std::string kind = info.string(IFLA_INFO_KIND).value_or("");
  link.kind = kind == "veth"                       ? state::LinkKind::Veth
              : kind == "bridge"                   ? state::LinkKind::Bridge
              : header.ifi_type == ARPHRD_LOOPBACK ? state::LinkKind::Loopback
                                                   : state::LinkKind::Other;
  if (link.kind == state::LinkKind::Other) link.other_kind = kind;
}

void read_options(const AttributeReader& info, state::Link& link) {
  if (link.kind == state::LinkKind::Bridge) {
    link.bridge = decode_bridge_options(info.nested(IFLA_INFO_DATA, &kBridgeOptions));
  }
  if (info.string(IFLA_INFO_SLAVE_KIND) == "bridge") {
    link.port = decode_port_options(info.nested(IFLA_INFO_SLAVE_DATA, &kPortOptions));
  }
}

// A listing says the far end in IFLA_LINK; a message that creates one has it inside.
std::optional<std::uint32_t> read_peer_index(const AttributeReader& link,
                                             const AttributeReader& info) {
  if (const auto index = link.u32(IFLA_LINK)) return index;
  const AttributeReader peer = info.nested(IFLA_INFO_DATA, &kVeth).nested(VETH_INFO_PEER);
  const auto header = read_header<ifinfomsg>(peer.header());
  if (!header || header->ifi_index == 0) return std::nullopt;
  return static_cast<std::uint32_t>(header->ifi_index);
}

}  // namespace

constinit const Request kCreateLink{RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, &kLink};
constinit const Request kChangeLink{RTM_NEWLINK, NLM_F_REQUEST, &kLink};
constinit const Request kRemoveLink{RTM_DELLINK, NLM_F_REQUEST, &kLink};
constinit const Request kListLinks{RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, &kLink};

void encode(const state::Link& link, const InterfaceNames& names, MessageWriter& writer) {
  put_near_end(link, VethPair::kHere, names, writer);
  const auto info = writer.nest(IFLA_LINKINFO);
  writer.put_string(IFLA_INFO_KIND, kind_name(link));
  if (link.bridge) {
    const auto data = writer.nest(IFLA_INFO_DATA, &kBridgeOptions);
    encode_unusual(*link.bridge, writer);
  }
}

void encode(const VethPair& pair, const InterfaceNames& names, MessageWriter& writer) {
  put_near_end(pair.near, pair.near_netns, names, writer);
  put_queue(writer);
  const auto info = writer.nest(IFLA_LINKINFO);
  writer.put_string(IFLA_INFO_KIND, "veth");
  const auto data = writer.nest(IFLA_INFO_DATA, &kVeth);
  const auto peer = writer.nest(VETH_INFO_PEER);
  writer.put_header(link_header(pair.far.index, {}));
  put_identity(pair.far, pair.far_netns, writer);
  put_queue(writer);
}

void encode(const LinkChange& change, const InterfaceNames& names, MessageWriter& writer) {
  writer.put_header(link_header(names.index(change.name), change.up));
  if (change.mac) writer.put_mac(IFLA_ADDRESS, *change.mac);
  if (change.mtu) writer.put_u32(IFLA_MTU, *change.mtu);
  if (change.master) {
    writer.put_u32(IFLA_MASTER, change.master->empty() ? 0 : names.index(*change.master));
  }
  if (!change.bridge && !change.port) return;
  const auto info = writer.nest(IFLA_LINKINFO);
  if (change.bridge) {
    writer.put_string(IFLA_INFO_KIND, "bridge");
    const auto data = writer.nest(IFLA_INFO_DATA, &kBridgeOptions);
    encode(*change.bridge, writer);
  }
  if (change.port) {
    writer.put_string(IFLA_INFO_SLAVE_KIND, "bridge");
    const auto data = writer.nest(IFLA_INFO_SLAVE_DATA, &kPortOptions);
    encode(*change.port, writer);
  }
}

void encode_removal(const std::string& link, const InterfaceNames& names, MessageWriter& writer) {
  writer.put_header(link_header(names.index(link), {}));
}

void encode_link_listing(MessageWriter& writer) {
  writer.put_header(ifinfomsg{});
  writer.put_u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

bool learn_name(const Message& message, InterfaceNames& names) {
  std::string fault;
  const AttributeReader reader(message.payload, kLink, fault);
  const auto header = read_header<ifinfomsg>(message.payload);
  const auto name = reader.string(IFLA_IFNAME);
  if (message.type != RTM_NEWLINK || !header || !name) return false;
  names.add(*name, static_cast<std::uint32_t>(header->ifi_index));
  return true;
}

std::expected<state::Link, Issue> decode_link(const Message& message, const InterfaceNames& names) {
  std::string fault;
  const AttributeReader reader(message.payload, kLink, fault);
  const auto header = read_header<ifinfomsg>(message.payload);
  if (message.type != RTM_NEWLINK || !header) return std::unexpected(make_issue("no link message"));
  const AttributeReader info = reader.nested(IFLA_LINKINFO);
  state::Link link{.name = reader.string(IFLA_IFNAME).value_or(""),
                   .mac = reader.mac(IFLA_ADDRESS),
                   .mtu = reader.u32(IFLA_MTU).value_or(kUsualMtu),
                   .up = (header->ifi_flags & IFF_UP) != 0};
  if (header->ifi_index != 0) link.index = static_cast<std::uint32_t>(header->ifi_index);
  if (const auto master = reader.u32(IFLA_MASTER)) link.master = names.name(*master);
  read_kind(info, *header, link);
  read_options(info, link);
  if (link.kind == state::LinkKind::Veth) link.peer_index = read_peer_index(reader, info);
  if (!fault.empty()) return std::unexpected(make_issue("link " + link.name + ": " + fault));
  return link;
}

}  // namespace topoproof::netlink
