// SPDX-License-Identifier: GPL-2.0-or-later
// What the sysctls of a namespace come to, as the kernel combines "all", "default" and the
// interface's own (include/linux/inetdevice.h, Documentation/networking/ip-sysctl.rst). What is not
// set has the kernel's own default, not that of some machine: plans pin what differs between them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/namespace.hh"

namespace topoproof::routing {

struct InterfaceSettings {
  bool forwarding = false;
  std::uint8_t rp_filter = 0;  // 1 strict, 2 loose
  bool accept_local = false;
  bool route_localnet = false;
  bool send_redirects = true;
  bool shared_media = true;
  bool proxy_arp = false;
  bool arp_filter = false;
  bool src_valid_mark = false;
  std::uint8_t arp_ignore = 0;
  std::uint8_t arp_announce = 0;
  bool ipv6 = true;
  bool ipv6_forwarding = false;
  std::uint8_t solicitations = 3;  // neigh.mcast_solicit
  std::uint32_t retransmit_ms = 1000;
  std::uint8_t solicitations6 = 3;
  std::uint32_t retransmit6_ms = 1000;
  friend auto operator<=>(const InterfaceSettings&, const InterfaceSettings&) = default;
};

// How long connection tracking remembers, in seconds (net.netfilter.nf_conntrack_*_timeout*).
struct TrackingTimeouts {
  std::uint32_t tcp_syn_sent = 120;
  std::uint32_t tcp_syn_received = 60;
  std::uint32_t tcp_established = 432000;
  std::uint32_t tcp_fin_wait = 120;
  std::uint32_t tcp_close_wait = 60;
  std::uint32_t tcp_last_ack = 30;
  std::uint32_t tcp_time_wait = 120;
  std::uint32_t tcp_close = 10;
  std::uint32_t tcp_max_retrans = 300;
  std::uint32_t tcp_unacknowledged = 300;
  std::uint32_t udp = 30;
  std::uint32_t udp_stream = 120;
  std::uint32_t icmp = 30;
  std::uint32_t icmpv6 = 30;
  std::uint32_t gre = 30;
  std::uint32_t gre_stream = 180;
  std::uint32_t generic = 600;
  std::uint32_t fragments_ipv4 = 30;
  std::uint32_t fragments_ipv6 = 60;
  friend auto operator<=>(const TrackingTimeouts&, const TrackingTimeouts&) = default;
};

struct NodeSettings {
  bool ip_forward = false;
  bool ipv6_forwarding = false;  // conf.all: without it no interface forwards
  std::uint8_t ttl = 64;
  bool echo_ignore_all = false;
  bool echo_ignore_broadcasts = true;
  std::uint32_t icmp_rate_ms = 1000;  // 0: no limit for one target
  std::uint32_t icmp6_rate_ms = 1000;
  bool errors_use_inbound_address = false;
  bool nonlocal_bind = false;
  std::uint8_t multipath_policy = 0;  // 0: addresses, 1: and ports
  std::uint8_t multipath6_policy = 0;
  std::uint32_t multipath_seed = 0;  // 0: drawn by the kernel at boot
  bool tcp_loose = true;
  bool tcp_be_liberal = false;
  TrackingTimeouts timeouts = {};
  // Bridged frames cross the IP hooks. The kernel has them on where br_netfilter is there at all.
  bool bridge_calls_iptables = false;
  bool bridge_calls_ip6tables = false;
  friend auto operator<=>(const NodeSettings&, const NodeSettings&) = default;
};

// Reads the sysctls of one namespace; made once for all of its interfaces.
class SettingsReader {
 public:
  explicit SettingsReader(std::span<const state::Sysctl> sysctls);

  NodeSettings node() const;
  InterfaceSettings interface(std::string_view name) const;

  TrackingTimeouts timeouts() const;

  // By its name with slashes.
  std::optional<std::uint32_t> find(std::string_view name) const;

 private:
  std::uint32_t get(std::string_view name, std::uint32_t otherwise) const {
    return find(name).value_or(otherwise);
  }
  std::vector<std::pair<std::string, std::uint32_t>> named_;  // sorted
};

// Those that change what the kernel does with packets and that nothing here reads, unless they say
// what the kernel does anyway. What is said of packets of such a node is not known to be true; of
// those about TCP's own work that holds for packets that its sockets send and get.
struct UnreadSettings {
  std::vector<state::Sysctl> of_packets = {};
  std::vector<state::Sysctl> of_tcp_sockets = {};
  friend auto operator<=>(const UnreadSettings&, const UnreadSettings&) = default;
};
UnreadSettings unread_settings(std::span<const state::Sysctl> sysctls);

}  // namespace topoproof::routing
