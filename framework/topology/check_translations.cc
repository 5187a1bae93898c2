// SPDX-License-Identifier: GPL-2.0-or-later
// Address translation that the kernel takes and that does nothing, or something else than meant.
#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "topology/check_parts.hh"

namespace topoproof::topology {
namespace {

using firewall::MasqueradeRule;
using firewall::PortForwardRule;
using firewall::SourceNatRule;

// Everybody's, the loopbacks' too: Linux answers for them on every interface.
std::set<IpAddress> all_addresses(const Topology& topology) {
  std::set<IpAddress> all;
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    for (const Interface& one : interfaces_of(topology, NodeId(i))) {
      for (const auto& address : one.addresses) all.insert(address.address);
    }
  }
  return all;
}

bool any_within(const std::set<IpAddress>& all, const Prefix& prefix) {
  const auto first = all.lower_bound(prefix.address());
  return first != all.end() && prefix.contains(*first);
}

bool is_on(const state::Sysctl& sysctl) { return sysctl.value != "0"; }

bool forwards(const Node& node) {
  return node.forwarding ||
         std::ranges::any_of(node.sysctls, [](const Located<state::Sysctl>& one) {
           const std::string_view name = one.value.name;
           return is_on(one.value) && (name.ends_with("forward") || name.ends_with("forwarding"));
         });
}

// It answers for addresses of others.
bool is_proxy(const Node& node) {
  return std::ranges::any_of(node.sysctls, [](const Located<state::Sysctl>& one) {
    return is_on(one.value) && one.value.name.str().find(".proxy_") != std::string::npos;
  });
}

bool knows_neighbor(const Node& node, const IpAddress& address) {
  return std::ranges::any_of(node.neighbors,
                             [&](const auto& one) { return one.value.address == address; });
}

// Every packet that the later one could take has met the earlier one.
bool takes_all_of(const PortForwardRule& earlier, const PortForwardRule& later) {
  return earlier.protocol == later.protocol && earlier.port == later.port &&
         earlier.to.family() == later.to.family() && (!earlier.in || earlier.in == later.in) &&
         (!earlier.address || earlier.address == later.address);
}

// Of one node.
class TranslationChecks {
 public:
  TranslationChecks(const Topology& topology, const std::set<IpAddress>& addresses, NodeId id,
                    const Surroundings& around, Issues& issues)
      : topology_(topology),
        addresses_(addresses),
        id_(id),
        node_(topology.node(id)),
        around_(around),
        issues_(issues) {}

  void check() {
    for (const auto& [rule, where] : node_.masquerade) {
      begin(rule, where);
      check_interface(rule.out);
      check_source(rule.from);
      check_forwarding(!rule.from || !is_own(*rule.from));
    }
    for (const auto& [rule, where] : node_.snat) {
      begin(rule, where);
      check_interface(rule.out);
      check_source(rule.from);
      check_forwarding(rule.from && !is_own(*rule.from));
      check_answers(rule);
    }
    for (std::size_t i = 0; i < node_.port_forwards.size(); ++i) check_forward(i);
  }

 private:
  void begin(const firewall::NatRule& rule, const Location& where) {
    name_ = describe(rule);
    where_ = where;
  }
  void warn(std::string_view what) {
    issues_.push_back(make_warning(where_, fmt::format("{}: {}", name_, what)));
  }

  void check_interface(const std::optional<std::string>& interface) {
    if (interface) check_interface_exists(topology_, id_, *interface, where_, issues_);
  }

  void check_source(const std::optional<Prefix>& from) {
    if (!from || any_within(addresses_, *from)) return;
    warn(fmt::format("nobody has an address in {}", to_string(*from)));
  }

  bool is_own(const Prefix& one) const { return one.is_host() && around_.owns(one.address()); }

  void check_forwarding(bool is_for_others) {
    if (!is_for_others || forwards(node_)) return;
    warn(
        fmt::format("'{}' does not forward, so there are no packets of others; set "
                    "`forwarding: true`",
                    node_.name));
  }

