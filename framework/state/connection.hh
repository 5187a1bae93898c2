// SPDX-License-Identifier: GPL-2.0-or-later
// An entry of connection tracking as a value: what a flow looks like in both directions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ip_address.hh"

namespace topoproof::state {

// The packets of one direction. Ports for TCP, UDP and the like; identifier, type and code for
// ICMP.
struct Tuple {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t icmp_id = 0;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  friend auto operator<=>(const Tuple&, const Tuple&) = default;
};

// The kernel's numbers (TCP_CONNTRACK_*).
enum class TcpState : std::uint8_t {
  None = 0,
  SynSent = 1,
  SynReceived = 2,
  Established = 3,
  FinWait = 4,
  CloseWait = 5,
  LastAck = 6,
  TimeWait = 7,
  Close = 8,
  SimultaneousOpen = 9,
};
std::string to_string(TcpState state);  // "established", ...

// Bits of Connection::status (IPS_*).
inline constexpr std::uint32_t kSeenReply = 0x02;
inline constexpr std::uint32_t kAssured = 0x04;
inline constexpr std::uint32_t kConfirmed = 0x08;
inline constexpr std::uint32_t kSourceNat = 0x10;
inline constexpr std::uint32_t kDestinationNat = 0x20;

// Without NAT the reply is the original turned around; where it is not, that is the translation.
struct Connection {
  Tuple original;
  Tuple reply;
  std::uint32_t status = 0;
  std::uint16_t zone = 0;
  std::uint32_t mark = 0;
  std::uint32_t timeout = 0;  // seconds left
  std::optional<TcpState> tcp_state;
  friend auto operator<=>(const Connection&, const Connection&) = default;
};

std::string describe(const Tuple& tuple);  // "tcp 10.0.0.1:1234 -> 10.0.0.2:80"
// "tcp 10.0.0.1:1234 -> 10.0.0.2:80 reply tcp ... established assured source-nat"
std::string describe(const Connection& connection);

}  // namespace topoproof::state
