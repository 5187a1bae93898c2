// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/kernel_witness.hh"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "netlink/neighbor.hh"
#include "netlink/observe.hh"
#include "netlink/route_lookup.hh"
#include "routing/settings.hh"
#include "runner/refusal.hh"
#include "service/ports.hh"
#include "sys/sysctls.hh"
#include "topology/listening.hh"

namespace topoproof::runner {
namespace {

using evidence::NeighborAnswer;
using evidence::RouteAnswer;
using Kind = RouteAnswer::Kind;

constexpr std::uint32_t kLoopback = 1;  // its index in every namespace

// Types that are not here forward a packet, or let the next table decide.
constexpr std::array<std::pair<state::RouteType, Kind>, 6> kKinds{
    {{state::RouteType::Local, Kind::Local},
     {state::RouteType::Broadcast, Kind::Broadcast},
     {state::RouteType::Multicast, Kind::Multicast},
     {state::RouteType::Blackhole, Kind::Blackhole},
     {state::RouteType::Unreachable, Kind::Unreachable},
     {state::RouteType::Prohibit, Kind::Prohibit}}};

Kind kind_of(state::RouteType type) {
  const auto found = std::ranges::find(kKinds, type, &std::pair<state::RouteType, Kind>::first);
  return found == kKinds.end() ? Kind::Unicast : found->second;
}

// What a route that refuses says when it is asked about as a sender (fib_props, ip6_null_entry and
// its relatives): the errno tells the type.
Kind kind_of_refusal(int error) {
  switch (error) {
    case EINVAL:
      return Kind::Blackhole;
    case EHOSTUNREACH:
      return Kind::Unreachable;
    case EACCES:
      return Kind::Prohibit;
    default:
      return Kind::None;
  }
}

std::string refusal_text(Kind kind, const IpAddress& destination) {
  const auto found = std::ranges::find(kKinds, kind, &std::pair<state::RouteType, Kind>::second);
  if (found == kKinds.end()) return {};
  return fmt::format("{} for {}", to_string(found->first), to_string(destination));
}

std::uint8_t protocol_number(flow::Protocol protocol, Family family) {
  if (protocol == flow::Protocol::Tcp) return 6;
  if (protocol == flow::Protocol::Udp) return 17;
  return family == Family::Ipv4 ? 1 : 58;
}

netlink::RouteQuestion make_question(const flow::Tuple& tuple) {
  netlink::RouteQuestion question{.destination = tuple.destination};
  if (!tuple.source.is_unspecified()) question.source = tuple.source;
  question.protocol = protocol_number(tuple.protocol, tuple.destination.family());
  const bool has_ports =
      tuple.protocol == flow::Protocol::Tcp || tuple.protocol == flow::Protocol::Udp;
  if (has_ports && tuple.source_port != 0) question.source_port = tuple.source_port;
  if (has_ports && tuple.destination_port != 0) question.destination_port = tuple.destination_port;
  return question;
}

// What ip_dst_mtu_maybe_forward says: a route's own, else its interface's. (Of IPv6 the former is
// looked at where the packet leaves, which ends it as well.)
std::uint32_t mtu_of(const state::Route& route, const state::Namespace& node) {
  if (route.mtu) return *route.mtu;
  const auto link =
      route.interface ? std::ranges::find(node.links, *route.interface, &state::Link::name)
                      : node.links.end();
  return link == node.links.end() ? 0 : link->mtu;
}

RouteAnswer to_answer(const state::Route& route, const netlink::InterfaceNames& names,
                      const state::Namespace& node) {
  RouteAnswer answer{.kind = kind_of(route.type),
                     .gateway = route.gateway,
                     .mtu = mtu_of(route, node),
                     .source = route.source};
  if (route.interface) answer.interface = names.index(*route.interface);
  state::Route decision = route;
  decision.protocol = state::RouteProtocol::Boot;  // a decision does not tell who made the route
  answer.text = describe(decision);
  return answer;
}

}  // namespace

bool has_rules(const topology::Node& node) {
  return !node.masquerade.empty() || !node.snat.empty() || !node.port_forwards.empty() ||
         !node.rules.empty();
}

KernelWitness::KernelWitness(lab::Lab& lab, const topology::Topology& topology, RuleTrace& trace)
    : lab_(lab), topology_(topology), trace_(trace), ends_(topology.nodes().size()) {
  const auto place = [&](const topology::Endpoint& end) -> evidence::LinkEnd {
    return {end.node, lab.interfaces(end.node).index(end.interface)};
  };
  for (const topology::Link& link : topology.links()) {
    for (const std::size_t i : {0U, 1U}) {
      const evidence::LinkEnd near = place(link.ends[i]);
      ends_[near.node.index()].push_back({.interface = near.interface,
                                          .is_port = link.ends[i].bridge.has_value(),
                                          .far = place(link.ends[1 - i])});
    }
  }
  for (auto& ends : ends_) std::ranges::sort(ends, {}, &End::interface);
}

const KernelWitness::End* KernelWitness::find_end(NodeId node, std::uint32_t interface) const {
  const auto& ends = ends_[node.index()];
  const auto found = std::ranges::lower_bound(ends, interface, {}, &End::interface);
  return found != ends.end() && found->interface == interface ? &*found : nullptr;
}

std::string KernelWitness::node_name(NodeId node) const { return topology_.node(node).name; }

std::string KernelWitness::interface_name(NodeId node, std::uint32_t index) const {
  return lab_.interfaces(node).name(index);
}

bool KernelWitness::forwards(NodeId node, Family family, std::uint32_t incoming) const {
  const routing::SettingsReader settings(lab_.expected(node).sysctls);
  if (family == Family::Ipv6) return settings.node().ipv6_forwarding;
  return settings.interface(interface_name(node, incoming)).forwarding;
}

bool KernelWitness::answers_echoes(NodeId node, Family family) {
  const std::string_view name =
      family == Family::Ipv4 ? "net.ipv4.icmp_echo_ignore_all" : "net.ipv6.icmp.echo_ignore_all";
  return sys::call_in(lab_.netns(node), [&] { return sys::Sysctls().read(name) != "1"; });
}

bool KernelWitness::has_rules(NodeId node) const { return runner::has_rules(topology_.node(node)); }

bool KernelWitness::listens(NodeId node, flow::Service service) const {
  return is_own(node, service) || is_program(node, service);
}

bool KernelWitness::is_own(NodeId node, flow::Service service) const {
  const auto& stated = topology_.node(node).listens;
  return std::ranges::any_of(stated, [&](const auto& l) { return l.value == service; }) ||
         std::ranges::find(opened_, std::pair(node, service)) != opened_.end();
}

bool KernelWitness::is_program(NodeId node, flow::Service service) const {
  if (topology::program_at(topology_.node(node), service) != nullptr) return true;
  return topology::silent_program(topology_.node(node)) != nullptr && !is_own(node, service) &&
         is_seen_listening(node, service);
}

// One that has taken what was sent may have closed its socket since: what was seen stays.
bool KernelWitness::is_seen_listening(NodeId node, flow::Service service) const {
  if (seen_.contains({node, service})) return true;
  for (const flow::Service& open :
       sys::call_in(lab_.netns(node), [] { return service::observe_ports(); })) {
    seen_.emplace(node, open);
  }
  return seen_.contains({node, service});
}

bool KernelWitness::is_bridge_port(NodeId node, std::uint32_t interface) const {
  const End* end = find_end(node, interface);
  return end != nullptr && end->is_port;
}

std::optional<evidence::LinkEnd> KernelWitness::far_end(NodeId node,
                                                        std::uint32_t interface) const {
  const End* end = find_end(node, interface);
  return end == nullptr ? std::nullopt : std::optional(end->far);
}

RouteAnswer KernelWitness::route(NodeId node, const flow::Tuple& tuple, std::uint32_t incoming) {
  netlink::Socket& socket = lab_.route_socket(node);
  const netlink::InterfaceNames& names = lab_.interfaces(node);
  netlink::RouteQuestion question = make_question(tuple);
  question.mark = mark_of(node, tuple);
  // What comes in by the loopback was routed when it was sent; as input it would be a martian.
  if (incoming != 0 && incoming != kLoopback) question.incoming = names.name(incoming);
  const auto decision = look_up_route(socket, names, question);
  if (decision) return to_answer(*decision, names, lab_.expected(node));
  if (chooses_by_origin(lab_.expected(node))) {
    const auto kind = refusal_by_tables(netlink::observe_namespace(socket),
                                        {tuple, question.incoming.value_or("lo"), question.mark});
    if (!kind) return {.error = decision.error()};
    return {
        .kind = *kind, .error = decision.error(), .text = refusal_text(*kind, tuple.destination)};
  }
  // Asked again as a sender: a route that refuses does so again, validation does not.
  question.incoming.reset();
  question.source.reset();
  const auto own = look_up_route(socket, names, question);
  if (own) return {.error = decision.error()};
  const Kind kind = kind_of_refusal(own.error());
  return {.kind = kind, .error = decision.error(), .text = refusal_text(kind, tuple.destination)};
}

std::optional<std::string> KernelWitness::route_line(NodeId node, const flow::Tuple& tuple,
                                                     std::uint32_t incoming) {
  netlink::Socket& socket = lab_.route_socket(node);
  const netlink::InterfaceNames& names = lab_.interfaces(node);
  netlink::RouteQuestion question = make_question(tuple);
  question.mark = mark_of(node, tuple);
  if (incoming != 0 && incoming != kLoopback) question.incoming = names.name(incoming);
  const auto decision = look_up_route(socket, names, question);
  if (!decision || decision->type != state::RouteType::Unicast || !decision->interface) {
    return std::nullopt;
  }
  const auto entry = match_route(socket, names, question);
  const Prefix prefix = entry ? entry->destination : decision->destination;
  std::string text = prefix.is_default() ? "default" : to_string(prefix);
  if (decision->gateway) text += " via " + to_string(*decision->gateway);
  return text + " dev " + *decision->interface;
}

NeighborAnswer KernelWitness::neighbor(NodeId node, std::uint32_t interface,
                                       const IpAddress& address) {
  const auto& names = lab_.interfaces(node);
  const auto found =
      netlink::find_neighbor(lab_.route_socket(node), names, names.name(interface), address);
  if (!found) return NeighborAnswer::Unknown;
  if (found->state == state::NeighborState::Failed) return NeighborAnswer::Failed;
  if (found->state == state::NeighborState::Incomplete) return NeighborAnswer::Incomplete;
  return NeighborAnswer::Reachable;
}

std::optional<evidence::RuleHit> KernelWitness::rule_hit(NodeId node,
                                                         const evidence::PacketName& packet) {
  return trace_.find(node, packet);
}

std::optional<flow::Tuple> KernelWitness::routed_tuple(NodeId node,
                                                       const evidence::PacketName& packet) {
  const auto routed = trace_.routed(node, packet);
  if (!routed) return std::nullopt;
  marks_[{node, routed->tuple}] = routed->mark;
  return routed->tuple;
}

std::uint32_t KernelWitness::mark_of(NodeId node, const flow::Tuple& tuple) const {
  const auto found = marks_.find({node, tuple});
  return found == marks_.end() ? 0 : found->second;
}

bool KernelWitness::isolated_from_each_other(NodeId node, std::uint32_t in,
                                             const IpAddress& target) {
  const std::string in_name = interface_name(node, in);
  bool in_isolated = false;
  bool target_isolated = false;
  for (const topology::Link& link : topology_.links()) {
    for (const std::size_t end : {0U, 1U}) {
      const topology::Endpoint& port = link.ends[end];
      if (port.node != node || !port.bridge || !port.port.isolated) continue;
      const auto& far = link.ends[1 - end].addresses;
      in_isolated |= port.interface == in_name;
      target_isolated |=
          std::ranges::any_of(far, [&](const auto& a) { return a.value.address == target; });
    }
  }
  return in_isolated && target_isolated;
}

}  // namespace topoproof::runner
