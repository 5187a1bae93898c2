// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/neighbor.hh"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netlink/family.hh"

namespace topoproof::netlink {
namespace {

static_assert(static_cast<int>(state::NeighborState::Failed) == NUD_FAILED);
static_assert(static_cast<int>(state::NeighborState::Permanent) == NUD_PERMANENT);

constexpr std::array kNeighborAttributes{
    AttributeSpec{NDA_DST, Kind::Ip, "NDA_DST"},
    AttributeSpec{NDA_LLADDR, Kind::LinkAddress, "NDA_LLADDR"},
};
constexpr Schema kNeighborSchema{.header_size = sizeof(ndmsg), .attributes = kNeighborAttributes};
static_assert(kNeighborSchema.is_well_formed());

constexpr std::uint16_t kCreateNeighbor = NLM_F_REQUEST | NLM_F_CREATE;
constexpr Request kFindNeighbor{RTM_GETNEIGH, NLM_F_REQUEST, &kNeighborSchema};

ndmsg neighbor_header(std::uint8_t family, std::uint32_t index, state::NeighborState state) {
  ndmsg header{};
  header.ndm_family = family;
  header.ndm_ifindex = static_cast<int>(index);
  header.ndm_state = static_cast<std::uint8_t>(state);
  return header;
}

state::NeighborState state_of(const ndmsg& header) {
  return state::NeighborState{static_cast<std::uint8_t>(header.ndm_state)};
}

std::string name_of(const ndmsg& header, const InterfaceNames& names) {
  return names.name(static_cast<std::uint32_t>(header.ndm_ifindex));
}

}  // namespace

constinit const Request kAddNeighbor{RTM_NEWNEIGH, kCreateNeighbor | NLM_F_EXCL, &kNeighborSchema};
constinit const Request kReplaceNeighbor{RTM_NEWNEIGH, kCreateNeighbor | NLM_F_REPLACE,
                                         &kNeighborSchema};
constinit const Request kRemoveNeighbor{RTM_DELNEIGH, NLM_F_REQUEST, &kNeighborSchema};
constinit const Request kListNeighbors{RTM_GETNEIGH, NLM_F_REQUEST | NLM_F_DUMP, &kNeighborSchema};

void encode(const state::Neighbor& neighbor, const InterfaceNames& names, MessageWriter& writer) {
  writer.put_header(neighbor_header(family_number(neighbor.address.family()),
                                    names.index(neighbor.interface), neighbor.state));
  writer.put_ip(NDA_DST, neighbor.address);
  if (neighbor.mac) writer.put_mac(NDA_LLADDR, *neighbor.mac);
}

void encode(const state::BridgeEntry& entry, const InterfaceNames& names, MessageWriter& writer) {
  ndmsg header = neighbor_header(AF_BRIDGE, names.index(entry.port), entry.state);
  header.ndm_flags = NTF_MASTER;  // into the bridge's table, not the port's own
  writer.put_header(header);
  writer.put_mac(NDA_LLADDR, entry.mac);
}

void encode_neighbor_listing(MessageWriter& writer) { writer.put_header(ndmsg{}); }

void encode_bridge_entry_listing(MessageWriter& writer) {
  writer.put_header(neighbor_header(AF_BRIDGE, 0, state::NeighborState::None));
}

std::expected<state::Neighbor, Issue> decode_neighbor(const Message& message,
                                                      const InterfaceNames& names) {
  std::string fault;
  const AttributeReader reader(message.payload, kNeighborSchema, fault);
  const auto header = read_header<ndmsg>(message.payload);
  const auto address = reader.ip(NDA_DST);
  if (message.type != RTM_NEWNEIGH || !header || !family_of_number(header->ndm_family)) {
    return std::unexpected(make_issue("no neighbour message"));
  }
  if (!address) fault = "NDA_DST is missing";
  const std::string interface = name_of(*header, names);
  if (!fault.empty()) {
    return std::unexpected(make_issue("neighbor on " + interface + ": " + fault));
  }
  return state::Neighbor{.interface = interface,
                         .address = *address,
                         .mac = reader.mac(NDA_LLADDR),
                         .state = state_of(*header)};
}

std::expected<state::BridgeEntry, Issue> decode_bridge_entry(const Message& message,
                                                             const InterfaceNames& names) {
  std::string fault;
  const AttributeReader reader(message.payload, kNeighborSchema, fault);
  const auto header = read_header<ndmsg>(message.payload);
  const auto mac = reader.mac(NDA_LLADDR);
  if (message.type != RTM_NEWNEIGH || !header || header->ndm_family != AF_BRIDGE || !mac) {
    return std::unexpected(make_issue("no bridge entry " + fault));
  }
  return state::BridgeEntry{
      .port = name_of(*header, names), .mac = *mac, .state = state_of(*header)};
}

std::optional<state::Neighbor> find_neighbor(Socket& socket, const InterfaceNames& names,
                                             const std::string& interface,
                                             const IpAddress& address) {
  Batch question;
  MessageWriter& writer = question.add(0, kFindNeighbor);
  writer.put_header(neighbor_header(family_number(address.family()), names.index(interface),
                                    state::NeighborState::None));
  writer.put_ip(NDA_DST, address);
  const auto answers = socket.ask(question);
  if (!answers || answers->size() == 0) return std::nullopt;
  const auto neighbor = decode_neighbor(*answers->begin(), names);
  return neighbor ? std::optional(*neighbor) : std::nullopt;
}

}  // namespace topoproof::netlink
