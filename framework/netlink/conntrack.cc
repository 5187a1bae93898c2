// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/conntrack.hh"

#include <cerrno>

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include "netlink/family.hh"

namespace topoproof::netlink {
namespace {

static_assert(static_cast<int>(state::TcpState::Close) == TCP_CONNTRACK_CLOSE);
static_assert(state::kDestinationNat == IPS_DST_NAT);

constexpr std::array kTupleAddressAttributes{
    AttributeSpec{CTA_IP_V4_SRC, Kind::Ip, "CTA_IP_V4_SRC"},
    AttributeSpec{CTA_IP_V4_DST, Kind::Ip, "CTA_IP_V4_DST"},
    AttributeSpec{CTA_IP_V6_SRC, Kind::Ip, "CTA_IP_V6_SRC"},
    AttributeSpec{CTA_IP_V6_DST, Kind::Ip, "CTA_IP_V6_DST"},
};
constexpr Schema kAddresses{.header_size = 0, .attributes = kTupleAddressAttributes};

constexpr std::array kProtocolAttributes{
    AttributeSpec{CTA_PROTO_NUM, Kind::U8, "CTA_PROTO_NUM"},
    AttributeSpec{CTA_PROTO_SRC_PORT, Kind::Be16, "CTA_PROTO_SRC_PORT"},
    AttributeSpec{CTA_PROTO_DST_PORT, Kind::Be16, "CTA_PROTO_DST_PORT"},
    AttributeSpec{CTA_PROTO_ICMP_ID, Kind::Be16, "CTA_PROTO_ICMP_ID"},
    AttributeSpec{CTA_PROTO_ICMP_TYPE, Kind::U8, "CTA_PROTO_ICMP_TYPE"},
    AttributeSpec{CTA_PROTO_ICMP_CODE, Kind::U8, "CTA_PROTO_ICMP_CODE"},
    AttributeSpec{CTA_PROTO_ICMPV6_ID, Kind::Be16, "CTA_PROTO_ICMPV6_ID"},
    AttributeSpec{CTA_PROTO_ICMPV6_TYPE, Kind::U8, "CTA_PROTO_ICMPV6_TYPE"},
    AttributeSpec{CTA_PROTO_ICMPV6_CODE, Kind::U8, "CTA_PROTO_ICMPV6_CODE"},
};
constexpr Schema kProtocol{.header_size = 0, .attributes = kProtocolAttributes};

constexpr std::array kTupleAttributes{
    AttributeSpec{CTA_TUPLE_IP, Kind::Nested, "CTA_TUPLE_IP", &kAddresses},
    AttributeSpec{CTA_TUPLE_PROTO, Kind::Nested, "CTA_TUPLE_PROTO", &kProtocol},
};
constexpr Schema kTuple{.header_size = 0, .attributes = kTupleAttributes};

constexpr std::array kTcpAttributes{
    AttributeSpec{CTA_PROTOINFO_TCP_STATE, Kind::U8, "CTA_PROTOINFO_TCP_STATE"},
};
constexpr Schema kTcp{.header_size = 0, .attributes = kTcpAttributes};
constexpr std::array kProtocolInfoAttributes{
    AttributeSpec{CTA_PROTOINFO_TCP, Kind::Nested, "CTA_PROTOINFO_TCP", &kTcp},
};
constexpr Schema kProtocolInfo{.header_size = 0, .attributes = kProtocolInfoAttributes};

constexpr std::array kConnectionAttributes{
    AttributeSpec{CTA_TUPLE_ORIG, Kind::Nested, "CTA_TUPLE_ORIG", &kTuple},
    AttributeSpec{CTA_TUPLE_REPLY, Kind::Nested, "CTA_TUPLE_REPLY", &kTuple},
    AttributeSpec{CTA_STATUS, Kind::Be32, "CTA_STATUS"},
    AttributeSpec{CTA_PROTOINFO, Kind::Nested, "CTA_PROTOINFO", &kProtocolInfo},
    AttributeSpec{CTA_TIMEOUT, Kind::Be32, "CTA_TIMEOUT"},
    AttributeSpec{CTA_MARK, Kind::Be32, "CTA_MARK"},
    AttributeSpec{CTA_ZONE, Kind::Be16, "CTA_ZONE"},
};
constexpr Schema kConnection{.header_size = sizeof(nfgenmsg), .attributes = kConnectionAttributes};

static_assert(kAddresses.is_well_formed() && kProtocol.is_well_formed() &&
              kTuple.is_well_formed() && kTcp.is_well_formed() && kProtocolInfo.is_well_formed() &&
              kConnection.is_well_formed());

constexpr std::uint16_t message_type(unsigned kind) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | kind);
}

