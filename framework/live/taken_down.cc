// SPDX-License-Identifier: GPL-2.0-or-later
#include "live/taken_down.hh"

#include <algorithm>
#include <iterator>
#include <span>
#include <variant>

#include <fmt/format.h>

namespace topoproof::live {
namespace {

using Place = TakenDown::Place;

bool is_made_in(std::span<const plan::Step> steps, std::span<const std::string> nodes,
                const Place& place) {
  const auto is_it = [&](NodeId node, const state::Link& link) {
    return link.name == place.interface && nodes[node.index()] == place.node;
  };
  return std::ranges::any_of(steps, [&](const plan::Step& step) {
    if (const auto* veth = std::get_if<plan::CreateVeth>(&step.operation)) {
      return is_it(veth->node, veth->link) || is_it(veth->peer_node, *veth->peer);
    }
    const auto* bridge = std::get_if<plan::CreateBridge>(&step.operation);
    return bridge != nullptr && is_it(bridge->node, bridge->link);
  });
}

bool is_there_after(const plan::Update& update, const Place& place) {
  return is_made_in(update.plan.steps, update.plan.nodes, place);
}
bool is_made_by(const plan::Update& update, const Place& place) {
  return is_made_in(update.steps, update.nodes, place);
}

}  // namespace

void TakenDown::set(const Place& place, bool up) {
  if (up) {
    places_.erase(place);
  } else {
    places_.insert(place);
  }
}

std::vector<Place> TakenDown::at(const std::set<std::string>& nodes) const {
  std::vector<Place> found;
  std::ranges::copy_if(places_, std::back_inserter(found),
                       [&](const Place& place) { return nodes.contains(place.node); });
  return found;
}

std::string TakenDown::outlook(const plan::Update& update) const {
  std::string text;
  for (const Place& place : places_) {
    if (!is_there_after(update, place)) continue;
    text += fmt::format("  {}:{} {}\n", place.node, place.interface,
                        is_made_by(update, place)
                            ? "is up: it is another link than the one that was taken down"
                            : "stays down, as `link down` left it");
  }
  return text;
}

void TakenDown::forget_lost(const plan::Update& update) {
  std::erase_if(places_, [&](const Place& place) {
    return !is_there_after(update, place) || is_made_by(update, place);
  });
}

}  // namespace topoproof::live
