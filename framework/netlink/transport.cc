// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/transport.hh"

#include <array>
#include <cstring>

#include <linux/netlink.h>
#include <sys/socket.h>

#include "sys/error.hh"
#include "sys/fd.hh"

namespace topoproof::netlink {
namespace {

// A limit, not an allocation. Room for the refusals of a whole batch, at about 1 KiB each.
constexpr int kReceiveBuffer = 8 << 20;
// Above the largest datagram that Socket sends, a firewall of some thousand rules included.
constexpr int kSendBuffer = 8 << 20;

bool set_option(const sys::Fd& fd, int level, int name, int value) {
  return ::setsockopt(fd.get(), level, name, &value, sizeof value) == 0;
}

// With number 0: the kernel, where it is sent to; any free number, where it is bound to.
sockaddr_nl make_address() {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  return address;
}

std::optional<std::uint32_t> namespace_id_of(const msghdr& message) {
  const cmsghdr* control = CMSG_FIRSTHDR(&message);
  const bool is_id = control != nullptr && control->cmsg_level == SOL_NETLINK &&
                     control->cmsg_type == NETLINK_LISTEN_ALL_NSID;
  if (!is_id) return std::nullopt;
  std::uint32_t id = 0;
  std::memcpy(&id, CMSG_DATA(control), sizeof id);
  return id;
}

class KernelTransport final : public Transport {
 public:
  explicit KernelTransport(Protocol protocol)
      : fd_(sys::check_result(
            ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, static_cast<int>(protocol)),
            "open a netlink socket")) {
    // Why a message is refused, in words; only the header of the refused message; and no attribute
    // of a listing's filter ignored. All three are older than any kernel that has nf_tables NAT for
    // inet, but nothing fails without them.
    set_option(fd_, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    set_option(fd_, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    set_option(fd_, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    // FORCE needs the privilege over the namespace; the ordinary option is capped by a sysctl.
    if (!set_option(fd_, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer)) {
      set_option(fd_, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
    }
    if (!set_option(fd_, SOL_SOCKET, SO_SNDBUFFORCE, kSendBuffer)) {
      set_option(fd_, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
    }
    // Events that the kernel itself causes pass by a socket without a number; binding gives it one.
    const sockaddr_nl any = make_address();
    sys::check_result(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any),
                      "bind a netlink socket");
  }

  int send(BytesView datagram) override {
    const sockaddr_nl kernel = make_address();
    const auto sent = ::sendto(fd_.get(), datagram.data(), datagram.size(), 0,
                               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    return sent < 0 ? sys::last_error() : 0;
  }

  Received receive(std::span<std::byte> buffer) override {
    iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control;  // NOLINT: no zeros
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT);
    if (size >= 0) {
      return {.size = static_cast<std::size_t>(size),
              .truncated = (message.msg_flags & MSG_TRUNC) != 0,
              .namespace_id = namespace_id_of(message)};
    }
    const int error = sys::last_error();
    return {.error = error == EAGAIN ? 0 : error};
  }

  void subscribe(unsigned group) override {
    if (!set_option(fd_, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, static_cast<int>(group))) {
      sys::throw_errno("subscribe to netlink events");
    }
  }

  void hear_other_namespaces() override {
    if (!set_option(fd_, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1)) {
      sys::throw_errno("hear events of other namespaces");
    }
  }

  int fd() const override { return fd_.get(); }

 private:
  sys::Fd fd_;
};

}  // namespace

std::unique_ptr<Transport> open_transport(Protocol protocol) {
  return std::make_unique<KernelTransport>(protocol);
}

}  // namespace topoproof::netlink
