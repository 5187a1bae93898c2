// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/addressing.hh"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "topology/interfaces.hh"

namespace topoproof::topology {
namespace {

// Networks of one pool, lowest first, that overlap nothing in use.
class NetworkSource {
 public:
  NetworkSource(const Prefix& pool, const std::set<Prefix>& used)
      : pool_(pool), used_(used), next_(pool.address()) {}

  std::optional<Prefix> take(int length) {
    while (!exhausted_ && length >= pool_.length()) {
      const Prefix candidate = aligned(length);
      const IpAddress last = candidate.address();
      next_ = after(candidate);
      exhausted_ = !pool_.contains(next_) || next_ <= last;
      if (!pool_.contains(candidate)) return std::nullopt;
      if (!overlaps_used(candidate)) return candidate;
    }
    return std::nullopt;
  }

 private:
  // The first network of the length that starts at `next_` or above.
  Prefix aligned(int length) const {
    const Prefix around = make_prefix(next_, length);
    return around.address() == next_ ? around : make_prefix(after(around), length);
  }
  static IpAddress after(const Prefix& prefix) {
    const int host_bits = address_bits(prefix.family()) - prefix.length();
    IpAddress address = prefix.address();
    // next_address steps by 64 bits at most: a /64 is stepped over in two halves.
    if (host_bits < 64) return next_address(address, std::uint64_t{1} << host_bits);
    Bytes bytes = address.bytes();
    store_be64(bytes.data(), load_be64(bytes.data()) + (std::uint64_t{1} << (host_bits - 64)));
    return IpAddress::from_bytes(bytes);
  }
  bool overlaps_used(const Prefix& candidate) const {
    return std::ranges::any_of(used_, [&](const Prefix& one) { return one.overlaps(candidate); });
  }

  Prefix pool_;
  const std::set<Prefix>& used_;  // by the user: the source repeats nothing of its own
  IpAddress next_;
  bool exhausted_ = false;
};

using NewAddresses = std::map<std::pair<NodeId, std::string>, Addresses>;

class FamilyAddressing {
 public:
  FamilyAddressing(const Topology& topology, const AddressPool& pool, bool loopbacks)
      : topology_(topology),
        family_(pool.links.family()),
        loopbacks_(loopbacks),
        pool_(pool),
        used_(networks_in_use()),
        loopback_source_(pool.loopbacks, used_),
        link_source_(pool.links, used_),
        lan_source_(pool.lans, used_) {}

  std::optional<Issue> assign(NewAddresses& added) {
    for (const Segment& segment : segments_of(topology_)) {
      if (auto issue = assign_segment(segment, added)) return issue;
    }
    if (!loopbacks_) return std::nullopt;
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
      if (auto issue = assign_loopback(NodeId(i), added)) return issue;
    }
    return std::nullopt;
  }

 private:
  std::set<Prefix> networks_in_use() const {
    std::set<Prefix> used;
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
      for (const Interface& one : interfaces_of(topology_, NodeId(i))) {
        for (const auto& address : one.addresses) {
          if (address.family() == family_) used.insert(address.network());
        }
      }
    }
    return used;
  }

  const InterfaceAddress* own(const Interface& interface) const {
    const auto found = std::ranges::find(interface.addresses, family_, &InterfaceAddress::family);
    return found == interface.addresses.end() ? nullptr : &*found;
  }

  // A link of two is one network of two addresses; who is alone gets a network as well.
  static bool is_link(const Segment& segment) {
    return segment.interfaces.size() <= 2 &&
           std::ranges::none_of(segment.interfaces, [](const Interface& one) {
             return one.kind == Interface::Kind::Bridge;
           });
  }

  int lan_length(std::size_t interfaces) const {
    if (family_ == Family::Ipv6) return 64;
    const int host_bits =
        static_cast<int>(std::bit_width(interfaces + 1));  // the network's own and broadcast
    return std::min(24, 32 - host_bits);
  }

  std::optional<Prefix> network_for(const Segment& segment) {
    for (const Interface& one : segment.interfaces) {
      if (const auto* address = own(one)) return address->network();
    }
    if (is_link(segment)) return link_source_.take(address_bits(family_) - 1);
    return lan_source_.take(lan_length(segment.interfaces.size()));
  }

