// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/sockets.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

#include "sys/error.hh"

namespace topoproof::probe {
namespace {

// What nodes of a link have to say to each other: listeners to groups, routers, neighbours.
constexpr std::array kLinkTalk{130, 131, 132, 133, 134, 135, 136, 137, 143};

constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;

int family_of(Family family) { return family == Family::Ipv4 ? AF_INET : AF_INET6; }

struct KernelName {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

KernelName to_kernel(const SocketName& name) {
  KernelName out;
  if (name.address.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(name.port);
    in.sin_addr.s_addr = htonl(name.address.v4().bits());
    std::memcpy(&out.storage, &in, sizeof in);
    out.length = sizeof in;
    return out;
  }
  sockaddr_in6 in{};
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(name.port);
  std::ranges::copy(name.address.v6().bytes(), reinterpret_cast<std::byte*>(&in.sin6_addr));
  std::memcpy(&out.storage, &in, sizeof in);
  out.length = sizeof in;
  return out;
}

SocketName from_kernel(const KernelName& name) {
  if (name.storage.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &name.storage, sizeof in);
    return {Ipv4Address(ntohl(in.sin_addr.s_addr)), ntohs(in.sin_port)};
  }
  sockaddr_in6 in{};
  std::memcpy(&in, &name.storage, sizeof in);
  return {IpAddress::from_bytes(std::as_bytes(std::span(in.sin6_addr.s6_addr))),
          ntohs(in.sin6_port)};
}

// An option that every kernel has: its refusal would be a bug of ours.
void set_option(const sys::Fd& socket, int level, int name, int value) {
  sys::check_result(::setsockopt(socket.get(), level, name, &value, sizeof value),
                    "set a socket option");
}

sys::Fd open_socket(int family, int type, int protocol, const char* attempt) {
  return sys::Fd(sys::check_result(::socket(family, type | kFlags, protocol), attempt));
}

int result_of(ssize_t result) { return result < 0 ? sys::last_error() : 0; }

int int_option(const sys::Fd& socket, int level, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  sys::check_result(::getsockopt(socket.get(), level, name, &value, &length),
                    "ask for a socket option");
  return value;
}

// Behind the handshake: what the other end takes and the way's MTU allows, less TCP's options.
std::size_t largest_segment(const sys::Fd& socket) {
  return static_cast<std::size_t>(std::max(int_option(socket, IPPROTO_TCP, TCP_MAXSEG), 1));
}

void ask_for_destination(const sys::Fd& socket, Family family) {
  if (family == Family::Ipv4) return set_option(socket, IPPROTO_IP, IP_PKTINFO, 1);
  set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

// As large as this user may: only the machine's root may pass net.core.rmem_max.
void enlarge_buffer(const sys::Fd& socket) {
  const int wanted = 8 << 20;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) == 0) return;
  set_option(socket, SOL_SOCKET, SO_RCVBUF, wanted);
}

SocketName any_address(Family family, std::uint16_t port) {
  return {family == Family::Ipv4 ? IpAddress(Ipv4Address()) : IpAddress(Ipv6Address()), port};
}

sys::Fd open_listener(Family family, int type, std::uint16_t port) {
  sys::Fd fd = open_socket(family_of(family), type, 0, "open a listening socket");
  if (family == Family::Ipv6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  KernelName name = to_kernel(any_address(family, port));
  sys::check_result(::bind(fd.get(), name.get(), name.length), "bind a listening socket");
  return fd;
}

// What a socket does about fragments: DO sets DF and refuses what is larger than the known path,
// DONT clears it, the default discovers the path's MTU (ip(7), IP_MTU_DISCOVER), as TCP always
// does.
void set_fragmentation(const sys::Fd& socket, const flow::Flow& flow) {
  int mode = IP_PMTUDISC_WANT;
  const bool tcp = flow.service.protocol == flow::Protocol::Tcp;
  if (flow.payload_size && !tcp) mode = IP_PMTUDISC_DONT;
  if (flow.dont_fragment) mode = IP_PMTUDISC_DO;
  if (flow.family() == Family::Ipv4) return set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, mode);
  set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, mode);
}

void set_ttl(const sys::Fd& socket, const flow::Flow& flow) {
  if (!flow.ttl) return;  // the namespace's default
  const bool group = flow.destination.is_multicast();
  if (flow.family() == Family::Ipv4) {
    return set_option(socket, IPPROTO_IP, group ? IP_MULTICAST_TTL : IP_TTL, *flow.ttl);
  }
  set_option(socket, IPPROTO_IPV6, group ? IPV6_MULTICAST_HOPS : IPV6_UNICAST_HOPS, *flow.ttl);
}

