// SPDX-License-Identifier: GPL-2.0-or-later
#include "topofile/reader_node.hh"

#include <fmt/format.h>

#include "base/duration.hh"
#include "base/interface_name.hh"
#include "topofile/short_forms.hh"

namespace topoproof::topofile {
namespace {

using document::Fields;
using document::integer;
using document::list_of;
using document::one_or_list_of;
using document::read_bool;

auto address_of_family(Family family) {
  return [family](std::string_view text) -> std::expected<InterfaceAddress, Issue> {
    auto address = InterfaceAddress::parse(text);
    if (!address || address->family() == family) return address;
    return std::unexpected(
        make_issue(fmt::format("'{}' belongs under '{}:', not under '{}:'", text,
                               to_string(address->family()), to_string(family))));
  };
}

std::optional<std::vector<topology::Located<state::Sysctl>>> read_sysctls(
    const document::Node& node, Issues& issues) {
  std::vector<topology::Located<state::Sysctl>> sysctls;
  for (const document::Entry& entry : document::entries_of(node, issues)) {
    const auto name = parse_sysctl_name(entry.key);
    if (!name) issues.push_back(make_issue(entry.where(), name.error().text));
    const auto value = document::read_string(entry.value, issues);
    if (name && value) sysctls.push_back({{*name, *value}, entry.where()});
  }
  return sysctls;
}

std::optional<std::chrono::seconds> read_seconds(const document::Node& node, Issues& issues) {
  const auto time = document::read_value(node, issues, parse_duration);
  if (!time) return std::nullopt;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*time);
  if (seconds == *time) return seconds;
  issues.push_back(make_issue(node.where(), "whole seconds only"));
  return std::nullopt;
}

topology::Bridge read_bridge(const document::Entry& entry, Issues& issues) {
  topology::Bridge bridge{.name = entry.key, .where = entry.where()};
  if (const auto name = parse_interface_name(entry.key); !name) {
    issues.push_back(make_issue(entry.where(), name.error().text));
  }
  Fields fields(entry.value, issues);
  take_addresses(fields, bridge.addresses);
  fields.optional("mtu", integer(68, 65535), bridge.mtu);
  fields.optional("mac", parse_interface_mac, bridge.mac);
  fields.optional("stp", read_bool, bridge.stp);
  fields.optional("ageing", read_seconds, bridge.ageing);
  fields.finish();
  return bridge;
}

auto bridges_reader() {
  return [](const document::Node& node,
            Issues& issues) -> std::optional<std::vector<topology::Bridge>> {
    std::vector<topology::Bridge> bridges;
    for (const document::Entry& entry : document::entries_of(node, issues)) {
      bridges.push_back(read_bridge(entry, issues));
    }
    return bridges;
  };
}

}  // namespace

std::expected<MacAddress, Issue> parse_interface_mac(std::string_view text) {
  const auto mac = MacAddress::parse(text);
  if (!mac) return mac;
  const bool is_of_group = (std::to_integer<unsigned>(mac->bytes()[0]) & 1U) != 0;
  if (is_of_group)
    return std::unexpected(make_issue(fmt::format("{} is the MAC address of a group", text)));
  if (*mac == MacAddress())
    return std::unexpected(make_issue(fmt::format("no interface can have the MAC {}", text)));
  return mac;
}

void take_addresses(Fields& fields, topology::Addresses& addresses) {
  topology::Addresses ipv6;
  fields.optional("ipv4", one_or_list_of(located(address_of_family(Family::Ipv4))), addresses);
  fields.optional("ipv6", one_or_list_of(located(address_of_family(Family::Ipv6))), ipv6);
  addresses.insert(addresses.end(), ipv6.begin(), ipv6.end());
}

NodeDraft read_node(const document::Entry& entry, const FileReader& read_file, Issues& issues) {
  NodeDraft draft{.node = {.name = entry.key, .where = entry.where()}, .bridges = {}};
  if (const auto name = parse_node_name(entry.key); !name) {
    issues.push_back(make_issue(entry.where(), name.error().text));
  }
  topology::Node& node = draft.node;
  Fields fields(entry.value, issues);
  fields.optional("forwarding", read_bool, node.forwarding);
  fields.optional("loopback", one_or_list_of(located(InterfaceAddress::parse)), node.loopback);
  fields.optional("bridges", bridges_reader(), draft.bridges);
  const auto route = [](const document::Node& text, Issues& found) {
    return read_route(text, found);
  };
  fields.optional("routes", one_or_list_of(located(route)), node.routes);
  fields.optional("rules", one_or_list_of(located(read_policy_rule)), node.policy_rules);
  give_priorities(node.policy_rules);
  fields.optional("neighbors", one_or_list_of(located(read_neighbor)), node.neighbors);
  fields.optional("sysctls", read_sysctls, node.sysctls);
  fields.optional("listens", one_or_list_of(located(read_listen)), node.listens);
  fields.optional("services", read_programs, node.programs);
  fields.optional("name_servers", one_or_list_of(located(IpAddress::parse)), node.name_servers);
  fields.optional("hosts", one_or_list_of(located(parse_host_names)), node.hosts);
  take_rules(fields, read_file, node);
  fields.finish();
  return draft;
}

}  // namespace topoproof::topofile