  std::optional<Issue> assign_segment(const Segment& segment, NewAddresses& added) {
    if (std::ranges::all_of(segment.interfaces, [&](const auto& one) { return own(one); })) {
      return std::nullopt;
    }
    const auto network = network_for(segment);
    if (!network) {
      return make_issue(fmt::format("no network is left for '{}' in {} of the address pool",
                                    name_of(segment.interfaces[0]),
                                    to_string(is_link(segment) ? pool_.links : pool_.lans)));
    }
    return assign_in(*network, segment, added);
  }

  std::optional<Issue> assign_in(const Prefix& network, const Segment& segment,
                                 NewAddresses& added) {
    std::set<IpAddress> taken;
    for (const Interface& one : segment.interfaces) {
      for (const auto& address : one.addresses) taken.insert(address.address);
    }
    const bool is_pair = network.length() == address_bits(family_) - 1;
    IpAddress candidate = is_pair ? network.address() : next_address(network.address());
    for (const Interface& one : segment.interfaces) {
      if (own(one)) continue;
      while (taken.contains(candidate)) candidate = next_address(candidate);
      if (!network.contains(candidate) || is_broadcast(network, candidate)) {
        return make_issue(
            fmt::format("no address is left for '{}' in {}, the network of its "
                        "segment",
                        name_of(one), to_string(network)));
      }
      taken.insert(candidate);
      added[{one.node, one.name}].push_back({InterfaceAddress{candidate, network.length()}, {}});
    }
    return std::nullopt;
  }

  bool is_broadcast(const Prefix& network, const IpAddress& address) const {
    return family_ == Family::Ipv4 && network.length() < 31 &&
           !network.contains(next_address(address));
  }

  std::optional<Issue> assign_loopback(NodeId id, NewAddresses& added) {
    const Node& node = topology_.node(id);
    const bool has_one = std::ranges::any_of(
        node.loopback, [&](const auto& one) { return one.value.family() == family_; });
    if (!node.forwarding || has_one) return std::nullopt;
    auto host = loopback_source_.take(address_bits(family_));
    if (host && host->address() == pool_.loopbacks.address()) {
      host = loopback_source_.take(address_bits(family_));  // no node is called 10.255.0.0
    }
    if (!host) {
      return make_issue(fmt::format("no loopback address is left for '{}' in {}", node.name,
                                    to_string(pool_.loopbacks)));
    }
    added[{id, "lo"}].push_back({InterfaceAddress{host->address(), host->length()}, {}});
    return std::nullopt;
  }

  std::string name_of(const Interface& one) const {
    return topology_.node(one.node).name + ":" + one.name;
  }

  const Topology& topology_;
  Family family_;
  bool loopbacks_;
  AddressPool pool_;
  std::set<Prefix> used_;
  NetworkSource loopback_source_;
  NetworkSource link_source_;
  NetworkSource lan_source_;
};

void extend(Addresses& addresses, NewAddresses& added, NodeId node, const std::string& interface) {
  const auto found = added.find({node, interface});
  if (found == added.end()) return;
  addresses.insert(addresses.end(), found->second.begin(), found->second.end());
}

// Links and bridges of a topology never change: it is built again, in the same order.
Topology rebuilt_with(const Topology& topology, NewAddresses& added) {
  Topology result(topology.name());
  for (Node node : topology.nodes()) {
    extend(node.loopback, added, NodeId(result.nodes().size()), "lo");
    result.add_node(std::move(node));
  }
  for (Bridge bridge : topology.bridges()) {
    extend(bridge.addresses, added, bridge.node, bridge.name);
    result.add_bridge(std::move(bridge));
  }
  for (Link link : topology.links()) {
    for (Endpoint& end : link.ends) {
      if (!end.bridge) extend(end.addresses, added, end.node, end.interface);
    }
    result.connect(std::move(link));
  }
  return result;
}

}  // namespace

AddressPool default_ipv6_pool() {
  const auto network = [](const char* text) { return Prefix::parse(text).value(); };
  return {.loopbacks = network("fd00:255::/64"),
          .links = network("fd00:254::/64"),
          .lans = network("fd00::/48")};
}

std::expected<Topology, Issue> assign_addresses(const Topology& topology,
                                                const AddressingOptions& options) {
  NewAddresses added;
  for (const auto& pool : {options.ipv4, options.ipv6}) {
    if (!pool) continue;
    if (auto issue = FamilyAddressing(topology, *pool, options.loopbacks).assign(added)) {
      return std::unexpected(*std::move(issue));
    }
  }
  return rebuilt_with(topology, added);
}

}  // namespace topoproof::topology