// One message with an optional source address, which travels as control data.
class Message {
 public:
  Message(const SocketName& peer, BytesView bytes) : name_(to_kernel(peer)) {
    // sendmsg does not write through iov_base; its type does not say so.
    part_.iov_base = const_cast<std::byte*>(bytes.data());
    part_.iov_len = bytes.size();
    header_.msg_name = name_.get();
    header_.msg_namelen = name_.length;
    header_.msg_iov = &part_;
    header_.msg_iovlen = 1;
  }

  void set_source(const IpAddress& source) {
    if (source.is_v4()) {
      in_pktinfo info{};
      info.ipi_spec_dst.s_addr = htonl(source.v4().bits());
      put(IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    } else {
      in6_pktinfo info{};
      std::ranges::copy(source.v6().bytes(), reinterpret_cast<std::byte*>(&info.ipi6_addr));
      put(IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
  }
  void set_ttl(Family family, int ttl) {
    if (family == Family::Ipv4) return put(IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    put(IPPROTO_IPV6, IPV6_HOPLIMIT, &ttl, sizeof ttl);
  }

  int send(const sys::Fd& socket) {
    if (used_ > 0) {
      header_.msg_control = control_.data();
      header_.msg_controllen = used_;
    }
    return result_of(::sendmsg(socket.get(), &header_, MSG_NOSIGNAL));
  }

 private:
  void put(int level, int type, const void* data, std::size_t size) {
    auto* header = reinterpret_cast<cmsghdr*>(control_.data() + used_);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), data, size);
    used_ += CMSG_SPACE(size);
  }

  KernelName name_;
  iovec part_{};
  msghdr header_{};
  alignas(cmsghdr) std::array<std::byte, 128> control_{};
  std::size_t used_ = 0;
};

std::optional<IpAddress> destination_of(msghdr& header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return Ipv4Address(ntohl(info.ipi_addr.s_addr));
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return IpAddress::from_bytes(std::as_bytes(std::span(info.ipi6_addr.s6_addr)));
    }
  }
  return std::nullopt;
}

using NameCall = int (*)(int, sockaddr*, socklen_t*);
std::optional<SocketName> name_by(NameCall call, const sys::Fd& socket) {
  KernelName name;
  if (call(socket.get(), name.get(), &name.length) < 0) return std::nullopt;
  return from_kernel(name);
}

}  // namespace

sys::Fd open_echo_socket(Family family) {
  const bool v4 = family == Family::Ipv4;
  const int protocol = v4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  sys::Fd fd = open_socket(family_of(family), SOCK_RAW, protocol, "open a raw ICMP socket");
  if (!v4) {
    icmp6_filter filter{};
    ICMP6_FILTER_SETPASSALL(&filter);
    for (const int type : kLinkTalk) ICMP6_FILTER_SETBLOCK(type, &filter);
    sys::check_result(::setsockopt(fd.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter),
                      "filter a raw ICMPv6 socket");
  }
  enlarge_buffer(fd);
  ask_for_destination(fd, family);
  return fd;
}

sys::Fd open_udp_listener(Family family, std::uint16_t port) {
  sys::Fd fd = open_listener(family, SOCK_DGRAM, port);
  ask_for_destination(fd, family);
  enlarge_buffer(fd);
  return fd;
}

sys::Fd open_tcp_listener(Family family, std::uint16_t port) {
  sys::Fd fd = open_listener(family, SOCK_STREAM, port);
  sys::check_result(::listen(fd.get(), 4096), "listen on a TCP socket");
  return fd;
}

sys::Fd open_frame_socket() {
  // Protocol 0: it sends, and is given nothing.
  return open_socket(AF_PACKET, SOCK_RAW, 0, "open a packet socket");
}

FlowSocket open_flow_socket(const flow::Flow& flow, std::uint16_t port) {
  const int type = flow.service.protocol == flow::Protocol::Tcp ? SOCK_STREAM : SOCK_DGRAM;
  FlowSocket out{open_socket(family_of(flow.family()), type, 0, "open a socket")};
  set_ttl(out.fd, flow);
  set_fragmentation(out.fd, flow);
  // The connection of an earlier flow may linger on the port that this one asks for.
  if (type == SOCK_STREAM && flow.source_port) set_option(out.fd, SOL_SOCKET, SO_REUSEADDR, 1);
  SocketName name = any_address(flow.family(), port);
  if (flow.source) name.address = *flow.source;
  KernelName kernel = to_kernel(name);
  out.error = result_of(::bind(out.fd.get(), kernel.get(), kernel.length));
  return out;
}

int connect_socket(const sys::Fd& socket, const SocketName& peer) {
  KernelName name = to_kernel(peer);
  return result_of(::connect(socket.get(), name.get(), name.length));
}

