// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/barrier.hh"

#include <array>
#include <cstring>

#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "probe/sockets.hh"
#include "sys/error.hh"

namespace topoproof::probe {
namespace {

void bring_loopback_up(const sys::Fd& socket) {
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ);
  request.ifr_flags = IFF_UP;
  sys::check_result(::ioctl(socket.get(), SIOCSIFFLAGS, &request), "bring a loopback up");
}

}  // namespace

Barrier::Barrier(sys::NetnsWorker& worker) {
  ns_ = worker.create([this] { socket_ = open_udp_listener(Family::Ipv4, 0); });
  bring_loopback_up(socket_);
  const auto own = local_name(socket_);
  const SocketName itself{Ipv4Address(127, 0, 0, 1), own ? own->port : std::uint16_t{0}};
  if (const int error = connect_socket(socket_, itself)) {
    throw sys::SystemError(error, "connect a loopback socket to itself");
  }
}

bool Barrier::pass(std::chrono::milliseconds at_most) {
  const std::byte mark{1};
  if (send_bytes(socket_, BytesView(&mark, 1)) != 0) return false;
  pollfd waiting{socket_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(at_most.count())) <= 0) return false;
  std::array<std::byte, 8> buffer{};
  while (read_some(socket_, buffer) > 0) continue;  // those that came late, too
  return true;
}

}  // namespace topoproof::probe