constexpr Request kListConnections{message_type(IPCTNL_MSG_CT_GET), NLM_F_REQUEST | NLM_F_DUMP,
                                   &kConnection};

constexpr Request kFindConnection{message_type(IPCTNL_MSG_CT_GET), NLM_F_REQUEST, &kConnection};

// ICMP and ICMPv6 have the same three fields under different numbers.
struct IcmpTypes {
  std::uint16_t id;
  std::uint16_t type;
  std::uint16_t code;
};
constexpr IcmpTypes kIcmp{CTA_PROTO_ICMP_ID, CTA_PROTO_ICMP_TYPE, CTA_PROTO_ICMP_CODE};
constexpr IcmpTypes kIcmp6{CTA_PROTO_ICMPV6_ID, CTA_PROTO_ICMPV6_TYPE, CTA_PROTO_ICMPV6_CODE};

const IcmpTypes* icmp_types(std::uint8_t protocol) {
  if (protocol == IPPROTO_ICMP) return &kIcmp;
  return protocol == IPPROTO_ICMPV6 ? &kIcmp6 : nullptr;
}

nfgenmsg header_of(std::uint8_t family) {
  return {.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0};
}

void put_addresses(const state::Tuple& tuple, MessageWriter& writer) {
  const bool is_v4 = tuple.source.is_v4();
  const auto nest = writer.nest(CTA_TUPLE_IP);
  writer.put_ip(is_v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, tuple.source);
  writer.put_ip(is_v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, tuple.destination);
}

void put_protocol(const state::Tuple& tuple, MessageWriter& writer) {
  const auto nest = writer.nest(CTA_TUPLE_PROTO);
  writer.put_u8(CTA_PROTO_NUM, tuple.protocol);
  if (const IcmpTypes* icmp = icmp_types(tuple.protocol)) {
    writer.put_be16(icmp->id, tuple.icmp_id);
    writer.put_u8(icmp->type, tuple.icmp_type);
    writer.put_u8(icmp->code, tuple.icmp_code);
  } else {
    writer.put_be16(CTA_PROTO_SRC_PORT, tuple.source_port);
    writer.put_be16(CTA_PROTO_DST_PORT, tuple.destination_port);
  }
}

void put_tuple(std::uint16_t type, const state::Tuple& tuple, MessageWriter& writer) {
  const auto nest = writer.nest(type);
  put_addresses(tuple, writer);
  put_protocol(tuple, writer);
}

state::Tuple read_tuple(const AttributeReader& tuple, std::string& fault) {
  const AttributeReader addresses = tuple.nested(CTA_TUPLE_IP);
  const AttributeReader protocol = tuple.nested(CTA_TUPLE_PROTO);
  const bool is_v4 = addresses.has(CTA_IP_V4_SRC);
  const auto source = addresses.ip(is_v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC);
  const auto destination = addresses.ip(is_v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST);
  if (!source || !destination) fault = "a tuple without addresses";
  state::Tuple result{.source = source.value_or(IpAddress{}),
                      .destination = destination.value_or(IpAddress{}),
                      .protocol = protocol.u8(CTA_PROTO_NUM).value_or(0),
                      .source_port = protocol.be16(CTA_PROTO_SRC_PORT).value_or(0),
                      .destination_port = protocol.be16(CTA_PROTO_DST_PORT).value_or(0)};
  if (const IcmpTypes* icmp = icmp_types(result.protocol)) {
    result.icmp_id = protocol.be16(icmp->id).value_or(0);
    result.icmp_type = protocol.u8(icmp->type).value_or(0);
    result.icmp_code = protocol.u8(icmp->code).value_or(0);
  }
  return result;
}