int send_bytes(const sys::Fd& socket, BytesView bytes) {
  return result_of(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

long send_segments(const sys::Fd& socket, BytesView bytes) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  const std::size_t most = largest_segment(socket);
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const BytesView part = bytes.subspan(taken, std::min(most, bytes.size() - taken));
    // MSG_EOR: what is queued behind is not put into the same packet (tcp_skb_can_collapse_to).
    const ssize_t sent = ::send(socket.get(), part.data(), part.size(), MSG_NOSIGNAL | MSG_EOR);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) return -long{sys::last_error()};
    taken += static_cast<std::size_t>(sent);
  }
  return static_cast<long>(taken);
}

int send_from(const sys::Fd& socket, const IpAddress& source, const SocketName& peer,
              BytesView bytes) {
  Message message(peer, bytes);
  message.set_source(source);
  return message.send(socket);
}

int send_frame(const sys::Fd& socket, unsigned interface, BytesView frame) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(interface);
  return result_of(::sendto(socket.get(), frame.data(), frame.size(), MSG_NOSIGNAL,
                            reinterpret_cast<sockaddr*>(&to), sizeof to));
}

int send_echo(const sys::Fd& socket, const flow::Flow& flow, BytesView bytes) {
  Message message({flow.destination, 0}, bytes);
  if (flow.source) message.set_source(*flow.source);
  if (flow.ttl) message.set_ttl(flow.family(), *flow.ttl);
  if (!flow.payload_size && !flow.dont_fragment) return message.send(socket);
  // The socket serves all flows of its node: the option holds for this one packet only.
  set_fragmentation(socket, flow);
  const int error = message.send(socket);
  set_fragmentation(socket, flow::Flow{.from = flow.from, .destination = flow.destination});
  return error;
}

int pending_error(const sys::Fd& socket) {
  int error = 0;
  socklen_t length = sizeof error;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) < 0) {
    return sys::last_error();
  }
  return error;
}

// TCP shows its numbers to who may repair it, CAP_NET_ADMIN in the namespace. To stop repairing
// forgets SO_REUSEADDR (do_tcp_setsockopt), which those of one source port need.
std::uint32_t first_sequence(const sys::Fd& socket) {
  constexpr int kSendQueue = 2;       // TCP_SEND_QUEUE
  constexpr int kStopInSilence = -1;  // TCP_REPAIR_OFF_NO_WP
  const int reuse = int_option(socket, SOL_SOCKET, SO_REUSEADDR);
  set_option(socket, IPPROTO_TCP, TCP_REPAIR, 1);
  set_option(socket, IPPROTO_TCP, TCP_REPAIR_QUEUE, kSendQueue);
  const int next = int_option(socket, IPPROTO_TCP, TCP_QUEUE_SEQ);
  set_option(socket, IPPROTO_TCP, TCP_REPAIR, kStopInSilence);
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, reuse);
  return static_cast<std::uint32_t>(next) - 1;
}

std::optional<SocketName> local_name(const sys::Fd& socket) {
  return name_by(::getsockname, socket);
}

std::optional<SocketName> peer_name(const sys::Fd& socket) {
  return name_by(::getpeername, socket);
}

unsigned interface_index(const std::string& name) { return ::if_nametoindex(name.c_str()); }

void receive_all(const sys::Fd& socket, const std::function<void(const Datagram&)>& take) {
  std::array<std::byte, 2048> buffer{};  // what is longer is cut: the token comes first
  alignas(cmsghdr) std::array<std::byte, 128> control{};
  while (true) {
    KernelName peer;
    iovec part{buffer.data(), buffer.size()};
    msghdr header{};
    header.msg_name = peer.get();
    header.msg_namelen = peer.length;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket.get(), &header, 0);
    if (count < 0) return;  // EAGAIN: no more. A pending ICMP error is the next call's.
    const auto destination = destination_of(header);
    if (!destination) continue;
    take({from_kernel(peer), *destination,
          BytesView(buffer).first(static_cast<std::size_t>(count))});
  }
}

long read_some(const sys::Fd& socket, std::span<std::byte> buffer) {
  const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  return count < 0 ? -long{sys::last_error()} : long{count};
}

std::optional<sys::Fd> accept_connection(const sys::Fd& listener) {
  sys::Fd fd(::accept4(listener.get(), nullptr, nullptr, kFlags));
  if (!fd.is_open()) return std::nullopt;
  return fd;
}

void shut_down_sending(const sys::Fd& socket) { ::shutdown(socket.get(), SHUT_WR); }

void abort_connection(sys::Fd& socket) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket.reset();
}

}  // namespace topoproof::probe
