// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/packet_port.hh"

#include <atomic>
#include <cerrno>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "sys/error.hh"

namespace topoproof::campaign {
namespace {

void set_option(const sys::Fd& fd, int option, const auto& value, const char* attempt) {
  sys::check_result(::setsockopt(fd.get(), SOL_PACKET, option, &value, sizeof value), attempt);
}

sys::Fd open_socket() {
  return sys::Fd(sys::check_result(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                                   "open a packet socket"));
}

void bind_to(const sys::Fd& fd, const std::string& interface) {
  sockaddr_ll name{};
  name.sll_family = AF_PACKET;
  name.sll_protocol = htons(ETH_P_ALL);
  name.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
  sys::check_result(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name),
                    "bind a packet socket");
}

}  // namespace

void Unmap::operator()(std::byte* memory) const { ::munmap(memory, size); }

PacketPort::PacketPort(const std::string& interface) : fd_(open_socket()) {
  constexpr std::size_t kBlock = 32 * kSlot;
  constexpr std::size_t kSize = kSlots * kSlot;
  set_option(fd_, PACKET_VERSION, int{TPACKET_V2}, "choose the format of a packet ring");
  set_option(fd_, PACKET_IGNORE_OUTGOING, 1, "ignore outgoing packets");
  set_option(fd_, PACKET_RX_RING,
             tpacket_req{.tp_block_size = kBlock,
                         .tp_block_nr = kSize / kBlock,
                         .tp_frame_size = kSlot,
                         .tp_frame_nr = kSlots},
             "make a packet ring");
  void* memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
  if (memory == MAP_FAILED) sys::throw_errno("map a packet ring");
  ring_ = {static_cast<std::byte*>(memory), Unmap{kSize}};
  bind_to(fd_, interface);
}

void PacketPort::send(BytesView frame) const {
  if (::send(fd_.get(), frame.data(), frame.size(), 0) < 0) sys::throw_errno("send a frame");
}

void PacketPort::receive(const std::function<void(BytesView)>& show) {
  while (true) {
    auto* header = reinterpret_cast<tpacket2_hdr*>(slot());
    const std::atomic_ref status(header->tp_status);
    const auto now = status.load(std::memory_order_acquire);
    if ((now & TP_STATUS_USER) == 0) return;
    if ((now & TP_STATUS_LOSING) != 0) throw sys::SystemError(ENOBUFS, "receive frames");
    show({slot() + header->tp_mac, header->tp_snaplen});
    status.store(TP_STATUS_KERNEL, std::memory_order_release);
    next_ = (next_ + 1) % kSlots;
  }
}

bool PacketPort::wait(std::chrono::milliseconds most) const {
  pollfd polled{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, static_cast<int>(most.count())) > 0;
}

}  // namespace topoproof::campaign
