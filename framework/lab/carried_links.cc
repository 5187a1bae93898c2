// SPDX-License-Identifier: GPL-2.0-or-later
#include "lab/carried_links.hh"

#include <algorithm>

#include <fmt/format.h>

#include "netlink/batch.hh"
#include "netlink/link.hh"
#include "netlink/observe.hh"
#include "sys/files.hh"

namespace topoproof::lab {
namespace {

constexpr std::uint32_t kLargestMtu = 65535;  // the ends decide what is too large
constexpr const char* kNoIpv6 = "net.ipv6.conf.default.disable_ipv6";

std::size_t end_of(const std::array<std::uint32_t, 2>& ends, std::uint32_t index) {
  return ends[0] == index ? 0 : 1;
}

void commit(netlink::Socket& socket, netlink::Batch& batch, const std::string& attempt) {
  socket.commit(batch, [&](std::size_t) { return attempt; });
}

}  // namespace

CarriedLinks::Workshop::Workshop() : netns(sys::Netns::create()) {
  sys::run_in(netns, [this] {
    route.emplace(netlink::Protocol::Route);
    if (sys::read_sysctl(kNoIpv6)) sys::write_sysctl(kNoIpv6, "1");
  });
}

void CarriedLinks::create(const plan::CreateVeth& op, const std::string& attempt) {
  if (!workshop_) workshop_.emplace();
  Link link{.ends = {op.link->index.value(), op.peer->index.value()},
            .devices = {fmt::format("left{}", made_), fmt::format("right{}", made_)}};
  ++made_;
  const auto make = [&](NodeId node, const state::Link& end, const std::string& device) {
    netlink::Batch batch;
    const netlink::VethPair pair{.near = end,
                                 .far = {.name = device, .mtu = kLargestMtu},
                                 .far_netns = workshop_->netns.fd()};
    encode(pair, namespaces_.names(node), batch.add(0, netlink::kCreateLink));
    commit(namespaces_.route_socket(node), batch, attempt);
  };
  make(op.node, op.link, link.devices[0]);
  make(op.peer_node, *op.peer, link.devices[1]);
  workshop_->names = netlink::observe_names(*workshop_->route);
  for (const std::string& device : link.devices) change(device, true);
  link.number = workshop_->relay.add(workshop_->netns, link.devices);
  links_.push_back(std::move(link));
}

const CarriedLinks::Link* CarriedLinks::find(std::uint32_t index) const {
  const auto found = std::ranges::find_if(links_, [&](const Link& link) {
    return std::ranges::find(link.ends, index) != link.ends.end();
  });
  return found != links_.end() ? &*found : nullptr;
}

void CarriedLinks::change(const std::string& device, bool up) {
  netlink::Batch batch;
  encode(netlink::LinkChange{.name = device, .up = up}, workshop_->names,
         batch.add(0, netlink::kChangeLink));
  commit(*workshop_->route, batch, "change a link of the relay");
}

void CarriedLinks::erase(std::uint32_t index) {
  const Link* link = find(index);
  if (link == nullptr) return;
  workshop_->relay.remove(link->number);
  netlink::Batch batch;
  encode_removal(link->devices[1 - end_of(link->ends, index)], workshop_->names,
                 batch.add(0, netlink::kRemoveLink));
  commit(*workshop_->route, batch, "delete a link of the relay");
  std::erase_if(links_, [number = link->number](const Link& l) { return l.number == number; });
}

void CarriedLinks::set_up(std::uint32_t index, bool up) {
  if (const Link* link = find(index)) change(link->devices[1 - end_of(link->ends, index)], up);
}

void CarriedLinks::impair(std::uint32_t index, const impair::Impairment& impairment) {
  const auto link = std::ranges::find_if(
      links_, [&](const Link& l) { return std::ranges::find(l.ends, index) != l.ends.end(); });
  if (link == links_.end()) return;
  const std::size_t end = end_of(link->ends, index);
  workshop_->relay.impair(link->number, end, impairment);
  link->impairments.at(end) = impairment;
}

std::vector<CarriedEnd> CarriedLinks::ends() const {
  std::vector<CarriedEnd> all;
  for (const Link& link : links_) {
    all.push_back({link.ends[0], link.ends[1], link.impairments[0]});
    all.push_back({link.ends[1], link.ends[0], link.impairments[1]});
  }
  return all;
}

void CarriedLinks::join_ends(state::Namespace& found) const {
  for (state::Link& end : found.links) {
    const Link* link = end.index ? find(*end.index) : nullptr;
    if (link != nullptr) end.peer_index = link->ends[1 - end_of(link->ends, *end.index)];
  }
}

bool CarriedLinks::wait_until_idle(sys::Clock::time_point deadline) {
  return !workshop_ || workshop_->relay.wait_until_idle(deadline);
}

}  // namespace topoproof::lab
