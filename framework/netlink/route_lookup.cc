// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/route_lookup.hh"

#include <cerrno>

#include <linux/rtnetlink.h>

#include "netlink/family.hh"
#include "netlink/route.hh"
#include "netlink/route_schema.hh"

namespace topoproof::netlink {
namespace {

constinit const Request kLookUpRoute{RTM_GETROUTE, NLM_F_REQUEST, &kRouteSchema};

void encode(const RouteQuestion& question, unsigned flags, const InterfaceNames& names,
            MessageWriter& writer) {
  const Family family = question.destination.family();
  rtmsg header{};
  header.rtm_family = family_number(family);
  header.rtm_dst_len = static_cast<std::uint8_t>(address_bits(family));
  header.rtm_src_len = question.source ? header.rtm_dst_len : std::uint8_t{0};
  header.rtm_tos = question.tos;
  // IPv6 always says which table it was, and refuses to be asked to.
  header.rtm_flags = family == Family::Ipv4 ? flags | RTM_F_LOOKUP_TABLE : flags;
  writer.put_header(header);
  writer.put_ip(RTA_DST, question.destination);
  if (question.source) writer.put_ip(RTA_SRC, *question.source);
  if (question.incoming) writer.put_u32(RTA_IIF, names.index(*question.incoming));
  if (question.outgoing) writer.put_u32(RTA_OIF, names.index(*question.outgoing));
  if (question.mark != 0) writer.put_u32(RTA_MARK, question.mark);
  if (question.protocol) writer.put_u8(RTA_IP_PROTO, *question.protocol);
  if (question.source_port) writer.put_be16(RTA_SPORT, *question.source_port);
  if (question.destination_port) writer.put_be16(RTA_DPORT, *question.destination_port);
}

std::expected<state::Route, int> ask(Socket& socket, const InterfaceNames& names,
                                     const RouteQuestion& question, unsigned flags) {
  Batch batch;
  encode(question, flags, names, batch.add(0, kLookUpRoute));
  const auto answers = socket.ask(batch);
  if (!answers) return std::unexpected(answers.error().error);
  if (answers->size() != 1) throw ExchangeError(ExchangeFailure::Unexpected, EPROTO);
  auto route = decode_route(*answers->begin(), names);
  if (!route) throw sys::SystemError(EBADMSG, describe(question) + ": " + route.error().text);
  return std::move(*route);
}

}  // namespace

std::string describe(const RouteQuestion& question) {
  std::string text = "route";
  if (question.source) text += " from " + to_string(*question.source);
  text += " to " + to_string(question.destination);
  if (question.incoming) text += " in at " + *question.incoming;
  if (question.outgoing) text += " out at " + *question.outgoing;
  return text;
}

std::expected<state::Route, int> look_up_route(Socket& socket, const InterfaceNames& names,
                                               const RouteQuestion& question) {
  return ask(socket, names, question, 0);
}

std::expected<state::Route, int> match_route(Socket& socket, const InterfaceNames& names,
                                             const RouteQuestion& question) {
  return ask(socket, names, question, RTM_F_FIB_MATCH);
}

}  // namespace topoproof::netlink
