// SPDX-License-Identifier: GPL-2.0-or-later
// What rules load from packets, their metadata, their connections and the routing tables, and what
// they store there. Internal to this module.
#pragma once

#include <string_view>

#include "firewall/expression.hh"
#include "sim/registers.hh"
#include "sim/rules.hh"

namespace topoproof::sim {

struct Loaded {
  bool found = true;              // false: the rule breaks
  std::string_view unknown = {};  // not empty: it is not modelled
};

struct RuleLoads {
  const HookPlace& at;
  Packet& packet;
  Registers& registers;

  Loaded load(const firewall::PayloadLoad& e) const;
  Loaded load(const firewall::MetaLoad& e) const;
  Loaded load(const firewall::CtLoad& e) const;
  Loaded load(const firewall::Fib& e) const;
  Loaded store(const firewall::MetaStore& e) const;
  Loaded store(const firewall::CtStore& e) const;

 private:
  Loaded load_name(Slot slot, firewall::Register to) const;
  Loaded load_of_connection(const firewall::CtLoad& e, const conntrack::Entry& entry) const;
  const Interface* interface(Slot slot) const {
    return slot == kNoSlot ? nullptr : &at.host.at(slot);
  }
};

}  // namespace topoproof::sim
