// SPDX-License-Identifier: GPL-2.0-or-later
// Which sysctls change something that nothing here reads.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "routing/settings.hh"
#include "routing/sysctl_name.hh"

namespace topoproof::routing {
namespace {

using Names = std::span<const std::string_view>;

// Read by SettingsReader, or of no consequence to what becomes of a packet here: sizes of tables
// and buffers, times until something that was learned is forgotten, what is counted and logged.
constexpr std::array<std::string_view, 67> kKnown{
    "net/ipv4/ip_forward",
    "net/ipv4/ip_default_ttl",
    "net/ipv4/icmp_echo_ignore_all",
    "net/ipv4/icmp_echo_ignore_broadcasts",
    "net/ipv4/icmp_ignore_bogus_error_responses",
    "net/ipv4/icmp_ratelimit",
    "net/ipv4/icmp_msgs_per_sec",
    "net/ipv4/icmp_msgs_burst",
    "net/ipv4/icmp_errors_use_inbound_ifaddr",
    "net/ipv4/ip_nonlocal_bind",
    "net/ipv4/ip_local_port_range",
    "net/ipv4/ip_local_reserved_ports",
    "net/ipv4/ip_unprivileged_port_start",
    "net/ipv4/ping_group_range",
    "net/ipv4/ip_early_demux",
    "net/ipv4/tcp_early_demux",
    "net/ipv4/udp_early_demux",
    "net/ipv4/fib_multipath_hash_policy",
    "net/ipv4/fib_multipath_hash_seed",
    "net/ipv4/fib_sync_mem",
    "net/ipv4/ipfrag_time",
    "net/ipv4/ipfrag_high_thresh",
    "net/ipv4/ipfrag_low_thresh",
    "net/ipv4/ipfrag_max_dist",
    "net/ipv4/inet_peer_maxttl",
    "net/ipv4/inet_peer_minttl",
    "net/ipv4/inet_peer_threshold",
    "net/ipv4/igmp_max_memberships",
    "net/ipv4/igmp_max_msf",
    "net/ipv4/igmp_qrv",
    "net/ipv4/udp_mem",
    "net/ipv4/udp_rmem_min",
    "net/ipv4/udp_wmem_min",
    "net/ipv4/tcp_congestion_control",
    "net/ipv4/tcp_fastopen",
    "net/ipv4/tcp_fin_timeout",
    "net/ipv4/tcp_invalid_ratelimit",
    "net/ipv4/tcp_keepalive_intvl",
    "net/ipv4/tcp_keepalive_probes",
    "net/ipv4/tcp_keepalive_time",
    "net/ipv4/tcp_max_syn_backlog",
    "net/ipv4/tcp_max_tw_buckets",
    "net/ipv4/tcp_mem",
    "net/ipv4/tcp_notsent_lowat",
    "net/ipv4/tcp_orphan_retries",
    "net/ipv4/tcp_retries1",
    "net/ipv4/tcp_retries2",
    "net/ipv4/tcp_rfc1337",
    "net/ipv4/tcp_slow_start_after_idle",
    "net/ipv4/tcp_syn_retries",
    "net/ipv4/tcp_synack_retries",
    "net/ipv4/tcp_tw_reuse",
    "net/ipv4/tcp_wmem",
    "net/ipv6/auto_flowlabels",
    "net/ipv6/fib_multipath_hash_policy",
    "net/ipv6/icmp/ratelimit",
    "net/netfilter/nf_conntrack_acct",
    "net/netfilter/nf_conntrack_buckets",
    "net/netfilter/nf_conntrack_checksum",
    "net/netfilter/nf_conntrack_events",
    "net/netfilter/nf_conntrack_log_invalid",
    "net/netfilter/nf_conntrack_tcp_be_liberal",
    "net/netfilter/nf_conntrack_tcp_loose",
    "net/netfilter/nf_conntrack_timestamp",
    "net/bridge/bridge-nf-call-arptables",
    "net/bridge/bridge-nf-call-ip6tables",
    "net/bridge/bridge-nf-call-iptables",
};

// Likewise, of an interface, or of "all" and "default".
constexpr std::array<std::string_view, 58> kKnownOfInterfaces{
    "accept_dad",
    "accept_local",
    "accept_ra",
    "accept_redirects",
    "arp_accept",
    "arp_announce",
    "arp_filter",
    "arp_ignore",
    "arp_notify",
    "autoconf",
    "dad_transmits",
    "disable_ipv6",
    "enhanced_dad",
    "forwarding",
    "log_martians",
    "mcast_solicit",
    "mldv2_unsolicited_report_interval",
    "proxy_arp",
    "proxy_delay",
    "regen_max_retry",
    "retrans_time_ms",
    "route_localnet",
    "router_solicitations",
    "rp_filter",
    "secure_redirects",
    "send_redirects",
    "shared_media",
    "src_valid_mark",
    // Neighbours that were learned are there for longer than any check.
    "anycast_delay",
    "app_solicit",
    "base_reachable_time",
    "base_reachable_time_ms",
    "delay_first_probe_time",
    "gc_interval",
    "gc_stale_time",
    "gc_thresh1",
    "gc_thresh2",
    "gc_thresh3",
    "interval_probe_time_ms",
    "locktime",
    "mcast_resolicit",
    "proxy_qlen",
    "ucast_solicit",
    "unres_qlen",
    "unres_qlen_bytes",
    // Nobody advertises itself as a router, and every address is given.
    "accept_ra_defrtr",
    "accept_ra_from_local",
    "accept_ra_min_hop_limit",
    "accept_ra_mtu",
    "accept_ra_pinfo",
    "accept_ra_rtr_pref",
    "max_addresses",
    "max_desync_factor",
    "router_solicitation_delay",
    "router_solicitation_interval",
    "temp_prefered_lft",
    "temp_valid_lft",
    "use_tempaddr",
};

// What the kernel does anyway.
constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kDefaults{{
    {"net/ipv4/fib_multipath_use_neigh", "0"},
    {"net/ipv4/fwmark_reflect", "0"},
    {"net/ipv4/ip_forward_use_pmtu", "0"},
    {"net/ipv4/ip_forward_update_priority", "1"},
    {"net/ipv4/ip_no_pmtu_disc", "0"},
    {"net/ipv4/ip_dynaddr", "0"},
    {"net/ipv4/tcp_dsack", "1"},
    {"net/ipv4/tcp_ecn", "2"},
    {"net/ipv4/tcp_fwmark_accept", "0"},
    {"net/ipv4/tcp_mtu_probing", "0"},
    {"net/ipv4/tcp_sack", "1"},
    {"net/ipv4/tcp_syncookies", "1"},
    {"net/ipv4/tcp_timestamps", "1"},
    {"net/ipv4/tcp_window_scaling", "1"},
    {"net/ipv6/bindv6only", "0"},
    {"net/ipv6/flowlabel_consistency", "1"},
    {"net/ipv6/flowlabel_reflect", "0"},
    {"net/ipv6/flowlabel_state_ranges", "0"},
    {"net/ipv6/fwmark_reflect", "0"},
    {"net/ipv6/icmp/echo_ignore_all", "0"},
    {"net/ipv6/icmp/echo_ignore_anycast", "0"},
    {"net/ipv6/icmp/echo_ignore_multicast", "0"},
    {"net/ipv6/ip_nonlocal_bind", "0"},
    {"net/netfilter/nf_conntrack_helper", "0"},
    {"net/netfilter/nf_conntrack_tcp_ignore_invalid_rst", "0"},
    {"net/netfilter/nf_conntrack_tcp_max_retrans", "3"},
    {"net/bridge/bridge-nf-filter-vlan-tagged", "0"},
    {"net/bridge/bridge-nf-pass-vlan-input-dev", "0"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kDefaultsOfInterfaces{{
    {"accept_ra_rt_info_max_plen", "0"},
    {"accept_source_route", "0"},
    {"addr_gen_mode", "0"},
    {"arp_evict_nocarrier", "1"},
    {"bootp_relay", "0"},
    {"disable_policy", "0"},
    {"disable_xfrm", "0"},
    {"drop_gratuitous_arp", "0"},
    {"drop_unicast_in_l2_multicast", "0"},
    {"drop_unsolicited_na", "0"},
    {"hop_limit", "64"},
    {"ignore_routes_with_linkdown", "0"},
    {"keep_addr_on_down", "0"},
    {"ndisc_evict_nocarrier", "1"},
    {"promote_secondaries", "0"},
    {"proxy_arp_pvlan", "0"},
    {"proxy_ndp", "0"},
}};

constexpr std::array<std::string_view, 4> kFolders{"net/ipv4/conf/", "net/ipv6/conf/",
                                                   "net/ipv4/neigh/", "net/ipv6/neigh/"};

bool contains(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

template <class Defaults>
bool says_default(const Defaults& defaults, std::string_view name, std::string_view value) {
  return std::ranges::find(defaults, std::pair(name, value)) != defaults.end();
}

bool is_timeout_of_tracking(std::string_view name) {
  constexpr std::array<std::string_view, 6> kModelled{"tcp_timeout_", "udp_timeout",     "icmp",
                                                      "gre_timeout",  "generic_timeout", "frag6_"};
  constexpr std::string_view kFolder = "net/netfilter/nf_conntrack_";
  if (!name.starts_with(kFolder)) return false;
  name.remove_prefix(kFolder.size());
  return std::ranges::any_of(kModelled,
                             [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_known(const state::Sysctl& sysctl) {
  const std::string name = with_slashes(sysctl.name);
  const bool known = contains(kKnown, name) || is_timeout_of_tracking(name) ||
                     says_default(kDefaults, name, sysctl.value);
  if (known) return true;
  const bool in_folder = std::ranges::any_of(
      kFolders, [&](std::string_view folder) { return name.starts_with(folder); });
  const std::string_view knob = std::string_view(name).substr(name.rfind('/') + 1);
  return in_folder && (contains(kKnownOfInterfaces, knob) ||
                       says_default(kDefaultsOfInterfaces, knob, sysctl.value));
}

// Of other subsystems, which no packet here meets: net/core, kernel, vm, ... .
bool is_about_packets(const state::Sysctl& sysctl) {
  const std::string name = with_slashes(sysctl.name);
  return name.starts_with("net/ipv4/") || name.starts_with("net/ipv6/") ||
         name.starts_with("net/bridge/") || name.starts_with("net/netfilter/");
}

}  // namespace

UnreadSettings unread_settings(std::span<const state::Sysctl> sysctls) {
  UnreadSettings unread;
  for (const state::Sysctl& sysctl : sysctls) {
    if (!is_about_packets(sysctl) || is_known(sysctl)) continue;
    const bool of_tcp = with_slashes(sysctl.name).starts_with("net/ipv4/tcp_");
    (of_tcp ? unread.of_tcp_sockets : unread.of_packets).push_back(sysctl);
  }
  return unread;
}

}  // namespace topoproof::routing
