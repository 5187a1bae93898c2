// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/conntrack_monitor.hh"

#include <string_view>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>

#include "netlink/conntrack.hh"

namespace topoproof::netlink {
namespace {

std::optional<ConnectionChange> change_of(const Message& message) {
  if (message.type == (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE))
    return ConnectionChange::Destroyed;
  if (message.type != (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)) return std::nullopt;
  return (message.flags & NLM_F_CREATE) != 0 ? ConnectionChange::Created
                                             : ConnectionChange::Updated;
}

std::string_view name_of(ConnectionChange change) {
  switch (change) {
    case ConnectionChange::Created:
      return "created";
    case ConnectionChange::Updated:
      return "updated";
    case ConnectionChange::Destroyed:
      return "destroyed";
  }
  return "";
}

}  // namespace

std::string describe(const ConnectionEvent& event) {
  return std::string(name_of(event.change)) + " " + describe(event.connection);
}

std::optional<ConnectionEvent> decode_connection_event(const Message& message) {
  const auto change = change_of(message);
  if (!change) return std::nullopt;
  auto connection = decode_connection(message);
  if (!connection) return std::nullopt;
  return ConnectionEvent{*change, *std::move(connection)};
}

ConnectionMonitor::ConnectionMonitor() : socket_(Protocol::Netfilter) {
  for (const unsigned group :
       {NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_UPDATE, NFNLGRP_CONNTRACK_DESTROY})
    socket_.subscribe(group);
}

std::vector<ConnectionEvent> ConnectionMonitor::receive() {
  std::vector<ConnectionEvent> events;
  const auto note = [&](const Message& message) {
    if (auto event = decode_connection_event(message)) events.push_back(*std::move(event));
  };
  while (socket_.receive_events(note)) {
  }
  return events;
}

}  // namespace topoproof::netlink
