// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/kernel_test_network.hh"

#include <array>
#include <optional>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/error.hh"
#include "sys/files.hh"

namespace topoproof::capture {
namespace {

void expect_success(const std::vector<std::string>& program, const sys::Netns& node,
                    const std::string& input) {
  const auto result = sys::run_process(program, &node, input);
  EXPECT_EQ(result.exit_status, 0) << result.output << input;
}

std::string mac_of(int number) { return fmt::format("02:00:00:00:00:{:02x}", number); }

void set_up(const End& end, const End& peer) {
  ip(end.node, fmt::format("link set {} up", end.name));
  if (!end.addressed) return;
  ip(end.node, fmt::format("addr add 10.0.0.{}/24 dev {}", end.number, end.name));
  if (!peer.addressed) return;
  ip(end.node, fmt::format("neigh add 10.0.0.{} lladdr {} dev {} nud permanent", peer.number,
                           mac_of(peer.number), end.name));
}

std::string interface_name(std::uint32_t index) {
  std::array<char, IF_NAMESIZE> name{};
  const char* found = ::if_indextoname(index, name.data());
  return found != nullptr ? found : fmt::format("interface {}", index);
}

}  // namespace

sys::Netns create_quiet_node() {
  sys::Netns node = sys::Netns::create();
  sys::run_in(node, [] {
    sys::write_sysctl("net.ipv6.conf.all.disable_ipv6", "1");
    sys::write_sysctl("net.ipv6.conf.default.disable_ipv6", "1");
    sys::write_sysctl("net.ipv4.ip_forward", "0");
  });
  ip(node, "link set lo up");
  return node;
}

void ip(const sys::Netns& node, const std::string& batch) {
  expect_success({"ip", "-batch", "-"}, node, batch + "\n");
}

void nft(const sys::Netns& node, const std::string& ruleset) {
  expect_success({"nft", "-f", "-"}, node, ruleset + "\n");
}

void connect(const End& a, const End& b) {
  // Both ends are born where they belong: moving one costs 20 ms. ip(8) takes a path as a
  // namespace.
  const auto peer_netns = fmt::format("/proc/{}/fd/{}", ::getpid(), b.node.fd());
  ip(a.node, fmt::format("link add {} address {} type veth peer name {} address {} netns {}",
                         a.name, mac_of(a.number), b.name, mac_of(b.number), peer_netns));
  set_up(b, a);
  set_up(a, b);
}

int send_udp(const sys::Netns& node, const std::string& to, std::size_t payload_size, int count) {
  return sys::call_in(node, [&] {
    const sys::Fd socket(
        sys::check_result(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "open a UDP socket"));
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    ::inet_pton(AF_INET, to.c_str(), &address.sin_addr);
    const std::string payload(payload_size, 'x');
    int error = 0;
    for (int i = 0; i < count; ++i) {
      const auto sent = ::sendto(socket.get(), payload.data(), payload.size(), 0,
                                 reinterpret_cast<const sockaddr*>(&address), sizeof address);
      if (sent < 0) error = sys::last_error();
    }
    return error;
  });
}

std::string drain_text(const sys::Netns& node, Tap& tap) {
  std::string text;
  sys::run_in(node, [&] {
    tap.drain([&](const FrameView& frame) {
      text +=
          fmt::format("{}{} {}", text.empty() ? "" : ", ", interface_name(frame.interface_index),
                      frame.type ? to_string(*frame.type) : "?");
    });
  });
  return text;
}

Tap open_tap_in(const sys::Netns& node, const TapOptions& options) {
  std::optional<Tap> tap;
  sys::run_in(node, [&] { tap = open_tap(options); });
  return std::move(*tap);
}

}  // namespace topoproof::capture
