// SPDX-License-Identifier: GPL-2.0-or-later
// A scenario: a topology plus checks, as values. Names are resolved to the ids of its topology;
// nothing here says how a check is carried out.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.hh"
#include "base/issue.hh"
#include "flow/fate.hh"
#include "flow/flow.hh"
#include "state/namespace.hh"
#include "state/route.hh"
#include "topofile/short_forms.hh"
#include "topology/topology.hh"

namespace topoproof::scenario {

// "no_route", "no_route at blue"
struct Verdict {
  flow::FateKind fate = flow::FateKind::Delivered;
  std::optional<NodeId> at = {};  // not said: anywhere
  friend auto operator<=>(const Verdict&, const Verdict&) = default;
};

// The flow as the target sees it. A side that is not named is as it was sent; both unnamed means
// that nothing is translated. A port that is not named may be any.
struct Translation {
  std::optional<topofile::AddressPort> source = {};
  std::optional<topofile::AddressPort> destination = {};
  friend auto operator<=>(const Translation&, const Translation&) = default;
};

// What should become of a flow. "delivered" means that the target got it and its reply came back,
// unless `reply` says what else becomes of the reply.
struct Expectation {
  Verdict should;
  std::optional<Verdict> reply = {};                    // REQUIRES: should.fate is Delivered
  std::optional<Translation> translated = {};           // not said: not looked at
  std::vector<NodeId> path = {};                        // sender first; empty: not looked at
  std::optional<std::chrono::nanoseconds> within = {};  // from sending to the proof
  std::string expect_fail = {};  // why it is known to fail; then passing is a failure
  friend auto operator<=>(const Expectation&, const Expectation&) = default;
};

struct Check {
  std::string name;  // as given, else "blue -> client tcp/80: delivered"
  Location where;
  flow::Flow flow;
  Expectation expected;
};

// A check for each ordered pair of nodes and each service; made when they are needed: hundreds of
// nodes give hundreds of thousands.
struct Matrix {
  std::string name;  // "matrix icmp: delivered"
  Location where;
  std::vector<NodeId> nodes;
  std::vector<IpAddress> addresses;  // of the nodes, as destinations
  std::vector<flow::Service> services;
  Expectation expected;
  // Where pairs differ, each on a path of its own: asked for the pair instead of `expected`.
  std::function<Expectation(NodeId from, const IpAddress& to)> expected_of = {};
  std::vector<std::size_t> sample = {};  // only these of all its checks; empty: all
};
std::size_t check_count(const Matrix& matrix);
// REQUIRES: index < check_count(matrix). By service, then sender, then target, as in the file.
Check check_at(const Matrix& matrix, const topology::Topology& topology, std::size_t index);

struct SetLink {
  NodeId node;
  std::string interface;
  bool up = true;
};
// Down for a while, and up again with all that the topology gives the interface.
struct FlapLink {
  NodeId node;
  std::string interface;
  std::chrono::nanoseconds down_for = std::chrono::seconds(1);
};
// What leaves by the interface; no impairment at all: as usual again.
struct Impair {
  NodeId node;
  std::string interface;
  impair::Impairment impairment;
};
struct ChangeRoute {
  enum class Action { Add, Delete };
  NodeId node;
  Action action = Action::Add;
  state::Route route;
};
struct SetSysctl {
  NodeId node;
  state::Sysctl sysctl;
};
// All rules of the node give way to these: masquerade, snat, port_forwards and rules of `rules`.
struct ReplaceRules {
  NodeId node;
  topology::Node rules;
};
struct Wait {
  std::chrono::nanoseconds time{};
};
struct Change {
  std::variant<SetLink, FlapLink, Impair, ChangeRoute, SetSysctl, ReplaceRules, Wait> what;
  Location where;
};

using CheckItem = std::variant<Check, Matrix>;

// On all addresses of the node, of one family.
struct Listener {
  NodeId node;
  flow::Service service;  // tcp or udp
  Family family = Family::Ipv4;
  friend auto operator<=>(const Listener&, const Listener&) = default;
};
// And where the file asks for it.
using Listeners = std::map<Listener, Location>;

// The changes in their order, then the checks at once.
struct Step {
  Location where;
  std::vector<Change> changes = {};
  std::vector<CheckItem> checks = {};
};

struct Scenario {
  std::string name = {};  // as given, else the file's name without folder and suffix
  std::string file = {};
  topology::Topology topology =
      topology::Topology();  // its nodes' `listens` include what the scenario adds
  std::vector<Step> steps = {};
  // Of checks that are left out of a run: who listens is said by the file, whatever is run of it.
  Listeners left_out = {};
  // Of the command that repeats a check, besides the file and the check: "--variant", "no-nat".
  std::vector<std::string> repeat_options = {};
  std::vector<std::string> sources = {};  // all files that it was read from; empty: not known
};

// "no_route at blue"; "blue -> 192.168.1.3 tcp/80"
std::string describe(const Verdict& verdict, const topology::Topology& topology);
std::string describe(const flow::Flow& flow, const topology::Topology& topology);
std::string describe(const Change& change, const topology::Topology& topology);

}  // namespace topoproof::scenario
