// SPDX-License-Identifier: GPL-2.0-or-later
#include "campaign/network.hh"

#include <cerrno>

#include <linux/if_ether.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/socket.h>

#include "campaign/normal_frame.hh"
#include "netlink/conntrack.hh"
#include "nft/kernel_ruleset.hh"
#include "sys/error.hh"

namespace topoproof::campaign {
namespace {

// From <linux/if_packet.h>, which cannot be included beside <netpacket/packet.h>.
constexpr int kIgnoreOutgoing = 23;  // PACKET_IGNORE_OUTGOING
constexpr int kBuffer = 4 << 20;

}  // namespace

Network::Network(const generator::Shape& shape, const plan::Plan& plan)
    : shape_(shape), lab_(std::make_unique<lab::Lab>(plan)) {
  lab_->settle();
  if (shape.family == Family::Ipv6) outwait_reports();
  for (std::size_t port = 0; port < kPorts; ++port) {
    lab_->run(shape.ports[port].edge, [&] { sockets_[port] = open_port(shape.ports[port]); });
  }
}

Network::~Network() = default;
Network::Network(Network&&) noexcept = default;

// The node reports its multicast groups after a random time of up to a second, by its own rules
// (mldv2_unsolicited_report_interval): their counters are asked when that is over.
void Network::outwait_reports() {
  constexpr auto kReports = std::chrono::milliseconds(2200);
  ::poll(nullptr, 0, static_cast<int>(kReports.count()));
}

sys::Fd Network::open_port(const generator::Port& port) {
  sys::Fd fd(sys::check_result(
      ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL)),
      "open a packet socket"));
  const int on = 1;
  sys::check_result(::setsockopt(fd.get(), SOL_PACKET, kIgnoreOutgoing, &on, sizeof on),
                    "ignore outgoing packets");
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kBuffer, sizeof kBuffer);  // if it may
  sockaddr_ll name{};
  name.sll_family = AF_PACKET;
  name.sll_protocol = htons(ETH_P_ALL);
  name.sll_ifindex = static_cast<int>(::if_nametoindex(port.edge_interface.c_str()));
  sys::check_result(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name),
                    "bind a packet socket");
  return fd;
}

// A table of the last ruleset that the new one has not is replaced by an empty one.
Issues Network::load(const firewall::Ruleset& ruleset) {
  netlink::Socket& socket = lab_->netfilter_socket(shape_.node);
  firewall::Ruleset whole = ruleset;
  for (const auto& [family, name] : tables_) {
    if (find_table(ruleset, family, name) == nullptr) {
      whole.tables.push_back({.family = family, .name = name, .sets = {}, .chains = {}});
    }
  }
  Issues issues = nft::load_ruleset(socket, whole);
  if (!issues.empty()) return issues;
  for (const auto& table : ruleset.tables) tables_.emplace(table.family, table.name);
  netlink::flush_connections(socket);
  return {};
}

void Network::discard() {
  for (const sys::Fd& socket : sockets_) {
    while (::recv(socket.get(), buffer_.data(), buffer_.size(), 0) >= 0) {
    }
  }
}

void Network::send(const Packet& packet) {
  const auto sent =
      ::send(sockets_[packet.port].get(), packet.frame.data(), packet.frame.size(), 0);
  if (sent < 0) sys::throw_errno("send a frame");
}

void Network::receive(Answer& answer) {
  for (std::size_t port = 0; port < kPorts; ++port) {
    while (true) {
      const auto size = ::recv(sockets_[port].get(), buffer_.data(), buffer_.size(), 0);
      if (size < 0) break;
      const auto frame = BytesView(buffer_).first(static_cast<std::size_t>(size));
      if (is_noise(frame)) continue;
      answer.frames[port].emplace_back(frame.begin(), frame.end());
    }
  }
}

// Until something comes, or for the whole time.
void Network::wait(std::chrono::milliseconds time) {
  std::array<pollfd, kPorts> polled{};
  for (std::size_t port = 0; port < kPorts; ++port) {
    polled[port] = {.fd = sockets_[port].get(), .events = POLLIN, .revents = 0};
  }
  ::poll(polled.data(), polled.size(), static_cast<int>(time.count()));
}

Answer Network::ask(const Question& question, const Patience& patience) {
  discard();
  Answer answer;
  for (const Packet& packet : question.packets) {
    send(packet);
    if (patience.after_each.count() == 0) continue;
    wait(patience.after_each);
    receive(answer);
  }
  receive(answer);
  for (const auto& rule : nft::observe_counters(lab_->netfilter_socket(shape_.node))) {
    answer.counters.push_back(rule.counter);
  }
  return answer;
}

}  // namespace topoproof::campaign