  // They are translated back wherever they come in, so it is enough that they are sent here.
  void check_answers(const SourceNatRule& rule) {
    const IpAddress& to = rule.to;
    if (around_.owns(to) || is_proxy(node_) || is_sent_here(rule)) return;
    warn(
        addresses_.contains(to)
            ? fmt::format("{} is an address of another node, which gets the answers", to_string(to))
            : fmt::format("{} is no address of '{}', and no node sends answers to it there",
                          to_string(to), node_.name));
  }

  bool is_sent_here(const SourceNatRule& rule) const {
    for (std::size_t i = 0; i < topology_.nodes().size(); ++i) {
      const NodeId other(i);
      if (other == id_ || (rule.from && is_within(other, *rule.from))) continue;
      if (sends_here(topology_.node(other), rule.to)) return true;
    }
    return false;
  }

  // Those that are translated are not those that answer.
  bool is_within(NodeId other, const Prefix& from) const {
    const auto is_in = [&](const InterfaceAddress& one) { return from.contains(one.address); };
    return std::ranges::all_of(interfaces_of(topology_, other), [&](const Interface& one) {
      return std::ranges::all_of(one.addresses, is_in);
    });
  }

  bool sends_here(const Node& other, const IpAddress& to) const {
    return knows_neighbor(other, to) ||
           std::ranges::any_of(other.routes, [&](const Located<state::Route>& route) {
             return leads_here(route.value, to);
           });
  }

  // In a network of this node others look for a neighbour, but for a route to just that address.
  bool leads_here(const state::Route& route, const IpAddress& to) const {
    if (!route.destination.contains(to)) return false;
    if (around_.is_connected(to) && !route.destination.is_host()) return false;
    const auto is_ours = [&](const std::optional<IpAddress>& gateway) {
      return gateway && around_.owns(*gateway);
    };
    return is_ours(route.gateway) ||
           std::ranges::any_of(route.next_hops,
                               [&](const state::NextHop& hop) { return is_ours(hop.gateway); });
  }

  void check_forward(std::size_t index) {
    const auto& [rule, where] = node_.port_forwards[index];
    begin(rule, where);
    check_interface(rule.in);
    check_breadth(rule);
    check_first(index);
    if (around_.owns(rule.to)) return;
    check_forwarding(true);
    const bool is_missing = around_.is_connected(rule.to) && !addresses_.contains(rule.to) &&
                            !knows_neighbor(node_, rule.to);
    if (is_missing) warn(fmt::format("nobody has the address {}", to_string(rule.to)));
  }

  void check_breadth(const PortForwardRule& rule) {
    if (rule.in || rule.address) return;
    issues_.push_back(make_warning(
        where_,
        fmt::format("the port forward of {}/{} names neither an address nor an input interface: it "
                    "also takes packets that '{}' only forwards, to whomever they are sent",
                    to_string(rule.protocol), rule.port, node_.name)));
  }

  void check_first(std::size_t index) {
    const auto& later = node_.port_forwards[index].value;
    const auto before = std::span(node_.port_forwards).first(index);
    const auto earlier = std::ranges::find_if(
        before, [&](const auto& one) { return takes_all_of(one.value, later); });
    if (earlier == before.end()) return;
    const std::string place = to_string(earlier->where);
    warn(fmt::format("all of its packets are taken by the one before it{}{}",
                     place.empty() ? "" : ", at ", place));
  }

  const Topology& topology_;
  const std::set<IpAddress>& addresses_;
  NodeId id_;
  const Node& node_;
  const Surroundings& around_;
  Issues& issues_;
  std::string name_;  // of the rule that is looked at
  Location where_;
};

bool translates(const Node& node) {
  return !(node.masquerade.empty() && node.snat.empty() && node.port_forwards.empty());
}

}  // namespace

void check_translations(const Topology& topology, const std::vector<Surroundings>& around,
                        Issues& issues) {
  if (std::ranges::none_of(topology.nodes(), translates)) return;
  const std::set<IpAddress> addresses = all_addresses(topology);
  for (std::size_t i = 0; i < topology.nodes().size(); ++i) {
    TranslationChecks(topology, addresses, NodeId(i), around[i], issues).check();
  }
}

}  // namespace topoproof::topology
