// SPDX-License-Identifier: GPL-2.0-or-later
// One thing that is done to the kernel, as a value. The set is closed: an operation more breaks
// every visitor at compile time, an executor more (lab/executor.hh) breaks nothing.
//
// Operations name interfaces by name; the values inside say which index each was given.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/boxed.hh"
#include "base/id.hh"
#include "base/shared_text.hh"
#include "firewall/ruleset.hh"
#include "state/namespace.hh"
#include "topology/topology.hh"

namespace topoproof::plan {

struct CreateNamespace {
  NodeId node;
  friend auto operator<=>(const CreateNamespace&, const CreateNamespace&) = default;
};

struct SetSysctl {
  NodeId node;
  state::Sysctl sysctl;
  bool where_present = false;  // a kernel without this sysctl needs no such step
  friend auto operator<=>(const SetSysctl&, const SetSysctl&) = default;
};

struct CreateBridge {
  NodeId node;
  Boxed<state::Link> link;
  friend auto operator<=>(const CreateBridge&, const CreateBridge&) = default;
};

// Both ends are born where they stay: moving a link into a namespace costs 16-27 ms. The near end
// can be given a master and be up at once; the far end cannot (its peer does not exist yet).
struct CreateVeth {
  NodeId node;
  Boxed<state::Link> link;
  NodeId peer_node;
  Boxed<state::Link> peer;
  // Not one veth but two, and what passes between them is carried, so that it can be impaired.
  bool carried = false;
  friend auto operator<=>(const CreateVeth&, const CreateVeth&) = default;
};

// Of a veth, with its other end; with all that is on it. Takes 16-20 ms.
struct DeleteLink {
  NodeId node;
  std::string interface;
  friend auto operator<=>(const DeleteLink&, const DeleteLink&) = default;
};

// What is unset stays as it is.
struct SetLink {
  NodeId node;
  SharedText interface;
  std::optional<bool> up = {};
  std::optional<SharedText> master = {};
  std::optional<std::uint32_t> mtu = {};
  std::optional<state::PortOptions> port = {};
  friend auto operator<=>(const SetLink&, const SetLink&) = default;
};

// What leaves by the interface, from now on. Of a link that is carried.
struct Impair {
  NodeId node;
  std::string interface;
  Boxed<impair::Impairment> impairment;
  friend auto operator<=>(const Impair&, const Impair&) = default;
};

struct AddAddress {
  NodeId node;
  state::Address address;
  friend auto operator<=>(const AddAddress&, const AddAddress&) = default;
};
struct DeleteAddress {
  NodeId node;
  state::Address address;
  friend auto operator<=>(const DeleteAddress&, const DeleteAddress&) = default;
};

struct AddRoute {
  NodeId node;
  Boxed<state::Route> route;
  friend auto operator<=>(const AddRoute&, const AddRoute&) = default;
};
struct DeleteRoute {
  NodeId node;
  Boxed<state::Route> route;
  friend auto operator<=>(const DeleteRoute&, const DeleteRoute&) = default;
};

// Of policy routing (ip-rule(8)).
struct AddPolicyRule {
  NodeId node;
  Boxed<state::Rule> rule;
  friend auto operator<=>(const AddPolicyRule&, const AddPolicyRule&) = default;
};
struct DeletePolicyRule {
  NodeId node;
  Boxed<state::Rule> rule;
  friend auto operator<=>(const DeletePolicyRule&, const DeletePolicyRule&) = default;
};

struct AddNeighbor {
  NodeId node;
  state::Neighbor neighbor;
  friend auto operator<=>(const AddNeighbor&, const AddNeighbor&) = default;
};
struct DeleteNeighbor {
  NodeId node;
  state::Neighbor neighbor;
  friend auto operator<=>(const DeleteNeighbor&, const DeleteNeighbor&) = default;
};

// What a bridge would learn from a frame; it takes the place of what it has learned already. The
// kernel takes an entry that ages only while the port forwards: both ends of its link are up.
struct AddBridgeEntry {
  NodeId node;
  state::BridgeEntry entry;
  friend auto operator<=>(const AddBridgeEntry&, const AddBridgeEntry&) = default;
};

// Tables of the same names are replaced; others stay.
struct LoadRuleset {
  NodeId node;
  firewall::Ruleset ruleset;
  friend auto operator<=>(const LoadRuleset&, const LoadRuleset&) = default;
};

// The user's own rules, as written.
struct LoadRulesText {
  NodeId node;
  Boxed<topology::RulesText> rules;
  friend auto operator<=>(const LoadRulesText&, const LoadRulesText&) = default;
};

struct FlushRuleset {
  NodeId node;
  friend auto operator<=>(const FlushRuleset&, const FlushRuleset&) = default;
};

using Operation = std::variant<CreateNamespace, SetSysctl, CreateBridge, CreateVeth, DeleteLink,
                               SetLink, Impair, AddAddress, DeleteAddress, AddRoute, DeleteRoute,
                               AddPolicyRule, DeletePolicyRule, AddNeighbor, DeleteNeighbor,
                               AddBridgeEntry, LoadRuleset, LoadRulesText, FlushRuleset>;

// The node that is acted on; of a veth, that of its near end.
NodeId node_of(const Operation& operation);

// The attempt in words: "add address 192.168.15.1/24 to red:veth-red". `names` is by NodeId.
std::string describe(const Operation& operation, std::span<const std::string> names);

}  // namespace topoproof::plan
