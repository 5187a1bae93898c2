// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing/settings.hh"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "routing/sysctl_name.hh"

namespace topoproof::routing {
namespace {

// net.ipv4.conf.all.forwarding is the same variable (ipv4_table in net/ipv4/devinet.c).
constexpr std::string_view kForwarding = "net/ipv4/ip_forward";

std::string known_name(std::string_view name) {
  std::string slashed = with_slashes(name);
  return slashed == "net/ipv4/conf/all/forwarding" ? std::string(kForwarding) : slashed;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

// One folder of per-interface settings: net/ipv4/conf, net/ipv6/neigh, ...
class Folder {
 public:
  Folder(const SettingsReader& reader, std::string_view folder, std::string_view interface)
      : reader_(reader), folder_(folder), interface_(interface) {}

  // An interface is born with the values of "default"; the loopback is there before anybody can
  // write those.
  std::uint32_t own(std::string_view knob, std::uint32_t otherwise) const {
    if (const auto value = find(interface_, knob)) return *value;
    if (interface_ == "lo") return otherwise;
    return find("default", knob).value_or(otherwise);
  }
  std::uint32_t all(std::string_view knob, std::uint32_t otherwise) const {
    return find("all", knob).value_or(otherwise);
  }
  bool either(std::string_view knob, bool otherwise) const {
    return all(knob, otherwise ? 1 : 0) != 0 || own(knob, otherwise ? 1 : 0) != 0;
  }
  std::uint8_t larger(std::string_view knob) const {
    return static_cast<std::uint8_t>(std::max(all(knob, 0), own(knob, 0)));
  }

 private:
  std::optional<std::uint32_t> find(std::string_view who, std::string_view knob) const {
    return reader_.find(fmt::format("{}/{}/{}", folder_, who, knob));
  }
  const SettingsReader& reader_;
  std::string_view folder_;
  std::string_view interface_;
};

}  // namespace

SettingsReader::SettingsReader(std::span<const state::Sysctl> sysctls) {
  named_.reserve(sysctls.size());
  for (const state::Sysctl& s : sysctls) {
    if (const auto value = number(s.value)) named_.emplace_back(known_name(s.name), *value);
  }
  // Of a sysctl that was written twice the later value holds.
  std::ranges::stable_sort(named_, {}, [](const auto& n) -> std::string_view { return n.first; });
}

std::optional<std::uint32_t> SettingsReader::find(std::string_view name) const {
  const auto behind = std::ranges::upper_bound(
      named_, name, {}, [](const auto& n) -> std::string_view { return n.first; });
  if (behind == named_.begin()) return std::nullopt;
  const auto& [found, value] = *std::prev(behind);
  return found == name ? std::optional(value) : std::nullopt;
}

NodeSettings SettingsReader::node() const {
  const auto flag = [&](std::string_view name, bool otherwise) {
    return get(name, otherwise ? 1 : 0) != 0;
  };
  return {
      .ip_forward = flag(kForwarding, false),
      .ipv6_forwarding = flag("net/ipv6/conf/all/forwarding", false),
      .ttl = static_cast<std::uint8_t>(get("net/ipv4/ip_default_ttl", 64)),
      .echo_ignore_all = flag("net/ipv4/icmp_echo_ignore_all", false),
      .echo_ignore_broadcasts = flag("net/ipv4/icmp_echo_ignore_broadcasts", true),
      .icmp_rate_ms = get("net/ipv4/icmp_ratelimit", 1000),
      .icmp6_rate_ms = get("net/ipv6/icmp/ratelimit", 1000),
      .errors_use_inbound_address = flag("net/ipv4/icmp_errors_use_inbound_ifaddr", false),
      .nonlocal_bind = flag("net/ipv4/ip_nonlocal_bind", false),
      .multipath_policy = static_cast<std::uint8_t>(get("net/ipv4/fib_multipath_hash_policy", 0)),
      .multipath6_policy = static_cast<std::uint8_t>(get("net/ipv6/fib_multipath_hash_policy", 0)),
      .multipath_seed = get("net/ipv4/fib_multipath_hash_seed", 0),
      .tcp_loose = flag("net/netfilter/nf_conntrack_tcp_loose", true),
      .tcp_be_liberal = flag("net/netfilter/nf_conntrack_tcp_be_liberal", false),
      .timeouts = timeouts(),
      .bridge_calls_iptables = flag("net/bridge/bridge-nf-call-iptables", false),
      .bridge_calls_ip6tables = flag("net/bridge/bridge-nf-call-ip6tables", false)};
}

InterfaceSettings SettingsReader::interface(std::string_view name) const {
  const Folder v4(*this, "net/ipv4/conf", name);
  const Folder v6(*this, "net/ipv6/conf", name);
  const Folder neigh4(*this, "net/ipv4/neigh", name);
  const Folder neigh6(*this, "net/ipv6/neigh", name);
  // Writing "all" writes every interface's own (inet_forward_change).
  const std::uint32_t forwarding = find(kForwarding).value_or(0);
  const std::uint32_t forwarding6 = v6.all("forwarding", 0);
  return {.forwarding = v4.own("forwarding", forwarding) != 0,
          .rp_filter = v4.larger("rp_filter"),
          .accept_local = v4.either("accept_local", false),
          .route_localnet = v4.either("route_localnet", false),
          .send_redirects = v4.either("send_redirects", true),
          .shared_media = v4.either("shared_media", true),
          .proxy_arp = v4.either("proxy_arp", false),
          .arp_filter = v4.either("arp_filter", false),
          .src_valid_mark = v4.either("src_valid_mark", false),
          .arp_ignore = v4.larger("arp_ignore"),
          .arp_announce = v4.larger("arp_announce"),
          .ipv6 = v6.own("disable_ipv6", v6.all("disable_ipv6", 0)) == 0,
          .ipv6_forwarding = v6.own("forwarding", forwarding6) != 0,
          .solicitations = static_cast<std::uint8_t>(neigh4.own("mcast_solicit", 3)),
          .retransmit_ms = neigh4.own("retrans_time_ms", 1000),
          .solicitations6 = static_cast<std::uint8_t>(neigh6.own("mcast_solicit", 3)),
          .retransmit6_ms = neigh6.own("retrans_time_ms", 1000)};
}

TrackingTimeouts SettingsReader::timeouts() const {
  TrackingTimeouts t;
  const auto read = [&](std::string_view name, std::uint32_t& seconds) {
    seconds = get(fmt::format("net/netfilter/nf_conntrack_{}", name), seconds);
  };
  read("tcp_timeout_syn_sent", t.tcp_syn_sent);
  read("tcp_timeout_syn_recv", t.tcp_syn_received);
  read("tcp_timeout_established", t.tcp_established);
  read("tcp_timeout_fin_wait", t.tcp_fin_wait);
  read("tcp_timeout_close_wait", t.tcp_close_wait);
  read("tcp_timeout_last_ack", t.tcp_last_ack);
  read("tcp_timeout_time_wait", t.tcp_time_wait);
  read("tcp_timeout_close", t.tcp_close);
  read("tcp_timeout_max_retrans", t.tcp_max_retrans);
  read("tcp_timeout_unacknowledged", t.tcp_unacknowledged);
  read("udp_timeout", t.udp);
  read("udp_timeout_stream", t.udp_stream);
  read("icmp_timeout", t.icmp);
  read("icmpv6_timeout", t.icmpv6);
  read("gre_timeout", t.gre);
  read("gre_timeout_stream", t.gre_stream);
  read("generic_timeout", t.generic);
  read("frag6_timeout", t.fragments_ipv6);
  t.fragments_ipv4 = get("net/ipv4/ipfrag_time", t.fragments_ipv4);
  return t;
}

}  // namespace topoproof::routing
