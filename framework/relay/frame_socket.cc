// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/frame_socket.hh"

#include <cstdint>
#include <tuple>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "sys/error.hh"

namespace topoproof::relay {
namespace {

constexpr std::uint16_t kAllProtocols = 0x0003;  // ETH_P_ALL
constexpr std::size_t kHeader = 10;              // struct virtio_net_hdr, whose header is no C++
constexpr std::size_t kLargestFrame = 65'536 + 64;
constexpr int kBuffer = 8 << 20;

void set_option(const sys::Fd& socket, int level, int name, int value) {
  sys::check_result(::setsockopt(socket.get(), level, name, &value, sizeof value),
                    "set an option of a packet socket");
}

// As large as this user may.
void enlarge_buffer(const sys::Fd& socket) {
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBuffer, sizeof kBuffer) == 0) return;
  set_option(socket, SOL_SOCKET, SO_RCVBUF, kBuffer);
}

}  // namespace

// Bound last: before that it would be given the frames of all interfaces.
FrameSocket::FrameSocket(const std::string& interface) : buffer_(kHeader + kLargestFrame) {
  fd_ = sys::Fd(sys::check_result(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                                  "open a packet socket"));
  set_option(fd_, SOL_PACKET, PACKET_VNET_HDR, 1);
  set_option(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
  enlarge_buffer(fd_);
  sockaddr_ll place{};
  place.sll_family = AF_PACKET;
  place.sll_protocol = htons(kAllProtocols);
  place.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
  if (place.sll_ifindex == 0) sys::throw_errno(fmt::format("find the interface {}", interface));
  sys::check_result(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&place), sizeof place),
                    "bind a packet socket");
}

BytesView FrameSocket::receive() {
  while (true) {
    const ssize_t count = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
    if (count > 0) return BytesView(buffer_).first(static_cast<std::size_t>(count));
    // ENETDOWN is told once, when the interface goes down.
    if (count < 0 && sys::last_error() == ENETDOWN) continue;
    return {};
  }
}

void FrameSocket::send(BytesView frame) const {
  std::ignore = ::send(fd_.get(), frame.data(), frame.size(), MSG_NOSIGNAL);
}

BytesView FrameSocket::packet_of(BytesView frame) {
  constexpr std::size_t kBefore = kHeader + sizeof(ethhdr);
  return frame.size() > kBefore ? frame.subspan(kBefore) : BytesView();
}

}  // namespace topoproof::relay
