// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/snapshot.hh"

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "netlink/observe.hh"
#include "plan/planner.hh"
#include "snapshot/topology_of.hh"
#include "sys/error.hh"
#include "topofile/reader.hh"
#include "topofile/yaml_writer.hh"
#include "topology/interfaces.hh"

namespace topoproof::snapshot {
namespace {

constexpr std::string_view kForwarding = "net.ipv4.ip_forward";
const std::string kReadBack = "what was written";

// Those that are there, of the named ones.
std::vector<state::Sysctl> sysctls_in(const Place& place, std::span<const std::string> names) {
  return sys::call_in(place.netns, [&] {
    sys::Sysctls inside;
    return netlink::observe_sysctls(inside, names);
  });
}

bool forwards(const Place& place) {
  const std::string name(kForwarding);
  const auto found = sysctls_in(place, {&name, 1});
  return !found.empty() && found.front().value == "1";
}

// What the plan would set otherwise than it is.
void keep_sysctls(const Place& place, const state::Namespace& planned, topology::Node& node) {
  std::vector<std::string> names;
  for (const state::Sysctl& sysctl : planned.sysctls) names.push_back(sysctl.name);
  for (const state::Sysctl& found : sysctls_in(place, names)) {
    if (std::ranges::find(planned.sysctls, found) == planned.sysctls.end()) {
      node.sysctls.push_back({found});
    }
  }
}

// What plans do not set, with what the kernel has where nobody did: what the simulator reads
// (routing/settings.hh), and what decides flows and it does not, which makes them unknown.
constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kUnplanned{
    {{"net.ipv4.ip_default_ttl", "64"},
     {"net.ipv4.icmp_echo_ignore_all", "0"},
     {"net.ipv4.icmp_echo_ignore_broadcasts", "1"},
     {"net.ipv4.icmp_errors_use_inbound_ifaddr", "0"},
     {"net.ipv4.ip_nonlocal_bind", "0"},
     {"net.ipv4.ip_early_demux", "1"},
     {"net.ipv4.fib_multipath_hash_policy", "0"},
     {"net.ipv6.fib_multipath_hash_policy", "0"},
     {"net.netfilter.nf_conntrack_checksum", "1"},
     {"net.ipv4.conf.default.shared_media", "1"},
     {"net.ipv6.conf.all.proxy_ndp", "0"},
     {"net.ipv6.icmp.echo_ignore_all", "0"},
     {"net.ipv4.tcp_syncookies", "1"},
     {"net.ipv4.tcp_mtu_probing", "0"},
     {"net.ipv4.tcp_fwmark_accept", "0"},
     {"net.ipv4.fwmark_reflect", "0"},
     {"net.ipv6.fwmark_reflect", "0"},
     {"net.ipv4.ip_no_pmtu_disc", "0"},
     {"net.ipv4.ip_forward_use_pmtu", "0"},
     {"net.ipv6.bindv6only", "0"}}};

// Some of them a plan does set, as the network needs it.
void keep_unplanned_sysctls(const Place& place, const state::Namespace& planned,
                            topology::Node& node) {
  std::vector<state::Sysctl> usual;
  std::vector<std::string> names;
  for (const auto& [name, value] : kUnplanned) {
    const bool is_planned =
        std::ranges::any_of(planned.sysctls, [&](const auto& one) { return one.name == name; });
    if (is_planned) continue;
    usual.push_back({name, value});
    names.emplace_back(name);
  }
  for (const state::Sysctl& found : sysctls_in(place, names)) {
    if (std::ranges::find(usual, found) == usual.end()) node.sysctls.push_back({found});
  }
}

// Of interfaces, with what a topology leaves there where nothing is said; where that is for the
// namespace to say, with what decides it there.
struct InterfaceSetting {
  std::string_view name;
  std::string_view usual;
};
constexpr std::array<InterfaceSetting, 10> kIpv4Settings{{{"rp_filter", "0"},
                                                          {"accept_local", "0"},
                                                          {"arp_ignore", "0"},
                                                          {"arp_announce", "0"},
                                                          {"arp_filter", "0"},
                                                          {"proxy_arp", "0"},
                                                          {"route_localnet", "0"},
                                                          {"shared_media", "1"},
                                                          {"src_valid_mark", "0"},
                                                          {"send_redirects", "1"}}};
constexpr std::array<InterfaceSetting, 1> kIpv6Settings{{{"proxy_ndp", "0"}}};

// What the namespace's own settings make of those of a new interface.
std::string usual_value(const topology::Node& node, std::string_view family,
                        const InterfaceSetting& setting) {
  const std::string inherited = fmt::format("net.{}.conf.default.{}", family, setting.name);
  const auto stated = std::ranges::find_if(
      node.sysctls, [&](const auto& sysctl) { return sysctl.value.name == inherited; });
  return stated != node.sysctls.end() ? stated->value.value.str() : std::string(setting.usual);
}

std::vector<state::Sysctl> usual_settings(const topology::Node& node, std::string_view family,
                                          std::string_view interface) {
  std::vector<state::Sysctl> settings;
  const auto add = [&](const InterfaceSetting& setting) {
    settings.push_back({fmt::format("net/{}/conf/{}/{}", family, interface, setting.name),
                        usual_value(node, family, setting)});
  };
  add({"forwarding", node.forwarding ? "1" : "0"});
  if (family == "ipv4") std::ranges::for_each(kIpv4Settings, add);
  if (family == "ipv6") std::ranges::for_each(kIpv6Settings, add);
  return settings;
}

// Of which the namespace's own settings, and those that all have, do not say what they are.
void keep_interface_sysctls(const Place& place, topology::Topology& topology, NodeId id) {
  topology::Node& node = topology.node(id);
  std::vector<state::Sysctl> usual;
  for (const topology::Interface& interface : topology::interfaces_of(topology, id)) {
    if (interface.kind == topology::Interface::Kind::Loopback) continue;
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      if (!topology::uses_family(topology, family)) continue;
      std::ranges::move(usual_settings(node, to_string(family), interface.name),
                        std::back_inserter(usual));
    }
  }
  std::vector<std::string> names;
  for (const state::Sysctl& sysctl : usual) names.push_back(sysctl.name);
  for (const state::Sysctl& found : sysctls_in(place, names)) {
    if (std::ranges::find(usual, found) == usual.end()) node.sysctls.push_back({found});
  }
}

}  // namespace

