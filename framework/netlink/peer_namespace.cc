// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/peer_namespace.hh"

#include <array>

#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>

#include "base/check.hh"
#include "netlink/link.hh"
#include "netlink/reader.hh"

namespace topoproof::netlink {
namespace {

constexpr std::array kPeerLinkAttributes{
    AttributeSpec{IFLA_LINK_NETNSID, Kind::U32, "IFLA_LINK_NETNSID"},
};
constexpr Schema kPeerLink{.header_size = sizeof(ifinfomsg), .attributes = kPeerLinkAttributes};

struct Header {  // rtgenmsg, padded as attributes need it
  std::uint8_t family = 0;
  std::array<std::uint8_t, 3> padding{};
};

constexpr std::array kIdAttributes{
    AttributeSpec{NETNSA_NSID, Kind::U32, "NETNSA_NSID"},
    AttributeSpec{NETNSA_FD, Kind::U32, "NETNSA_FD"},
};
constexpr Schema kId{.header_size = sizeof(Header), .attributes = kIdAttributes};
constinit const Request kGetId{RTM_GETNSID, NLM_F_REQUEST, &kId};
constinit const Request kNewId{RTM_NEWNSID, NLM_F_REQUEST | NLM_F_ACK, &kId};
constexpr auto kNone = static_cast<std::uint32_t>(NETNSA_NSID_NOT_ASSIGNED);

static_assert(kPeerLink.is_well_formed() && kId.is_well_formed());

}  // namespace

std::map<std::uint32_t, std::uint32_t> observe_peer_namespaces(Socket& socket) {
  Batch request;
  encode_link_listing(request.add(0, kListLinks));
  std::map<std::uint32_t, std::uint32_t> ids;
  for (const Message& message : socket.dump(request, "list links")) {
    const auto header = read_header<ifinfomsg>(message.payload);
    if (!header) continue;
    std::string fault;
    const AttributeReader link(message.payload, kPeerLink, fault);
    const auto id = link.u32(IFLA_LINK_NETNSID);
    if (id) ids[static_cast<std::uint32_t>(header->ifi_index)] = *id;
  }
  return ids;
}

std::optional<std::uint32_t> namespace_id(Socket& socket, int netns) {
  Batch request;
  MessageWriter& writer = request.add(0, kGetId);
  writer.put_header(Header());
  writer.put_u32(NETNSA_FD, static_cast<std::uint32_t>(netns));
  const auto answers = socket.ask(request);
  if (!answers || answers->size() != 1) return std::nullopt;
  std::string fault;
  const auto id = AttributeReader(answers->begin()->payload, kId, fault).u32(NETNSA_NSID);
  return id == kNone ? std::nullopt : id;
}

std::uint32_t number_namespace(Socket& socket, int netns) {
  if (const auto id = namespace_id(socket, netns)) return *id;
  Batch request;
  MessageWriter& writer = request.add(0, kNewId);
  writer.put_header(Header());
  writer.put_u32(NETNSA_NSID, kNone);  // any
  writer.put_u32(NETNSA_FD, static_cast<std::uint32_t>(netns));
  socket.commit(request, [](std::size_t) { return std::string("give a namespace an id"); });
  const auto id = namespace_id(socket, netns);
  TOPOPROOF_CHECK(id.has_value(), "the kernel has given it an id");
  return *id;
}

}  // namespace topoproof::netlink
