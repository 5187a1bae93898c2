// SPDX-License-Identifier: GPL-2.0-or-later
// Named objects and flowtables of an nf_tables table: state and settings that rules refer to.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hh"
#include "firewall/action.hh"
#include "firewall/lookup.hh"
#include "firewall/origin.hh"
#include "firewall/stateful.hh"

namespace topoproof::firewall {

// Of protocol numbers: l3 is NFPROTO_* (2: IPv4, 10: IPv6; 0: the table's family), l4 is IPPROTO_*.
struct CtHelper {
  std::string helper;  // "ftp"
  std::uint16_t l3_protocol = 0;
  std::uint8_t l4_protocol = 0;
  friend auto operator<=>(const CtHelper&, const CtHelper&) = default;
};

// Seconds by the protocol's states, in the order of CTA_TIMEOUT_TCP_* or CTA_TIMEOUT_UDP_*.
// libnftnl writes all of them, so a state without a timeout of its own has the kernel's default.
struct CtTimeout {
  std::uint16_t l3_protocol = 0;
  std::uint8_t l4_protocol = 0;
  std::vector<std::uint32_t> seconds;
  friend auto operator<=>(const CtTimeout&, const CtTimeout&) = default;
};

struct CtExpectation {
  std::uint16_t l3_protocol = 0;
  std::uint8_t l4_protocol = 0;
  std::uint16_t port = 0;  // of the destination
  std::uint32_t timeout_ms = 0;
  std::uint8_t size = 0;
  friend auto operator<=>(const CtExpectation&, const CtExpectation&) = default;
};

struct Secmark {
  std::string context;  // "system_u:object_r:ssh_packet_t:s0"
  friend auto operator<=>(const Secmark&, const Secmark&) = default;
};

// libnftnl 1.2.4 has no objects of connection limits, and nft 1.0.6 no tunnels: they are refused.
using ObjectValue =
    std::variant<Counter, Quota, Limit, CtHelper, CtTimeout, CtExpectation, Secmark, Synproxy>;

// Names are unique among the objects of one kind of a table.
struct Object {
  std::string name;
  ObjectValue value;
  Bytes userdata = {};       // nft keeps the comment here
  std::uint64_t handle = 0;  // the kernel's number; 0: not loaded
  Origin origin = {};        // not known to the kernel
  friend auto operator<=>(const Object&, const Object&) = default;
};

ObjectKind kind_of(const ObjectValue& value);

inline constexpr std::uint32_t kFlowtableOffload = 1;  // to the devices
inline constexpr std::uint32_t kFlowtableCounter = 2;

// Takes over the forwarding of the connections given to it, at the ingress of its devices.
struct Flowtable {
  std::string name;
  std::int32_t priority = 0;
  std::vector<std::string> devices;
  std::uint32_t flags = 0;
  std::uint64_t handle = 0;
  Origin origin = {};
  friend auto operator<=>(const Flowtable&, const Flowtable&) = default;
};

}  // namespace topoproof::firewall