Snapshot take(std::span<const Place> places, const std::string& name) {
  const std::vector<Found> found = find_all(places);
  Snapshot snapshot = topology_of(found, name);
  const auto attempt = [&](std::size_t place, const auto& part) {
    try {
      part();
    } catch (const std::exception& refused) {
      snapshot.not_captured.push_back(fmt::format(
          "{}: its sysctls: {}", snapshot.topology.node(NodeId(place)).name, refused.what()));
    }
  };
  for (std::size_t i = 0; i < places.size(); ++i) {
    attempt(i, [&] { snapshot.topology.node(NodeId(i)).forwarding = forwards(places[i]); });
  }
  const auto plan = plan::make_plan(snapshot.topology);
  if (!plan) {
    for (const Issue& issue : plan.error()) snapshot.not_captured.push_back(to_string(issue));
    return snapshot;
  }
  const plan::States planned = plan::expected(*plan);
  for (std::size_t i = 0; i < places.size(); ++i) {
    attempt(i, [&] {
      keep_sysctls(places[i], planned[i], snapshot.topology.node(NodeId(i)));
      keep_unplanned_sysctls(places[i], planned[i], snapshot.topology.node(NodeId(i)));
      keep_interface_sysctls(places[i], snapshot.topology, NodeId(i));
    });
  }
  return snapshot;
}

bool is_in_use(const Place& place) {
  return sys::call_in(place.netns, [] {
    netlink::Socket socket(netlink::Protocol::Route);
    return netlink::observe_namespace(socket).links.size() > 1;
  });
}

std::string to_yaml(const Snapshot& snapshot, const std::string& comment) {
  std::string comments = comment;
  for (const std::string& note : snapshot.notes) comments += "\n" + note;
  return topofile::to_yaml(snapshot.topology,
                           {.comment = comments, .not_captured = snapshot.not_captured});
}

Issues check_text(const std::string& text) {
  Issues issues;
  topofile::load_topology(kReadBack, {}, topofile::single_file(text, kReadBack), issues);
  std::erase_if(issues, [](const Issue& issue) { return !has_errors({issue}); });
  return issues;
}

}  // namespace topoproof::snapshot
