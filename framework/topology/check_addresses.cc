// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cstddef>
#include <map>

#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

// An address with everything that a sentence about it needs.
struct Owned {
  InterfaceAddress address;
  NodeId node;
  std::string name;  // "red:veth-red"
  Location where;
  std::size_t segment = 0;
};

std::vector<Owned> addresses_on(const Topology& topology, const Interface& interface,
                                std::size_t segment) {
  std::vector<Owned> found;
  for (const auto& [address, where] : addresses_of(topology, interface)) {
    found.push_back({address, interface.node, full_name(topology, interface), where, segment});
  }
  return found;
}

// The last address of an IPv4 network with more than two.
bool is_broadcast(const InterfaceAddress& one) {
  if (!one.address.is_v4() || one.length > 30) return false;
  const std::uint32_t host_bits = 0xffff'ffffU >> one.length;
  return (one.address.v4().bits() & host_bits) == host_bits;
}

bool is_network(const InterfaceAddress& one) {
  return one.length < address_bits(one.family()) - 1 && one.address == one.network().address();
}

void check_usable(const Owned& one, Issues& issues) {
  const auto say = [&](auto make, std::string_view why) {
    issues.push_back(make(one.where, fmt::format("{} cannot be an address of '{}': {}",
                                                 to_string(one.address), one.name, why)));
  };
  const auto error = [](Location where, std::string text) {
    return make_issue(std::move(where), std::move(text));
  };
  const IpAddress& address = one.address.address;
  if (address.is_multicast()) return say(error, "it is a multicast address");
  if (address.is_unspecified()) return say(error, "it means no address at all");
  if (is_broadcast(one.address)) return say(error, "it is the broadcast address of its network");
  if (!is_network(one.address)) return;
  if (address.is_v4()) return say(error, "it is the address of the network itself");
  say(make_warning, "it is the anycast address of the routers of its network");
}

bool share_network(const Owned& a, const Owned& b) {
  return a.address.network().contains(b.address.address) ||
         b.address.network().contains(a.address.address);
}

// A host prefix (/32) on a link is meant: its peer is reached by a route to the interface.
bool expects_neighbors(const Owned& one) { return !one.address.network().is_host(); }

// Two ends of a link, each with addresses of the family, that cannot speak to each other.
void check_link_subnet(const std::vector<Owned>& ones, const std::vector<Owned>& others,
                       Family family, Issues& issues) {
  const Owned* first = nullptr;
  const Owned* last = nullptr;
  for (const Owned& one : ones) {
    for (const Owned& other : others) {
      if (one.address.family() != family || other.address.family() != family) continue;
      if (!expects_neighbors(one) || !expects_neighbors(other)) return;
      if (share_network(one, other)) return;
      if (first == nullptr) first = &one;
      last = &other;
    }
  }
  if (first == nullptr) return;
  issues.push_back(make_issue(
      last->where,
      fmt::format("address outside its link's subnet: {} of '{}', while '{}' at the other end has "
                  "{}",
                  to_string(last->address), last->name, first->name, to_string(first->address))));
}

// On a bridge several networks can be meant, an address that is alone in its network hardly.
void check_alone(const std::vector<Owned>& all, Issues& issues) {
  for (const Owned& one : all) {
    if (!expects_neighbors(one) || one.address.address.is_link_local()) continue;
    std::size_t same_family = 0;
    const bool has_neighbor = std::ranges::any_of(all, [&](const Owned& other) {
      if (&other == &one || other.address.family() != one.address.family()) return false;
      ++same_family;
      return share_network(one, other);
    });
    if (has_neighbor || same_family == 0) continue;
    issues.push_back(make_warning(
        one.where, fmt::format("nobody else on the segment of '{}' has an address in {}", one.name,
                               to_string(one.address.network()))));
  }
}

void check_length(const Owned& one, const Owned& other, Issues& issues) {
  const bool differs = one.address.length != other.address.length && expects_neighbors(one) &&
                       expects_neighbors(other);
  if (!differs || !share_network(one, other)) return;
  issues.push_back(make_warning(
      other.where,
      fmt::format("'{}' has {}, but '{}' on the same segment has {}: they disagree on "
                  "who is a neighbour",
                  other.name, to_string(other.address), one.name, to_string(one.address))));
}

