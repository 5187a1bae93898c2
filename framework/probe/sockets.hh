// SPDX-License-Identifier: GPL-2.0-or-later
// The socket calls of this module, with addresses as values. Sockets belong to the namespace of
// the thread that opens them; everything else may be called from any thread. Never blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hh"
#include "base/ip_address.hh"
#include "flow/flow.hh"
#include "sys/fd.hh"

namespace topoproof::probe {

struct SocketName {
  IpAddress address;
  std::uint16_t port = 0;
};

// A raw ICMP or ICMPv6 socket that is given all messages but those of neighbours to each other.
// THROWS: sys::SystemError
sys::Fd open_echo_socket(Family family);
// Listens on all addresses of the namespace. THROWS: sys::SystemError
sys::Fd open_udp_listener(Family family, std::uint16_t port);
sys::Fd open_tcp_listener(Family family, std::uint16_t port);
// A packet socket that sends whole frames. THROWS: sys::SystemError
sys::Fd open_frame_socket();

// A socket for the sender of a TCP or UDP flow, bound to `port` and to the flow's source address
// if it asks for one, with the flow's TTL and fragmentation set.
// RETURNS: an errno in `error` (EADDRINUSE, EADDRNOTAVAIL, ...) if it cannot be bound.
struct FlowSocket {
  sys::Fd fd;
  int error = 0;
};
FlowSocket open_flow_socket(const flow::Flow& flow, std::uint16_t port);

// All of these return an errno, 0 for success.
int connect_socket(const sys::Fd& socket, const SocketName& peer);
int send_bytes(const sys::Fd& socket, BytesView bytes);
// On a connection, as segments of the largest size that it takes, each a packet of its own: no
// device or queue makes one long frame of several. RETURNS: how many bytes the socket took, which
// are not all if it is full; -errno.
long send_segments(const sys::Fd& socket, BytesView bytes);
int send_from(const sys::Fd& socket, const IpAddress& source, const SocketName& peer,
              BytesView bytes);
int send_frame(const sys::Fd& socket, unsigned interface, BytesView frame);
// `bytes` are an ICMP message with its checksum; TTL, source and fragmentation as `flow` says.
int send_echo(const sys::Fd& socket, const flow::Flow& flow, BytesView bytes);
int pending_error(const sys::Fd& socket);  // SO_ERROR, which this clears

// Of a TCP connection's SYN. REQUIRES: connect_socket() began it, and nothing else was sent.
// THROWS: sys::SystemError
std::uint32_t first_sequence(const sys::Fd& socket);

std::optional<SocketName> local_name(const sys::Fd& socket);
std::optional<SocketName> peer_name(const sys::Fd& socket);

// A datagram as a listener gets it: with the address that it was sent to.
struct Datagram {
  SocketName peer;
  IpAddress destination;
  BytesView payload;  // valid during the callback
};
// The index of an interface of this thread's namespace; 0 if there is none of this name.
unsigned interface_index(const std::string& name);

// Gives every waiting datagram to `take`.
void receive_all(const sys::Fd& socket, const std::function<void(const Datagram&)>& take);

// RETURNS: the bytes read, 0 at the end of the stream, -errno.
long read_some(const sys::Fd& socket, std::span<std::byte> buffer);
std::optional<sys::Fd> accept_connection(const sys::Fd& listener);
void shut_down_sending(const sys::Fd& socket);
// Ends a connection by a reset, and closes the socket: the kernel sends nothing of it again.
void abort_connection(sys::Fd& socket);

}  // namespace topoproof::probe
