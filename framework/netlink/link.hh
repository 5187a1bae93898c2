// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWLINK, RTM_SETLINK and RTM_DELLINK: interfaces between state values and messages.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/issue.hh"
#include "netlink/interface_names.hh"
#include "netlink/reader.hh"
#include "netlink/writer.hh"
#include "state/link.hh"

namespace topoproof::netlink {

extern const Request kCreateLink;  // encode(Link), encode(VethPair)
extern const Request kChangeLink;  // encode(LinkChange)
extern const Request kRemoveLink;  // encode_removal; takes 16-20 ms, dropping a namespace does not
extern const Request kListLinks;   // encode_link_listing

// Both ends of a veth, each born in the namespace where it stays: moving one there later would take
// 16-27 ms. The near end may become a port and go up in the same message; the far end cannot
// (ENOTCONN), it goes up by a LinkChange in its own namespace.
struct VethPair {
  static constexpr int kHere = -1;  // the namespace of the socket

  state::Link near;
  state::Link far;
  int near_netns = kHere;  // a descriptor
  int far_netns = kHere;
};

// What is set is changed.
struct LinkChange {
  std::string name;
  std::optional<bool> up;
  std::optional<std::uint32_t> mtu;
  std::optional<MacAddress> mac;
  std::optional<std::string> master;  // empty: of none any more
  std::optional<state::BridgeOptions> bridge;
  std::optional<state::PortOptions> port;
};

// Creates a bridge or another link that needs no more than its kind. An index or MAC that is unset
// is the kernel's to choose; port options are not sent: a link is a port first.
void encode(const state::Link& link, const InterfaceNames& names, MessageWriter& writer);
void encode(const VethPair& pair, const InterfaceNames& names, MessageWriter& writer);
void encode(const LinkChange& change, const InterfaceNames& names, MessageWriter& writer);
void encode_removal(const std::string& link, const InterfaceNames& names, MessageWriter& writer);
void encode_link_listing(MessageWriter& writer);

// `names` knows the master, if there is one.
std::expected<state::Link, Issue> decode_link(const Message& message, const InterfaceNames& names);
// Only what is needed to fill `names`. RETURNS: false if the message is no link.
bool learn_name(const Message& message, InterfaceNames& names);

}  // namespace topoproof::netlink
