// SPDX-License-Identifier: GPL-2.0-or-later
// The nf_tables instructions that ask sets, maps and named objects of the rule's table.
// Byte order and numbers: see expression.hh.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firewall/load.hh"
#include "firewall/stateful.hh"

namespace topoproof::firewall {

// In a set: breaks the rule unless the key is there. In a map: also loads the element's data `to`
// a register, or its verdict (kVerdictRegister). Sets are named within the rule's table.
struct Lookup {
  std::string set;
  Register from;
  std::optional<Register> to;
  bool inverted = false;
  friend auto operator<=>(const Lookup&, const Lookup&) = default;
};

enum class SetChange : std::uint32_t { Add, Update, Delete };

// Puts the key into a dynamic set (with `data`: a map), or takes it out. `statements` are copied
// into a new element and run on the packet; in an element that was there, its own run.
// Breaks the rule if the set is full; Add and Update also when the element's statements say so.
struct DynamicSet {
  SetChange change = SetChange::Add;
  std::string set;
  Register key;
  std::optional<Register> data = {};
  std::uint64_t timeout_ms = 0;  // 0: the set's
  bool inverted = false;
  std::vector<StatefulExpression> statements = {};
  friend auto operator<=>(const DynamicSet&, const DynamicSet&) = default;
};

// Kinds of named objects; the numbers are NFT_OBJECT_*.
enum class ObjectKind : std::uint32_t {
  Counter = 1,
  Quota = 2,
  CtHelper = 3,
  Limit = 4,
  Connlimit = 5,
  Tunnel = 6,
  CtTimeout = 7,
  Secmark = 8,
  CtExpectation = 9,
  Synproxy = 10,
};

// Applies a named object of the table.
struct ObjectReference {
  ObjectKind kind = ObjectKind::Counter;
  std::string name;
  friend auto operator<=>(const ObjectReference&, const ObjectReference&) = default;
};

// Applies the object that an object map has for the key; breaks the rule if it has none.
struct ObjectLookup {
  std::string set;
  Register from;
  friend auto operator<=>(const ObjectLookup&, const ObjectLookup&) = default;
};

// Hands the connection to a flowtable of the table: its further packets pass the hooks by.
struct FlowOffload {
  std::string flowtable;
  friend auto operator<=>(const FlowOffload&, const FlowOffload&) = default;
};

}  // namespace topoproof::firewall
