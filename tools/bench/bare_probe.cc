// SPDX-License-Identifier: GPL-2.0-or-later
#include "bare_probe.hh"

#include <algorithm>
#include <array>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/bytes.hh"
#include "capture/tap_set.hh"
#include "packet/checksum.hh"
#include "sys/cpu_pin.hh"
#include "sys/error.hh"
#include "sys/fd.hh"

namespace topoproof::bench {
namespace {

constexpr std::size_t kIpHeader = 20;
constexpr std::size_t kNumberAt = 8;  // in the ICMP message
constexpr std::size_t kEchoSize = 24;
constexpr std::uint32_t kBurst = 64;
constexpr std::uint32_t kRequest = 8;

// What is wanted of every flow.
enum Seen : std::uint8_t {
  kLeft = 1,
  kCame = 2,
  kReplyLeft = 4,
  kReplyCame = 8,
  kGot = 16,
  kAnswered = 32,
  kEverything = 63
};

sys::Fd open_echo_socket() {
  sys::Fd fd(sys::check_result(
      ::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP), "open a socket"));
  const int size = 8 << 20;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  return fd;
}

// As the product's taps are.
std::vector<capture::TapRequest> make_requests(lab::Lab& lab, const topology::Topology& net) {
  std::vector<capture::TapRequest> requests;
  for (std::size_t i = 0; i < lab.nodes().size(); ++i) {
    const std::size_t links = net.links_of(NodeId(i)).size();
    const std::size_t frames = 512 * std::clamp<std::size_t>(links, 1, 16);
    requests.push_back({&lab.netns(NodeId(i)), {.where = lab.nodes()[i], .frames = frames}});
  }
  capture::fit_rings(requests);
  return requests;
}

class BareLoop {
 public:
  BareLoop(lab::Lab& lab, const topology::Topology& net, std::span<const NodeId> nodes,
           std::span<const Ipv4Address> addresses)
      : nodes_(nodes),
        addresses_(addresses),
        set_(make_requests(lab, net)),
        taps_(set_.wait()),
        epoll_(sys::check_result(::epoll_create1(EPOLL_CLOEXEC), "create an epoll")),
        seen_(nodes.size() * nodes.size()) {
    for (std::uint32_t i = 0; i < taps_.size(); ++i) watch(taps_[i].fd(), i);
    for (const NodeId node : nodes) {
      lab.run(node, [&] { sockets_.push_back(open_echo_socket()); });
      const auto place = static_cast<std::uint32_t>(taps_.size() + sockets_.size() - 1);
      watch(sockets_.back().get(), place);
    }
  }

  BareResult run(std::size_t most) {
    const sys::CpuPin pin;
    const Cost start = cost_now();
    for (std::size_t from = 0; from < nodes_.size(); ++from) {
      for (std::size_t to = 0; to < nodes_.size() && result_.flows < most; ++to) {
        if (from == to) continue;
        send(from, to);
        if (++result_.flows % kBurst == 0) serve();
      }
    }
    while (serve() > 0) continue;
    for (const std::uint8_t flow : seen_) result_.seen += flow == kEverything ? 1U : 0U;
    result_.cost = cost_now() - start;
    return result_;
  }

 private:
  void watch(int fd, std::uint32_t place) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = place;
    sys::check_result(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "watch");
  }

  void send(std::size_t from, std::size_t to) {
    std::array<std::byte, kEchoSize> echo{};
    const auto number = static_cast<std::uint32_t>(from * nodes_.size() + to);
    echo[0] = std::byte{kRequest};
    store_be32(echo.data() + 4, number);
    store_be32(echo.data() + kNumberAt, number);
    store_be16(echo.data() + 2, packet::internet_checksum(echo));
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_addr.s_addr = htonl(addresses_[to].bits());
    ::sendto(sockets_[from].get(), echo.data(), echo.size(), 0,
             reinterpret_cast<const sockaddr*>(&target), sizeof target);
  }

  int serve() {
    std::array<epoll_event, 256> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
    for (int i = 0; i < count; ++i) {
      const std::uint32_t place = events[static_cast<std::size_t>(i)].data.u32;
      if (place < taps_.size())
        drain(place);
      else
        receive(sockets_[place - taps_.size()]);
    }
    return count;
  }

  // `message` begins with the IP header. RETURNS: the flow's number, or one of no flow.
  std::size_t number_of(BytesView message) const {
    if (message.size() < kIpHeader + kNumberAt + 4) return seen_.size();
    return load_be32(message.data() + kIpHeader + kNumberAt);
  }

  void drain(std::uint32_t place) {
    taps_[place].drain([&](const capture::FrameView& frame) {
      ++result_.frames;
      const std::size_t number = number_of(frame.bytes);
      if (number >= seen_.size()) return;
      const bool out = frame.type == capture::PacketType::Outgoing;
      const bool request = frame.bytes[kIpHeader] == std::byte{kRequest};
      if (nodes_[number / nodes_.size()].index() == place && out == request) {
        seen_[number] |= request ? kLeft : kReplyCame;
      } else if (nodes_[number % nodes_.size()].index() == place && out != request) {
        seen_[number] |= request ? kCame : kReplyLeft;
      }
    });
  }

  void receive(const sys::Fd& socket) {
    std::array<std::byte, 256> buffer{};
    while (true) {
      const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
      if (size < 0) return;
      const std::size_t number = number_of(BytesView(buffer).first(static_cast<std::size_t>(size)));
      if (number >= seen_.size()) continue;
      seen_[number] |= buffer[kIpHeader] == std::byte{kRequest} ? kGot : kAnswered;
    }
  }

  std::span<const NodeId> nodes_;
  std::span<const Ipv4Address> addresses_;
  capture::TapSet set_;
  std::span<capture::Tap> taps_;
  sys::Fd epoll_;
  std::vector<sys::Fd> sockets_;
  std::vector<std::uint8_t> seen_;
  BareResult result_;
};

}  // namespace

BareResult probe_bare(lab::Lab& lab, const topology::Topology& net, std::span<const NodeId> nodes,
                      std::span<const Ipv4Address> addresses, std::size_t most) {
  return BareLoop(lab, net, nodes, addresses).run(most);
}

}  // namespace topoproof::bench