std::optional<state::TcpState> read_tcp_state(const AttributeReader& connection) {
  const auto number =
      connection.nested(CTA_PROTOINFO).nested(CTA_PROTOINFO_TCP).u8(CTA_PROTOINFO_TCP_STATE);
  return number ? std::optional(state::TcpState{*number}) : std::nullopt;
}

}  // namespace

constinit const Request kCreateConnection{message_type(IPCTNL_MSG_CT_NEW),
                                          NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, &kConnection};
constinit const Request kRemoveConnection{message_type(IPCTNL_MSG_CT_DELETE), NLM_F_REQUEST,
                                          &kConnection};

void encode(const state::Connection& connection, MessageWriter& writer) {
  writer.put_header(header_of(family_number(connection.original.source.family())));
  put_tuple(CTA_TUPLE_ORIG, connection.original, writer);
  put_tuple(CTA_TUPLE_REPLY, connection.reply, writer);
  writer.put_be32(CTA_STATUS, connection.status);
  writer.put_be32(CTA_TIMEOUT, connection.timeout);
  if (connection.mark != 0) writer.put_be32(CTA_MARK, connection.mark);
  if (connection.zone != 0) writer.put_be16(CTA_ZONE, connection.zone);
  if (connection.tcp_state) {
    const auto info = writer.nest(CTA_PROTOINFO);
    const auto tcp = writer.nest(CTA_PROTOINFO_TCP);
    writer.put_u8(CTA_PROTOINFO_TCP_STATE, static_cast<std::uint8_t>(*connection.tcp_state));
  }
}

std::expected<state::Connection, Issue> decode_connection(const Message& message) {
  std::string fault;
  const AttributeReader reader(message.payload, kConnection, fault);
  state::Connection connection{.original = read_tuple(reader.nested(CTA_TUPLE_ORIG), fault),
                               .reply = read_tuple(reader.nested(CTA_TUPLE_REPLY), fault),
                               .status = reader.be32(CTA_STATUS).value_or(0),
                               .zone = reader.be16(CTA_ZONE).value_or(0),
                               .mark = reader.be32(CTA_MARK).value_or(0),
                               .timeout = reader.be32(CTA_TIMEOUT).value_or(0),
                               .tcp_state = read_tcp_state(reader)};
  if (message.type >> 8 != NFNL_SUBSYS_CTNETLINK) fault = "no connection message";
  if (!fault.empty()) return std::unexpected(make_issue("connection: " + fault));
  return connection;
}

std::optional<state::Connection> find_connection(Socket& netfilter, const state::Tuple& tuple,
                                                 std::uint16_t zone) {
  Batch question;
  MessageWriter& writer = question.add(0, kFindConnection);
  writer.put_header(header_of(family_number(tuple.source.family())));
  put_tuple(CTA_TUPLE_ORIG, tuple, writer);
  if (zone != 0) writer.put_be16(CTA_ZONE, zone);
  const auto answers = netfilter.ask(question);
  if (!answers || answers->size() == 0) return std::nullopt;
  const auto connection = decode_connection(*answers->begin());
  return connection ? std::optional(*connection) : std::nullopt;
}

std::vector<state::Connection> observe_connections(Socket& netfilter) {
  Batch question;
  question.add(0, kListConnections).put_header(header_of(AF_UNSPEC));
  std::vector<state::Connection> found;
  for (const Message& message : netfilter.dump(question, "list connections")) {
    auto connection = decode_connection(message);
    if (!connection) throw sys::SystemError(EBADMSG, connection.error().text);
    found.push_back(std::move(*connection));
  }
  return found;
}

void flush_connections(Socket& netfilter) {
  Batch batch;
  batch.add(0, kRemoveConnection).put_header(header_of(AF_UNSPEC));
  netfilter.commit(batch, [](std::size_t) { return "flush connections"; });
}

}  // namespace topoproof::netlink
