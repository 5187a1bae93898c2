// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel_router.hh"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "netfilter/kernel_ruleset.hh"
#include "netfilter/text.hh"
#include "netlink/conntrack.hh"
#include "netlink/settle.hh"
#include "sys/error.hh"
#include "sys/sysctls.hh"

namespace topoproof::agreement {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);
constexpr std::size_t kLongestFrame = 4096;

// Those of interfaces can be written when these are there.
bool is_of_interface(const state::Sysctl& sysctl) {
  for (const std::string_view folder : {".conf.", ".neigh.", "/neigh/"}) {
    const auto at = sysctl.name.str().find(folder);
    if (at == std::string::npos) continue;
    const auto rest = std::string_view(sysctl.name).substr(at + folder.size());
    return !rest.starts_with("all.") && !rest.starts_with("default.");
  }
  return false;
}

void write_sysctls(const netlink::KernelNamespace& ns, const std::vector<state::Sysctl>& sysctls,
                   bool of_interfaces) {
  sys::run_in(ns.ns, [&] {
    sys::Sysctls writer;
    for (const state::Sysctl& sysctl : sysctls) {
      if (is_of_interface(sysctl) == of_interfaces) writer.write(sysctl.name, sysctl.value);
    }
  });
}

// Checksums are computed before frames reach a wire, so that captures show them.
void fill_in_checksums(const std::string& interface) {
  const sys::Fd socket(
      sys::check_result(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "open a socket"));
  ethtool_value off{.cmd = ETHTOOL_STXCSUM, .data = 0};
  ifreq request{};
  interface.copy(static_cast<char*>(request.ifr_name), IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&off);
  sys::check_result(::ioctl(socket.get(), SIOCETHTOOL, &request), "switch checksum offload off");
}

sys::Fd open_packet_socket() {
  sys::Fd socket(sys::check_result(
      ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL)),
      "open a packet socket"));
  const int on = 1;
  sys::check_result(::setsockopt(socket.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on),
                    "ignore what is sent");
  const int room = 4 << 20;
  sys::check_result(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room),
                    "enlarge the receive buffer");
  return socket;
}

}  // namespace

KernelRouter::KernelRouter(const Zones& zones, const state::Namespace& router)
    : zones_(zones), netfilter_(router_.open(netlink::Protocol::Netfilter)) {
  keep_silent();
  build(router);
  open_wire();
}

void KernelRouter::build(const state::Namespace& router) {
  const state::Namespace far = make_far_end(zones_);
  write_sysctls(far_, far.sysctls, false);
  write_sysctls(router_, router.sysctls, false);
  for (const state::Link& link : router.links) {
    if (link.kind == state::LinkKind::Bridge) router_.create(link);
  }
  for (state::Link link : far.links) {
    const auto near = std::ranges::find(router.links, link.peer_index, &state::Link::index);
    link.up = false;
    netlink::connect(router_, *near, far_, link);
  }
  router_.names.add("lo", 1);
  router_.up("lo");
  router_.commit();
  write_sysctls(router_, router.sysctls, true);
  sys::run_in(router_.ns, [&] {
    for (const Zone& zone : zones_.all) fill_in_checksums(zone.port);
  });
  for (const Zone& zone : zones_.all) far_.up(zone.wire.c_str());
  far_.commit();
  add(router);
  await_links_and_addresses(router);
}

void KernelRouter::add(const state::Namespace& router) {
  for (const auto& address : router.addresses) router_.add(address);
  for (const auto& neighbor : router.neighbors) router_.add(neighbor);
  for (const auto& route : router.routes) router_.add(route);
  for (const auto& rule : router.rules) router_.add(rule);
  for (const state::Link& link : router.links) {
    if (link.port) router_.change({.name = link.name, .port = link.port});
  }
  router_.commit();
}

void KernelRouter::add_route(const state::Route& route) {
  router_.add(route);
  router_.commit();
}

void KernelRouter::open_wire() {
  sys::run_in(far_.ns, [&] { wire_ = open_packet_socket(); });
}

