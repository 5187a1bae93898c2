// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "live/inspect.hh"
#include "rules/show.hh"

namespace topoproof::live {
namespace {

std::string addresses_of(const state::Namespace& ns, const std::string& interface) {
  std::string text;
  for (const state::Address& address : ns.addresses) {
    if (address.interface != interface) continue;
    text +=
        fmt::format("  {}{}", to_string(address.address), address.tentative ? " tentative" : "");
  }
  return text;
}

std::string line_of(const state::Link& link, const InspectedNode& node, std::size_t width) {
  std::string text =
      fmt::format("    {:{}}  {:4}  mtu {}", link.name, width, link.up ? "up" : "down", link.mtu);
  if (link.mac && link.kind != state::LinkKind::Loopback) {
    text += fmt::format("  {}", to_string(*link.mac));
  }
  text += addresses_of(node.state, link.name);
  if (link.master) text += fmt::format("  port of {}", *link.master);
  const auto far = node.far_ends.find(link.name);
  if (far != node.far_ends.end()) text += fmt::format("  -- {}", far->second);
  const auto impairment = node.impairments.find(link.name);
  if (impairment != node.impairments.end())
    text += fmt::format("  sends with {}", impairment->second);
  return text + "\n";
}

std::string interface_lines(const InspectedNode& node) {
  std::size_t width = 0;
  for (const state::Link& link : node.state.links) width = std::max(width, link.name.size());
  std::string text = "  interfaces\n";
  for (const state::Link& link : node.state.links) text += line_of(link, node, width);
  return text;
}

// What is described as "route default via ..." stands under a heading that says so already.
std::string without_kind(std::string text, std::string_view kind) {
  return text.starts_with(kind) ? text.substr(kind.size()) : text;
}

template <class T, class Shown>
std::string section(std::string_view heading, const std::vector<T>& values, std::string_view kind,
                    Shown shown) {
  std::string text;
  for (const T& value : values) {
    if (shown(value)) text += fmt::format("    {}\n", without_kind(state::describe(value), kind));
  }
  return text.empty() ? "" : fmt::format("  {}\n{}", heading, text);
}

bool is_shown(const state::Route& route) {
  const bool is_multicast = route.destination.address().is_multicast();
  return route.table != state::kTableLocal && !is_multicast;
}

// Entries of the kernel's own for multicast and loopback.
bool is_shown(const state::Neighbor& neighbor) {
  return neighbor.state != state::NeighborState::NoArp;
}

// The addresses that the bridge and its ports have themselves are no news.
bool is_shown(const state::BridgeEntry& entry) {
  return entry.state != state::NeighborState::Permanent;
}

std::string rule_lines(const InspectedNode& node) {
  if (!node.unread_rules.empty()) return fmt::format("  rules\n    {}\n", node.unread_rules);
  const std::string text = rules::show(node.rules, rules::Detail::Counters);
  if (text.empty()) return "";
  std::string indented = "  rules\n";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) indented += fmt::format("    {}\n", line);
  return indented;
}

std::string service_lines(const InspectedNode& node) {
  std::string text = node.services.empty() ? "" : "  services\n";
  for (const service::Status& one : node.services) text += fmt::format("    {}\n", describe(one));
  return text;
}

std::string text_of(const InspectedNode& node) {
  const auto all = [](const auto&) { return true; };
  const state::Namespace policy = state::normalize({.rules = node.state.rules});
  return node.name + "\n" + interface_lines(node) +
         section("routes", node.state.routes, "route ",
                 [](const state::Route& route) { return is_shown(route); }) +
         section("policy rules", policy.rules, "", all) +
         section("neighbours", node.state.neighbors, "neighbor ",
                 [](const state::Neighbor& neighbor) { return is_shown(neighbor); }) +
         section("bridge entries", node.bridge_entries, "bridge entry ",
                 [](const state::BridgeEntry& entry) { return is_shown(entry); }) +
         rule_lines(node) + section("connections", node.connections, "", all) + service_lines(node);
}

}  // namespace

std::string to_text(const std::vector<InspectedNode>& nodes) {
  std::string text;
  for (const InspectedNode& node : nodes) text += text_of(node);
  return text;
}

}  // namespace topoproof::live
