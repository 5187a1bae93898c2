// SPDX-License-Identifier: GPL-2.0-or-later
// The typed graph that a file describes: nodes (network namespaces) and their bridges are
// vertices, links are edges. It is pure data: nothing here knows a kernel.
//
// Why a class next to a plain graph: names are unique, ids are dense and never change, order is
// the order of insertion (golden files depend on it), and nothing is ever removed. To change a
// topology, build another one.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hh"
#include "base/issue.hh"
#include "base/mac_address.hh"
#include "base/prefix.hh"
#include "firewall/nat_rules.hh"
#include "flow/flow.hh"
#include "impair/impairment.hh"
#include "state/namespace.hh"
#include "state/neighbor.hh"
#include "state/route.hh"
#include "topology/program.hh"

namespace topoproof::topology {

// A value and the place in the file that it came from.
template <class T>
struct Located {
  T value;
  Location where = {};
  friend auto operator<=>(const Located&, const Located&) = default;
};

using Addresses = std::vector<Located<InterfaceAddress>>;

// The user's own rules, unread: whoever loads them reports what is wrong with them.
struct RulesText {
  // Iptables, Ip6tables: what iptables-save and ip6tables-save print. Compiled: JSON, of
  // `topoproof rules compile`; known by its first character.
  enum class Language { Nft, Iptables, Ip6tables, Compiled };
  static bool looks_compiled(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{';
  }
  Language language = Language::Nft;
  std::string text;
  Location where = {};  // of the first line of `text`: in the rules' own file, or in the topology
  std::vector<int> lines = {};  // where each stands there; empty: one below the other
  // In the file, of a line of the text, counted from 1.
  int line_of(int number) const {
    if (lines.empty()) return (where.line > 1 ? where.line : 1) + number - 1;
    const auto last = static_cast<int>(lines.size());
    return lines[static_cast<std::size_t>(number < 1 ? 1 : number > last ? last : number) - 1];
  }
  friend auto operator<=>(const RulesText&, const RulesText&) = default;
};

// Degrees, for pictures only.
struct Position {
  double longitude = 0;
  double latitude = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Node {
  std::string name;
  Location where = {};
  bool forwarding = false;  // routes packets for others, in every family it has
  Addresses loopback = {};  // on the loopback interface, besides 127.0.0.1 and ::1
  std::vector<Located<state::Route>> routes = {};
  std::vector<Located<state::Rule>> policy_rules = {};  // `rules:`, each with its priority
  std::vector<Located<state::Neighbor>> neighbors = {};
  std::vector<Located<state::Sysctl>> sysctls = {};
  std::vector<Located<firewall::MasqueradeRule>> masquerade = {};
  std::vector<Located<firewall::SourceNatRule>> snat = {};
  std::vector<Located<firewall::PortForwardRule>> port_forwards = {};
  std::vector<RulesText> rules = {};  // in the order of loading
  std::vector<Located<flow::Service>> listens = {};
  std::vector<Program> programs = {};                 // `services:`
  std::vector<Located<IpAddress>> name_servers = {};  // of its resolver
  std::vector<Located<HostNames>> hosts = {};         // of its /etc/hosts, besides the nodes
  std::optional<Position> position = {};
};

// A bridge is an interface of its node as well: its addresses are the node's.
struct Bridge {
  std::string name;
  NodeId node;
  Location where = {};
  Addresses addresses = {};
  std::optional<int> mtu = {};
  std::optional<MacAddress> mac = {};
  bool stp = false;
  std::optional<std::chrono::seconds> ageing = {};  // else the kernel's 300 s
};

struct PortOptions {
  bool isolated = false;
  bool hairpin = false;
  std::optional<bool> learning = {};
  std::optional<bool> flood = {};
  friend auto operator<=>(const PortOptions&, const PortOptions&) = default;
};

// One end of a link: an interface of `node`, which may be a port of one of the node's bridges.
struct Endpoint {
  NodeId node;
  std::string interface;
  std::optional<BridgeId> bridge = {};
  Addresses addresses = {};
  std::optional<MacAddress> mac = {};
  PortOptions port = {};
  std::optional<impair::Impairment> impairment = {};  // of what leaves by this end
  Location where = {};
};

struct Link {
  std::array<Endpoint, 2> ends;
  std::optional<int> mtu = {};
  std::uint32_t weight = 1;  // for shortest-path routes
  Location where = {};
};

// What is not known of the network that the file is a picture of: of flows that it may decide
// nothing is foretold.
struct Gap {
  std::optional<NodeId> node = {};  // none: it may be anywhere
  std::string text;                 // "eth1 is down; a topology builds it up"
  bool to_itself = false;           // of the loopback: only flows that never leave the node
  Location where = {};
  friend auto operator<=>(const Gap&, const Gap&) = default;
};

class Topology {
 public:
  explicit Topology(std::string name = {});
  ~Topology();
  Topology(Topology&&) noexcept;
  Topology& operator=(Topology&&) noexcept;
  Topology(const Topology& other);
  Topology& operator=(const Topology& other);

  // REQUIRES: ids that are mentioned exist. Names are not checked here: check_topology() does,
  // with all issues at once.
  NodeId add_node(Node node);
  BridgeId add_bridge(Bridge bridge);
  LinkId connect(Link link);
  void add_gap(Gap gap);

  const std::string& name() const;
  std::span<const Node> nodes() const;      // by NodeId
  std::span<const Bridge> bridges() const;  // by BridgeId
  std::span<const Link> links() const;      // by LinkId
  std::span<const Gap> gaps() const;
  const Node& node(NodeId id) const;
  const Bridge& bridge(BridgeId id) const;
  const Link& link(LinkId id) const;
  Node& node(NodeId id);  // for passes that fill in addresses and routes

  std::optional<NodeId> find_node(std::string_view name) const;
  std::optional<BridgeId> find_bridge(NodeId node, std::string_view name) const;
  std::vector<LinkId> links_of(NodeId node) const;  // both ends on the node: listed once
  std::vector<LinkId> ports_of(BridgeId bridge) const;
  std::vector<BridgeId> bridges_of(NodeId node) const;

 private:
  class Graph;  // Boost.Graph stays in graph.cc: its headers cost seconds in every file
  std::unique_ptr<Graph> graph_;
};

}  // namespace topoproof::topology