void check_twice(const std::vector<Owned>& all, Issues& issues) {
  std::map<IpAddress, const Owned*> first;
  for (const Owned& one : all) {
    const auto [place, is_new] = first.try_emplace(one.address.address, &one);
    if (is_new) continue;
    issues.push_back(make_issue(
        one.where, fmt::format("address {} of '{}' is used by '{}' on the same segment, too",
                               to_string(one.address.address), one.name, place->second->name)));
  }
}

void check_segment(const Topology& topology, const Segment& segment, Issues& issues) {
  std::vector<std::vector<Owned>> by_interface;
  std::vector<Owned> all;
  for (const Interface& interface : segment.interfaces) {
    by_interface.push_back(addresses_on(topology, interface, 0));
    all.insert(all.end(), by_interface.back().begin(), by_interface.back().end());
  }
  check_twice(all, issues);
  if (by_interface.size() == 2) {
    for (const Family family : {Family::Ipv4, Family::Ipv6}) {
      check_link_subnet(by_interface[0], by_interface[1], family, issues);
    }
  } else {
    check_alone(all, issues);
  }
  for (std::size_t i = 1; i < all.size(); ++i) check_length(all[0], all[i], issues);
}

// Two segments of one node: the same network is a toss-up, a smaller one inside a larger one hides
// those neighbours in the larger one whose addresses lie in both.
void check_overlap(const Owned& one, const Owned& other, Issues& issues) {
  const Prefix a = one.address.network();
  const Prefix b = other.address.network();
  if (one.segment == other.segment || !a.overlaps(b) || a.is_host() || b.is_host()) return;
  if (one.address.address.is_link_local()) return;
  if (a == b) {
    issues.push_back(make_issue(
        other.where, fmt::format("'{}' and '{}' are on different segments with the same network "
                                 "{}: which one is used depends on the order of building",
                                 one.name, other.name, to_string(a))));
    return;
  }
  issues.push_back(make_warning(
      other.where, fmt::format("{} of '{}' and {} of '{}' overlap on different segments: addresses "
                               "in both are reached through the longer prefix only",
                               to_string(a), one.name, to_string(b), other.name)));
}

void check_overlaps(const std::vector<Owned>& of_node, Issues& issues) {
  for (std::size_t i = 0; i < of_node.size(); ++i) {
    for (std::size_t j = i + 1; j < of_node.size(); ++j) {
      check_overlap(of_node[i], of_node[j], issues);
    }
  }
}

// Two homes behind NAT may use the same addresses, and an anycast address is held by many: legal,
// and yet whoever did not mean it looks for it long. Once for each address.
void note_held_twice(const std::vector<const Owned*>& holders, Issues& issues) {
  const Owned& first = *holders.front();
  std::vector<const Owned*> others = holders;
  std::erase_if(others, [&](const Owned* one) {
    return one->node == first.node || one->segment == first.segment;
  });
  if (others.empty()) return;
  const std::size_t more = others.size() - 1;
  issues.push_back(make_note(
      others.front()->where,
      fmt::format("address {} of '{}' is one of '{}'{} as well, on another segment: which of them "
                  "a packet reaches depends on its way",
                  to_string(first.address.address), others.front()->name, first.name,
                  more == 0 ? "" : fmt::format(" and {} more", more))));
}

void check_holders(const std::vector<std::vector<Owned>>& by_node, Issues& issues) {
  std::map<IpAddress, std::vector<const Owned*>> holders;
  for (const auto& of_node : by_node) {
    for (const Owned& one : of_node) {
      if (!one.address.address.is_link_local()) holders[one.address.address].push_back(&one);
    }
  }
  for (const auto& [address, all] : holders) note_held_twice(all, issues);
}

}  // namespace

void check_addresses(const Topology& topology, Issues& issues) {
  std::vector<std::vector<Owned>> by_node(topology.nodes().size());
  const auto segments = segments_of(topology);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    check_segment(topology, segments[i], issues);
    for (const Interface& interface : segments[i].interfaces) {
      auto& of_node = by_node[interface.node.index()];
      const auto found = addresses_on(topology, interface, i);
      of_node.insert(of_node.end(), found.begin(), found.end());
    }
  }
  check_holders(by_node, issues);
  for (std::size_t i = 0; i < by_node.size(); ++i) {
    check_overlaps(by_node[i], issues);
    const auto loopback = addresses_on(topology, interfaces_of(topology, NodeId(i))[0], 0);
    by_node[i].insert(by_node[i].end(), loopback.begin(), loopback.end());
    for (const Owned& one : by_node[i]) check_usable(one, issues);
  }
}

}  // namespace topoproof::topology