// A router of IPv6 reports its multicast groups when it likes, and redirects at most so often in a
// second, which can not be switched off: both would be counted by rules and seen on the wires.
// These packets end before all rules.
constexpr const char* kSilence =
    "table ip6 silence {\n"
    " chain output {\n"
    "  type filter hook output priority -2000000000;\n"
    "  icmpv6 type { mld2-listener-report, nd-redirect } drop\n"
    " }\n}\n";

void KernelRouter::keep_silent() {
  const auto refused = netfilter::load_text(router_.ns, kSilence);
  if (!refused.empty()) throw std::runtime_error(to_string(refused));
}

void KernelRouter::await_links_and_addresses(const state::Namespace& router) {
  const auto deadline = sys::Clock::now() + kPatience;
  std::vector<std::uint32_t> links;
  for (const state::Link& link : router.links) {
    if (link.kind != state::LinkKind::Loopback) links.push_back(*link.index);
  }
  std::vector<IpAddress> addresses;
  for (const state::Address& address : router.addresses) {
    if (address.address.address.is_v6()) addresses.push_back(address.address.address);
  }
  auto events = router_.open(netlink::Protocol::Route);
  auto late = netlink::await_links(router_.socket, events, links, deadline);
  auto more_events = router_.open(netlink::Protocol::Route);
  auto not_own = netlink::await_addresses(router_.socket, more_events, addresses, deadline);
  if (!late.empty() || !not_own.empty()) throw std::runtime_error("a link is not up in time");
}

std::expected<firewall::Ruleset, Issues> KernelRouter::load(const firewall::Ruleset& ruleset) {
  if (auto issues = netfilter::load_ruleset(netfilter_, ruleset); !issues.empty()) {
    return std::unexpected(std::move(issues));
  }
  auto observed = netfilter::observe_ruleset(netfilter_);
  if (!observed) return std::unexpected(Issues{observed.error()});
  return *std::move(observed);
}

std::expected<firewall::Ruleset, Issues> KernelRouter::replace_rules(const std::string& text) {
  auto refused = netfilter::load_text(router_.ns, std::string("flush ruleset\n") + kSilence + text);
  if (!refused.empty()) return std::unexpected(std::move(refused));
  auto observed = netfilter::observe_ruleset(netfilter_);
  if (!observed) return std::unexpected(Issues{observed.error()});
  return *std::move(observed);
}

std::vector<Arrival> KernelRouter::send(std::size_t zone, BytesView frame) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(zones_.all[zone].wire_index());
  sys::check_result(static_cast<int>(::sendto(wire_.get(), frame.data(), frame.size(), 0,
                                              reinterpret_cast<sockaddr*>(&to), sizeof to)),
                    "put a frame on a wire");
  return arrivals();
}

// Delivery over a veth is done when the sender's call returns.
std::vector<Arrival> KernelRouter::arrivals() const {
  std::vector<Arrival> all;
  std::array<std::byte, kLongestFrame> buffer;
  for (;;) {
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    const auto size = ::recvfrom(wire_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) return all;
    const auto zone = std::ranges::find(zones_.all, static_cast<std::uint32_t>(from.sll_ifindex),
                                        &Zone::wire_index);
    if (zone == zones_.all.end()) continue;
    all.push_back({static_cast<std::size_t>(zone - zones_.all.begin()),
                   Bytes(buffer.begin(), buffer.begin() + size)});
  }
}

std::vector<RuleCounter> KernelRouter::counters() {
  std::vector<RuleCounter> counters;
  for (const netfilter::RuleCounter& c : netfilter::observe_counters(netfilter_)) {
    counters.push_back({c.family, c.table, c.handle, c.counter});
  }
  return counters;
}

std::vector<state::Connection> KernelRouter::connections() {
  return netlink::observe_connections(netfilter_);
}

void KernelRouter::flush_connections() { netlink::flush_connections(netfilter_); }

}  // namespace topoproof::agreement
