// SPDX-License-Identifier: GPL-2.0-or-later
#include "router.hh"

#include <fmt/format.h>

namespace topoproof::agreement {
namespace {

// What a verdict could depend on. No redirects: how often they come depends on the milliseconds
// between packets, which simulator and kernel do not share.
const std::vector<state::Sysctl> kSysctls{
    {"net.ipv4.ip_forward", "1"},
    {"net.ipv4.conf.all.rp_filter", "0"},
    {"net.ipv4.conf.default.rp_filter", "0"},
    {"net.ipv4.conf.all.accept_local", "0"},
    {"net.ipv4.conf.default.accept_local", "0"},
    {"net.ipv4.conf.all.send_redirects", "0"},
    {"net.ipv4.conf.default.send_redirects", "0"},
    {"net.ipv4.conf.all.accept_redirects", "0"},
    {"net.ipv4.conf.default.accept_redirects", "0"},
    {"net.ipv4.icmp_ratelimit", "0"},
    {"net.ipv4.icmp_msgs_per_sec", "1000000"},
    {"net.ipv4.icmp_msgs_burst", "1000000"},
    {"net.netfilter.nf_conntrack_tcp_loose", "1"},
    {"net.netfilter.nf_conntrack_tcp_be_liberal", "0"},
    {"net.bridge.bridge-nf-call-iptables", "0"},
    {"net.bridge.bridge-nf-call-ip6tables", "0"},
    {"net.bridge.bridge-nf-call-arptables", "0"},
    {"net.ipv6.conf.all.disable_ipv6", "0"},
    {"net.ipv6.conf.all.forwarding", "1"},
    {"net.ipv6.conf.all.accept_dad", "0"},
    {"net.ipv6.conf.default.accept_dad", "0"},
    {"net.ipv6.conf.default.accept_ra", "0"},
    {"net.ipv6.conf.default.router_solicitations", "0"},
    {"net.ipv6.conf.default.mldv2_unsolicited_report_interval", "0"},
    {"net.ipv6.conf.default.accept_redirects", "0"},
    {"net.ipv6.auto_flowlabels", "0"},
    {"net.ipv6.icmp.ratelimit", "0"},
};

class RouterBuilder {
 public:
  explicit RouterBuilder(const Zones& zones) : zones_(zones) {}

  state::Namespace build() {
    ns_.sysctls = kSysctls;
    ns_.links.push_back(state::make_loopback(true));
    for (const Zone& zone : zones_.all) {
      if (zone.is_bridged()) add_bridge(zone);
    }
    for (const Zone& zone : zones_.all) add_zone(zone);
    for (const IpAddress& address : zones_.more_addresses) {
      add_address(zones_.all[0].routed, address, address.is_v4() ? 32 : 128);
    }
    for (const int family : {0, 1}) add_default(zones_.all[0].neighbor[family]);
    for (const HostRoute& route : zones_.routes) add_route(route);
    return std::move(ns_);
  }

 private:
  void add_bridge(const Zone& zone) {
    if (has_bridge_) return;
    has_bridge_ = true;
    ns_.links.push_back(
        {.name = zone.routed,
         .kind = state::LinkKind::Bridge,
         .index = 9,
         .mac = zone.router_mac,
         .up = true,
         .bridge = state::BridgeOptions{.forward_delay = {}, .multicast_snooping = false}});
    add_addresses(zone);
  }
  void add_zone(const Zone& zone) {
    state::Link link{.name = zone.port,
                     .index = zone.port_index(),
                     .mac = zone.port_mac(),
                     .up = true,
                     .peer_index = zone.wire_index()};
    if (zone.is_bridged()) link.master = zone.routed;
    ns_.links.push_back(std::move(link));
    if (!zone.is_bridged()) add_addresses(zone);
    for (const int family : {0, 1}) {
      ns_.neighbors.push_back(
          {.interface = zone.routed, .address = zone.neighbor[family], .mac = zone.far_mac});
    }
  }
  // Who does not answer is asked once in a trial, so that nothing depends on how long it takes.
  void ask_once(const std::string& interface) {
    for (const char* family : {"ipv4", "ipv6"}) {
      ns_.sysctls.push_back(
          {fmt::format("net/{}/neigh/{}/retrans_time_ms", family, interface), "600000"});
    }
  }
  void add_addresses(const Zone& zone) {
    ask_once(zone.routed);
    add_address(zone.routed, zone.router[0], 24);
    add_address(zone.routed, zone.router[1], 64);
  }
  void add_address(const std::string& interface, const IpAddress& address, int length) {
    ns_.addresses.push_back(
        {.interface = interface, .address = {address, length}, .no_dad = address.is_v6()});
  }
  void add_default(const IpAddress& gateway) {
    ns_.routes.push_back({.destination = make_default_prefix(gateway.family()),
                          .gateway = gateway,
                          .interface = zones_.all[0].routed});
  }
  void add_route(const HostRoute& route) {
    const Zone& zone = zones_.all[route.zone];
    ns_.routes.push_back({.destination = make_host_prefix(route.destination),
                          .gateway = zone.neighbor[index(route.destination.family())],
                          .interface = zone.routed});
  }

  const Zones& zones_;
  state::Namespace ns_;
  bool has_bridge_ = false;
};

}  // namespace

state::Namespace make_router(const Zones& zones) { return RouterBuilder(zones).build(); }

state::Namespace make_far_end(const Zones& zones) {
  state::Namespace ns;
  ns.sysctls = {{"net.ipv6.conf.all.disable_ipv6", "1"}, {"net.ipv4.ip_forward", "0"}};
  for (const Zone& zone : zones.all) {
    ns.links.push_back({.name = zone.wire,
                        .index = zone.wire_index(),
                        .mac = zone.far_mac,
                        .up = true,
                        .peer_index = zone.port_index()});
  }
  return ns;
}

}  // namespace topoproof::agreement
