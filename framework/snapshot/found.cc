// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/found.hh"

#include <exception>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "netlink/observe.hh"
#include "netlink/peer_namespace.hh"
#include "netlink/xfrm.hh"
#include "snapshot/ipvs.hh"
#include "sys/error.hh"
#include "sys/files.hh"

namespace topoproof::snapshot {
namespace {

// What takes packets elsewhere, or makes others of them, and stands in no list of interfaces,
// routes or rules. REQUIRES: the calling thread is in the namespace.
void find_transformers(Found& found) {
  const netlink::XfrmCount xfrm = netlink::count_xfrm();
  if (xfrm != netlink::XfrmCount()) {
    found.missed.push_back(
        fmt::format("XFRM (IPsec): policies: {}, states: {}", xfrm.policies, xfrm.states));
  }
  const auto listing = sys::read_file("/proc/thread-self/net/ip_vs").value_or("");
  for (const std::string& service : ipvs_services(listing)) {
    found.missed.push_back(fmt::format("IPVS service {}", service));
  }
}

// REQUIRES: the calling thread is in the namespace.
void find_objects(std::size_t own, std::span<const Place> places, Found& found) {
  netlink::Socket socket(netlink::Protocol::Route);
  found.state = netlink::observe_namespace(socket);
  found.queueing = netlink::observe_queueing(socket);
  found.peculiarities = netlink::observe_peculiarities(socket);
  find_transformers(found);
  const auto ids = netlink::observe_peer_namespaces(socket);
  std::map<std::uint32_t, std::size_t> place_of_id;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto id = netlink::namespace_id(socket, places[i].netns.fd());
    if (id) place_of_id[*id] = i;
  }
  for (const state::Link& link : found.state.links) {
    if (link.kind != state::LinkKind::Veth || !link.index) continue;
    const auto id = ids.find(*link.index);
    if (id == ids.end()) {
      found.peers[*link.index] = own;
    } else if (const auto place = place_of_id.find(id->second); place != place_of_id.end()) {
      found.peers[*link.index] = place->second;
    }
  }
}

Found find(std::size_t own, std::span<const Place> places) {
  const Place& place = places[own];
  Found found{.name = place.name, .state = {}};
  try {
    sys::run_in(place.netns, [&] { find_objects(own, places, found); });
    found.rules = read_rules(place.netns, found.missed);
  } catch (const sys::SystemError& refused) {
    if (refused.code() == std::errc::operation_not_permitted) {
      throw std::runtime_error(fmt::format("'{}' may not be looked into: {}; run this as root",
                                           place.name, refused.what()));
    }
    found.missed.push_back(fmt::format("it could not be read: {}", refused.what()));
  } catch (const std::exception& refused) {
    found.missed.push_back(fmt::format("it could not be read: {}", refused.what()));
  }
  return found;
}

}  // namespace

std::vector<Found> find_all(std::span<const Place> places) {
  std::vector<Found> all;
  for (std::size_t i = 0; i < places.size(); ++i) all.push_back(find(i, places));
  return all;
}

}  // namespace topoproof::snapshot
