// SPDX-License-Identifier: GPL-2.0-or-later
// Rules from short typed forms. A Statement is what one phrase of nft compiles to, with what it
// needs to be known before; make_rule adds those dependencies as nft does, so that the expressions
// are the ones that nft would send:
//
//   make_rule(table, {ip_saddr(prefix), oifname("eth0"), counter(), masquerade()}, origin);
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/prefix.hh"
#include "firewall/ruleset.hh"

namespace topoproof::firewall {

inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kIcmpv6 = 58;

struct Statement {
  Expressions expressions;
  std::optional<Family> network;          // must be known: these packets only
  std::optional<std::uint8_t> transport;  // must be known: this protocol only
  friend auto operator<=>(const Statement&, const Statement&) = default;
};

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  constexpr PortRange(std::uint16_t port) : first(port), last(port) {}  // NOLINT: a range of one
  constexpr PortRange(std::uint16_t from, std::uint16_t to) : first(from), last(to) {}
  friend auto operator<=>(const PortRange&, const PortRange&) = default;
};

enum class Match { Is, IsNot };

// Matches. A default prefix (any address) compiles to the dependency alone.
Statement ip_saddr(const Prefix& prefix, Match match = Match::Is);  // IPv4 or IPv6
Statement ip_daddr(const Prefix& prefix, Match match = Match::Is);
Statement sport(std::uint8_t protocol, PortRange ports, Match match = Match::Is);  // TCP, UDP, ...
Statement dport(std::uint8_t protocol, PortRange ports, Match match = Match::Is);
inline Statement tcp_sport(PortRange ports) { return sport(kTcp, ports); }
inline Statement tcp_dport(PortRange ports) { return dport(kTcp, ports); }
inline Statement udp_sport(PortRange ports) { return sport(kUdp, ports); }
inline Statement udp_dport(PortRange ports) { return dport(kUdp, ports); }
Statement l4proto(std::uint8_t protocol);
Statement nfproto(Family family);
Statement icmp_type(std::uint8_t type);                             // ICMP for IPv4
Statement icmpv6_type(std::uint8_t type);                           // and for IPv6
Statement iifname(std::string_view name, Match match = Match::Is);  // a final '*': any so begun
Statement oifname(std::string_view name, Match match = Match::Is);
Statement meta_mark(std::uint32_t mark, Match match = Match::Is);
// Any of these states; combine with |. The numbers are the kernel's.
inline constexpr std::uint32_t kCtInvalid = 1;
inline constexpr std::uint32_t kCtEstablished = 2;
inline constexpr std::uint32_t kCtRelated = 4;
inline constexpr std::uint32_t kCtNew = 8;
inline constexpr std::uint32_t kCtUntracked = 64;
Statement ct_state(std::uint32_t states);
Statement ct_mark(std::uint32_t mark, Match match = Match::Is);
// Any of these; combine with |. The numbers are the kernel's (IPS_*).
inline constexpr std::uint32_t kCtSourceNat = 16;
inline constexpr std::uint32_t kCtDestinationNat = 32;
Statement ct_status(std::uint32_t bits);
// Of the flags that are looked at just these are set. The bits are those of RFC 9293, 3.1.
inline constexpr std::uint8_t kTcpFin = 1;
inline constexpr std::uint8_t kTcpSyn = 2;
inline constexpr std::uint8_t kTcpRst = 4;
inline constexpr std::uint8_t kTcpAck = 16;
Statement tcp_flags(std::uint8_t flags, std::uint8_t among);
Statement no_way_back();  // the route to the sender is not over the interface that it came by

// Actions.
Statement counter();
Statement log(std::string prefix);
Statement notrack();
Statement limit(std::uint64_t rate, std::uint64_t per_seconds, std::uint32_t burst = 5);
Statement set_mark(std::uint32_t mark);
Statement set_ct_mark(std::uint32_t mark);
Statement save_mark();     // the packet's to the connection
Statement restore_mark();  // the connection's to the packet
Statement quota(std::uint64_t bytes, bool over = false);
Statement clamp_mss();    // to what the route's MTU allows
Statement set_nftrace();  // the kernel reports every further step of the packet

// Final actions.
Statement accept();
Statement drop();
Statement jump(std::string chain);
Statement go_to(std::string chain);
Statement return_to_caller();
Statement reject();  // port unreachable, of the packet's family
Statement reject_with(Reject how);
Statement reject_with_tcp_reset();
Statement queue_to(std::uint16_t first, std::uint16_t last, bool bypass = false);

// Translations; flags are kNat*.
struct AddressRange {
  IpAddress first;
  IpAddress last;
  AddressRange(const IpAddress& address) : first(address), last(address) {}       // NOLINT: of one
  AddressRange(const Ipv4Address& address) : AddressRange(IpAddress(address)) {}  // NOLINT
  AddressRange(const IpAddress& from, const IpAddress& to) : first(from), last(to) {}
};
Statement snat_to(const AddressRange& to, std::optional<PortRange> ports = {},
                  std::uint32_t flags = 0);
Statement dnat_to(const AddressRange& to, std::optional<PortRange> ports = {},
                  std::uint32_t flags = 0);
Statement masquerade(std::optional<PortRange> ports = {}, std::uint32_t flags = 0);
Statement redirect_to(PortRange ports, std::uint32_t flags = 0);

// REQUIRES: no statement contradicts the table's family or another statement.
Rule make_rule(TableFamily family, std::span<const Statement> statements, Origin origin = {});
Rule make_rule(TableFamily family, std::initializer_list<Statement> statements, Origin origin = {});

Chain make_base_chain(std::string name, ChainType type, Hook hook, std::int32_t priority);

}  // namespace topoproof::firewall
