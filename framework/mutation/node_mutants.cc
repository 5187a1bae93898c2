// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/format.h>

#include "mutation/address_operators.hh"
#include "mutation/operators.hh"
#include "topology/interfaces.hh"

namespace topoproof::mutation {
namespace {

using scenario::Scenario;
using topology::Node;

class NodeMutator {
 public:
  NodeMutator(const Scenario& scenario, std::vector<Mutant>& out)
      : topology_(scenario.topology), out_(out) {}

  void mutate() {
    for (id_ = 0; id_ < topology_.nodes().size(); ++id_) change_node();
  }

 private:
  const Node& node() const { return topology_.nodes()[id_]; }

  void add(const Location& where, const std::string& what, const std::function<void(Node&)>& edit) {
    out_.push_back({mutant_name(node().name, where, what), [id = id_, edit](Network& planted) {
                      edit(planted.scenario.topology.node(NodeId(id)));
                    }});
  }

  void change_node() {
    add(node().where, node().forwarding ? "forwarding off" : "forwarding on",
        [](Node& n) { n.forwarding = !n.forwarding; });
    if (node().forwarding && topology::uses_family(topology_, Family::Ipv4)) {
      add(node().where, "rp_filter on",
          [](Node& n) { n.sysctls.push_back({.value = {"net.ipv4.conf.all.rp_filter", "1"}}); });
    }
    add_address_mutants(
        node().loopback, node().name + ":lo",
        [id = id_](Network& planted, const auto& edit) {
          edit(planted.scenario.topology.node(NodeId(id)).loopback);
        },
        out_);
    for (std::size_t i = 0; i < node().routes.size(); ++i) change_route(i);
    leave_out(&Node::neighbors, [](const auto& neighbor) { return state::describe(neighbor); });
    leave_out(&Node::sysctls, [](const auto& sysctl) { return state::describe(sysctl); });
    leave_out(&Node::listens,
              [](const auto& service) { return "listens: " + flow::to_string(service); });
  }

  template <class Member, class F>
  void leave_out(Member member, F text) {
    const auto& all = node().*member;
    for (std::size_t i = 0; i < all.size(); ++i) {
      add(all[i].where, fmt::format("left out: {}", text(all[i].value)), [member, i](Node& n) {
        (n.*member).erase((n.*member).begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
  }

  void change_route(std::size_t i) {
    const auto& [route, where] = node().routes[i];
    const std::string text = state::describe(route);
    add(where, "left out: " + text,
        [i](Node& n) { n.routes.erase(n.routes.begin() + static_cast<std::ptrdiff_t>(i)); });
    const int length = route.destination.length();
    if (length > 1) set_prefix(i, "prefix - 1", length - 1);
    const bool can_grow = length > 0 && length < address_bits(route.family());
    if (can_grow) set_prefix(i, "prefix + 1", length + 1);
    if (route.gateway) change_gateway(i, *route.gateway);
  }
  void set_prefix(std::size_t i, std::string_view what, int length) {
    state::Route route = node().routes[i].value;
    route.destination = make_prefix(route.destination.address(), length);
    put_route(i, what, route);
  }
  // Somebody else on the same network.
  void change_gateway(std::size_t i, const IpAddress& gateway) {
    for (const topology::Segment& segment : topology::segments_of(topology_)) {
      const auto addresses = addresses_of(segment);
      if (std::ranges::find(addresses, gateway) == addresses.end()) continue;
      const auto other = std::ranges::find_if(addresses, [&](const IpAddress& a) {
        return a.family() == gateway.family() && a != gateway &&
               topology::owner_of(topology_, a) != NodeId(id_);
      });
      if (other == addresses.end()) return;
      state::Route route = node().routes[i].value;
      route.gateway = *other;
      return put_route(i, "wrong gateway", route);
    }
  }
  static std::vector<IpAddress> addresses_of(const topology::Segment& segment) {
    std::vector<IpAddress> addresses;
    for (const topology::Interface& interface : segment.interfaces) {
      for (const InterfaceAddress& own : interface.addresses) addresses.push_back(own.address);
    }
    return addresses;
  }
  void put_route(std::size_t i, std::string_view what, const state::Route& route) {
    add(node().routes[i].where, fmt::format("{}: {}", what, state::describe(route)),
        [i, route](Node& n) { n.routes[i].value = route; });
  }

  const topology::Topology& topology_;
  std::vector<Mutant>& out_;
  std::size_t id_ = 0;
};

}  // namespace

void add_node_mutants(const Scenario& scenario, std::vector<Mutant>& out) {
  NodeMutator(scenario, out).mutate();
}

void add_change_mutants(const Scenario& scenario, std::vector<Mutant>& out) {
  for (std::size_t step = 0; step < scenario.steps.size(); ++step) {
    const auto& changes = scenario.steps[step].changes;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (std::holds_alternative<scenario::Wait>(changes[i].what)) continue;
      const std::string what = "not made: " + describe(changes[i], scenario.topology);
      out.push_back({mutant_name("change", changes[i].where, what), [step, i](Network& planted) {
                       auto& all = planted.scenario.steps[step].changes;
                       all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
                     }});
    }
  }
}

}  // namespace topoproof::mutation
