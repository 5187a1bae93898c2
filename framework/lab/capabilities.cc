// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/capabilities.hh"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "base/check.hh"
#include "netfilter/text.hh"
#include "netlink/conntrack.hh"
#include "netlink/link.hh"
#include "netlink/socket.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/netns.hh"

namespace topoproof::lab {
namespace {

using netlink::AttributeSpec;
using netlink::Kind;

// What the kernel said against it; nothing if it did it.
using Trial = std::function<std::optional<std::string>(const sys::Netns& netns)>;

struct Probe {
  std::string_view name;
  Trial trial;
  std::string how_to_allow;
};

netlink::Socket open_socket(const sys::Netns& netns, netlink::Protocol protocol) {
  std::optional<netlink::Socket> socket;
  sys::run_in(netns, [&] { socket.emplace(protocol); });
  return std::move(*socket);
}

// Sends one message. RETURNS: its refusal, if the error is one of `missing`: what is there but
// needs more than a probe says is refused as well, with another error.
std::optional<std::string> refusal(const sys::Netns& netns, netlink::Batch& batch,
                                   std::span<const int> missing) {
  for (const auto& refused : open_socket(netns, netlink::Protocol::Route).refusals(batch)) {
    if (std::ranges::find(missing, refused.error) == missing.end()) continue;
    return refused.text.empty() ? sys::error_text(refused.error) : refused.text;
  }
  return std::nullopt;
}

constexpr std::array kUnknownKind = {EOPNOTSUPP};

Probe link_kind(std::string_view kind, std::string_view module) {
  const auto trial = [kind](const sys::Netns& netns) {
    netlink::Batch batch;
    encode(
        state::Link{
            .name = "probe", .kind = state::LinkKind::Other, .other_kind = std::string(kind)},
        netlink::InterfaceNames(), batch.add(0, netlink::kCreateLink));
    return refusal(netns, batch, kUnknownKind);
  };
  return {kind, trial, fmt::format("modprobe {}", module)};
}

constexpr std::array kBridgeData = {AttributeSpec{IFLA_BR_VLAN_FILTERING, Kind::U8, ""}};
constexpr netlink::Schema kBridgeDataSchema{0, kBridgeData};
constexpr std::array kLinkInfo = {
    AttributeSpec{IFLA_INFO_KIND, Kind::String, ""},
    AttributeSpec{IFLA_INFO_DATA, Kind::Nested, "", &kBridgeDataSchema}};
constexpr netlink::Schema kLinkInfoSchema{0, kLinkInfo};
constexpr std::array kLink = {AttributeSpec{IFLA_LINKINFO, Kind::Nested, "", &kLinkInfoSchema}};
constexpr netlink::Schema kLinkSchema{sizeof(ifinfomsg), kLink};
constinit const netlink::Request kCreateFilteringBridge{
    RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, &kLinkSchema};

std::optional<std::string> try_vlan_filtering(const sys::Netns& netns) {
  netlink::Batch batch;
  netlink::MessageWriter& writer = batch.add(0, kCreateFilteringBridge);
  writer.put_header(ifinfomsg{});
  {
    const auto info = writer.nest(IFLA_LINKINFO);
    writer.put_string(IFLA_INFO_KIND, "bridge");
    const auto data = writer.nest(IFLA_INFO_DATA);
    writer.put_u8(IFLA_BR_VLAN_FILTERING, 1);
  }
  constexpr std::array kMissing = {EOPNOTSUPP, EINVAL};
  return refusal(netns, batch, kMissing);
}

constexpr std::array kQdisc = {AttributeSpec{TCA_KIND, Kind::String, ""}};
constexpr netlink::Schema kQdiscSchema{sizeof(tcmsg), kQdisc};
constinit const netlink::Request kCreateQdisc{
    RTM_NEWQDISC, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, &kQdiscSchema};

std::optional<std::string> try_netem(const sys::Netns& netns) {
  netlink::Batch batch;
  netlink::MessageWriter& writer = batch.add(0, kCreateQdisc);
  writer.put_header(tcmsg{.tcm_family = 0,
                          .tcm__pad1 = 0,
                          .tcm__pad2 = 0,
                          .tcm_ifindex = 1,
                          .tcm_handle = 0,
                          .tcm_parent = TC_H_ROOT,
                          .tcm_info = 0});
  writer.put_string(TCA_KIND, "netem");
  constexpr std::array kMissing = {ENOENT, EOPNOTSUPP};
  return refusal(netns, batch, kMissing);
}

std::optional<std::string> try_conntrack_listing(const sys::Netns& netns) {
  try {
    netlink::Socket socket = open_socket(netns, netlink::Protocol::Netfilter);
    netlink::observe_connections(socket);
    return std::nullopt;
  } catch (const sys::SystemError& refused) {
    return refused.what();
  }
}

Probe sysctl(std::string_view name, std::string_view file, std::string how) {
  const auto trial = [file](const sys::Netns& netns) -> std::optional<std::string> {
    const auto value = sys::call_in(netns, [&] { return sys::read_sysctl(file); });
    if (value) return std::nullopt;
    return fmt::format("there is no {}", sys::sysctl_path(file).string());
  };
  return {name, trial, std::move(how)};
}

Probe rules(std::string_view name, const std::string& text, std::string_view modules) {
  const auto trial = [text](const sys::Netns& netns) -> std::optional<std::string> {
    const Issues refused = netfilter::load_text(netns, text);
    if (refused.empty()) return std::nullopt;
    return refused.front().text;
  };
  return {name, trial, fmt::format("modprobe -a {}", modules)};
}

std::optional<std::string> try_namespace(const sys::Netns&) { return std::nullopt; }

std::vector<Probe> link_probes() {
  return {
      {"network namespaces", try_namespace, "raise user.max_net_namespaces"},
      link_kind("veth", "veth"),
      link_kind("bridge", "bridge"),
      {"VLAN filtering", try_vlan_filtering, "a kernel with CONFIG_BRIDGE_VLAN_FILTERING"},
      sysctl("br_netfilter", "net.bridge.bridge-nf-call-iptables", "modprobe br_netfilter"),
      link_kind("vlan", "8021q"),
      link_kind("vxlan", "vxlan"),
      link_kind("macvlan", "macvlan"),
      link_kind("dummy", "dummy"),
      link_kind("bond", "bonding"),
      link_kind("vrf", "vrf"),
      link_kind("ipip", "ipip"),
      link_kind("gre", "ip_gre"),
      link_kind("wireguard", "wireguard"),
      {"netem", try_netem, "modprobe sch_netem"},
  };
}

// A table with one base chain ("filter hook input") and one rule in it, or none.
std::string chain(std::string_view family, std::string_view base, std::string_view rule = {}) {
  return fmt::format("table {} t {{\n chain c {{\n type {} priority 0\n {}\n }}\n}}\n", family,
                     base, rule);
}

std::vector<Probe> rule_probes() {
  return {
      rules("nft inet", chain("inet", "filter hook input"), "nf_tables"),
      rules("nft nat", chain("ip", "nat hook postrouting", "masquerade"), "nft_chain_nat nft_masq"),
      rules("nft nat for IPv6", chain("ip6", "nat hook postrouting", "masquerade"),
            "nft_chain_nat nft_masq"),
      rules("nft bridge", chain("bridge", "filter hook forward"), "nf_tables"),
      rules("nft ingress", chain("netdev", "filter hook ingress device lo"), "nf_tables"),
      rules("nft conntrack", chain("inet", "filter hook input", "ct state new"),
            "nf_conntrack nft_ct"),
      rules("nft bridge conntrack", chain("bridge", "filter hook forward", "ct state new"),
            "nf_conntrack_bridge"),
      rules("nft fib", chain("inet", "filter hook prerouting", "fib daddr type local"),
            "nft_fib_inet"),
      rules("nft flowtable",
            "table ip t {\n flowtable f {\n hook ingress priority 0\n devices = { lo }\n }\n}\n",
            "nf_flow_table nft_flow_offload"),
      rules("nft queue", chain("inet", "filter hook input", "queue"), "nfnetlink_queue nft_queue"),
      rules("nft tproxy", chain("ip", "filter hook prerouting", "tcp dport 1 tproxy to :2"),
            "nft_tproxy"),
      {"connection listing", try_conntrack_listing, "modprobe nf_conntrack_netlink"},
  };
}

std::vector<Probe> all_probes() {
  std::vector<Probe> probes = link_probes();
  std::ranges::move(rule_probes(), std::back_inserter(probes));
  return probes;
}

Capability result_of(const Probe& probe) {
  std::optional<std::string> why_not;
  try {
    why_not = probe.trial(sys::Netns::create());
  } catch (const std::exception& thrown) {
    why_not = thrown.what();
  }
  if (!why_not) return {.name = std::string(probe.name), .available = true};
  return {.name = std::string(probe.name), .why_not = *why_not, .how_to_allow = probe.how_to_allow};
}

}  // namespace

std::vector<std::string> capability_names() {
  std::vector<std::string> names;
  for (const Probe& probe : all_probes()) names.emplace_back(probe.name);
  return names;
}

Capability probe_capability(std::string_view name) {
  const auto probes = all_probes();
  const auto found = std::ranges::find(probes, name, &Probe::name);
  TOPOPROOF_CHECK(found != probes.end(), "a capability that is asked for can be probed");
  return result_of(*found);
}

std::vector<Capability> probe_capabilities() {
  std::vector<Capability> capabilities;
  for (const Probe& probe : all_probes()) capabilities.push_back(result_of(probe));
  return capabilities;
}

std::string describe(const Capability& capability) {
  if (capability.available) return capability.name + ": available";
  return fmt::format("{}: missing: {}; to allow it: {}", capability.name, capability.why_not,
                     capability.how_to_allow);
}

}  // namespace topoproof::lab
