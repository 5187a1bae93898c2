// SPDX-License-Identifier: GPL-2.0-or-later
// A flow is what a probe sends, and what the simulator is asked about. It names nodes by id and
// says nothing of how it is sent or what should become of it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hh"
#include "base/id.hh"
#include "base/ip_address.hh"
#include "base/issue.hh"

namespace topoproof::flow {

// Icmp is echo of the flow's own family: ICMP or ICMPv6. Raw is a frame, byte for byte.
enum class Protocol { Icmp, Tcp, Udp, Raw };
std::string_view to_string(Protocol protocol);

// What a node listens on, or a flow is sent to: "tcp/80", "udp/53"; "icmp" has no port.
struct Service {
  Protocol protocol = Protocol::Icmp;
  std::uint16_t port = 0;

  static std::expected<Service, Issue> parse(std::string_view text);
  bool has_port() const { return protocol == Protocol::Tcp || protocol == Protocol::Udp; }
  friend auto operator<=>(const Service&, const Service&) = default;
};
std::string to_string(const Service& service);

struct Flow {
  NodeId from;
  IpAddress destination;
  Service service;
  std::optional<IpAddress> source = {};           // else the kernel's choice
  std::optional<std::uint16_t> source_port = {};  // else a fresh one
  std::optional<std::uint8_t> ttl = {};           // else the node's default
  std::optional<std::size_t> payload_size = {};   // else just the token
  bool dont_fragment = false;
  // Protocol::Raw only: the Ethernet frame, and the interface that it leaves by.
  Bytes frame = {};
  std::string interface = {};
  // The node that is named as the destination: others may have its address as well.
  std::optional<NodeId> to = {};

  Family family() const { return destination.family(); }
  friend auto operator<=>(const Flow&, const Flow&) = default;
};

// The addresses and ports that a packet carries at one place. For ICMP echo both ports hold the
// identifier, as connection tracking sees it.
struct Tuple {
  IpAddress source;
  IpAddress destination;
  Protocol protocol = Protocol::Icmp;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;

  Tuple inverse() const { return {destination, source, protocol, destination_port, source_port}; }
  friend auto operator<=>(const Tuple&, const Tuple&) = default;
};
// "192.168.15.2:40000 -> 192.168.1.3:80 tcp"; IPv6 with a port reads "fd00::2 port 80".
std::string to_string(const Tuple& tuple);

}  // namespace topoproof::flow
