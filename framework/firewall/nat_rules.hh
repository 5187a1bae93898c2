// SPDX-License-Identifier: GPL-2.0-or-later
// The address translations that a topology asks for in short form, and the ruleset that they are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/prefix.hh"
#include "firewall/ruleset.hh"

namespace topoproof::firewall {

inline constexpr std::string_view kNatTableName = "topoproof";

enum class TransportProtocol : std::uint8_t { Tcp = 6, Udp = 17 };
std::string_view to_string(TransportProtocol protocol);  // "tcp", "udp"

// masquerade: [{ from: 192.168.15.0/24, out: eth0 }]
struct MasqueradeRule {
  std::optional<Prefix> from;      // none: any source, of either family
  std::optional<std::string> out;  // an interface; none: any
  Location where;
  friend auto operator<=>(const MasqueradeRule&, const MasqueradeRule&) = default;
};

// snat: [{ from: 192.168.15.0/24, out: eth0, to: 192.168.1.9 }]
struct SourceNatRule {
  std::optional<Prefix> from;  // REQUIRES: of the family of `to`
  std::optional<std::string> out;
  IpAddress to;
  Location where;
  friend auto operator<=>(const SourceNatRule&, const SourceNatRule&) = default;
};

// port_forwards: [{ in: eth0, tcp: 80, to: 192.168.15.2:80 }]
struct PortForwardRule {
  std::optional<std::string> in;
  std::optional<IpAddress> address;  // the destination before; REQUIRES: of the family of `to`
  TransportProtocol protocol = TransportProtocol::Tcp;
  std::uint16_t port = 0;  // before
  IpAddress to;
  std::uint16_t to_port = 0;
  Location where;
  friend auto operator<=>(const PortForwardRule&, const PortForwardRule&) = default;
};

using NatRule = std::variant<MasqueradeRule, SourceNatRule, PortForwardRule>;

// "masquerade from 192.168.15.0/24 out eth0": the text of the rule's origin.
std::string describe(const NatRule& rule);

// One table "topoproof" per family that is used, IPv4 first: base chains `prerouting` (dstnat) and
// `postrouting` (srcnat), only those that have rules, rules in the order given, each with a counter
// before its action.
Ruleset make_nat_ruleset(std::span<const NatRule> rules);

}  // namespace topoproof::firewall
