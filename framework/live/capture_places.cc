// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/capture_places.hh"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/suggest.hh"
#include "live/refusal.hh"
#include "netlink/observe.hh"
#include "netlink/socket.hh"

namespace topoproof::live {
namespace {

const JoinedNode& find_node(const Joined& joined, const std::string& name) {
  const auto found = std::ranges::find(joined.nodes, name, &JoinedNode::name);
  if (found != joined.nodes.end()) return *found;
  std::vector<std::string_view> known;
  for (const JoinedNode& node : joined.nodes) known.push_back(node.name);
  throw Refusal(fmt::format("there is no node '{}'{}", name, did_you_mean(name, known)));
}

std::vector<state::Link> links_of(const JoinedNode& node) {
  return sys::call_in(node.netns, [] {
    netlink::Socket socket(netlink::Protocol::Route);
    return netlink::observe_namespace(socket).links;
  });
}

void check_interface(const JoinedNode& node, const std::string& interface) {
  const auto links = links_of(node);
  std::vector<std::string_view> known;
  for (const state::Link& link : links) known.push_back(link.name);
  if (std::ranges::find(known, interface) != known.end()) return;
  throw Refusal(fmt::format("node '{}' has no interface '{}'{}", node.name, interface,
                            did_you_mean(interface, known)));
}

std::vector<CapturePoint> ends_between(const Joined& joined, const JoinedNode& near,
                                       const JoinedNode& far) {
  const auto far_links = links_of(far);
  auto near_links = links_of(near);
  joined.join_ends(near_links);
  std::vector<CapturePoint> ends;
  for (const state::Link& link : near_links) {
    const auto other = std::ranges::find(far_links, link.peer_index, &state::Link::index);
    if (!link.peer_index || other == far_links.end()) continue;
    ends.push_back({&near, link.name});
    ends.push_back({&far, other->name});
  }
  if (!ends.empty()) return ends;
  throw Refusal(fmt::format("there is no link between '{}' and '{}'", near.name, far.name));
}

std::vector<CapturePoint> resolve(const CapturePlace& place, const Joined& joined) {
  if (place.node.empty()) {
    std::vector<CapturePoint> all;
    for (const JoinedNode& node : joined.nodes) all.push_back({&node});
    return all;
  }
  const JoinedNode& node = find_node(joined, place.node);
  if (!place.far_node.empty()) return ends_between(joined, node, find_node(joined, place.far_node));
  if (!place.interface.empty()) check_interface(node, place.interface);
  return {{&node, place.interface}};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::expected<CapturePlace, Issue> parse_capture_place(std::string_view text) {
  constexpr std::string_view kLink = "--";
  CapturePlace place;
  if (text == "all") return place;
  if (const auto link = text.find(kLink); link != std::string_view::npos) {
    place.node = trimmed(text.substr(0, link));
    place.far_node = trimmed(text.substr(link + kLink.size()));
    if (!place.node.empty() && !place.far_node.empty()) return place;
  } else {
    const auto colon = text.find(':');
    place.node = text.substr(0, colon);
    if (colon != std::string_view::npos) place.interface = text.substr(colon + 1);
    if (!place.node.empty() && (!place.interface.empty() || !text.contains(':'))) return place;
  }
  return std::unexpected(make_issue(fmt::format(
      "'{}' is no place to capture at: all, NODE, NODE:INTERFACE, or NODE--NODE", text)));
}

std::vector<CapturePoint> resolve(const std::vector<CapturePlace>& places, const Joined& joined) {
  std::vector<CapturePoint> points;
  for (const CapturePlace& place : places) {
    std::ranges::move(resolve(place, joined), std::back_inserter(points));
  }
  return points;
}

netlink::InterfaceNames interface_names(const JoinedNode& node) {
  return sys::call_in(node.netns, [] {
    netlink::Socket socket(netlink::Protocol::Route);
    return netlink::observe_names(socket);
  });
}

}  // namespace topoproof::live
