// SPDX-License-Identifier: GPL-2.0-or-later
// The forwarding information base of one node and family: policy rules that name tables
// (ip-rule(8), net/core/fib_rules.c) and the tables (fib_table_lookup in net/ipv4/fib_trie.c,
// net/ipv6/ip6_fib.c).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/table.hh"
#include "state/namespace.hh"

namespace topoproof::routing {

struct Query {
  IpAddress source;
  IpAddress destination;
  Slot incoming = kLoopback;  // kLoopback: made by this node
  Slot outgoing = kNoSlot;    // given: no other interface will do
  std::uint32_t mark = 0;
  state::RouteScope scope = state::RouteScope::Global;  // no wider one will do
};

// Why there is no way. The errno that a sender is told, or what a router answers, follows from it.
enum class Refusal : std::uint8_t { None, NoRoute, Blackhole, Unreachable, Prohibit };

struct Found {
  Refusal refusal = Refusal::NoRoute;
  const Route* route = nullptr;  // of a refusal: the route that refuses; null for a policy rule
  std::span<const Hop> hops = {};
  std::uint32_t table = 0;
};

class Fib {
 public:
  // Interfaces by name; kNoSlot for one that is not there.
  using SlotOf = std::function<Slot(std::string_view)>;

  // REQUIRES: `ns` holds what the kernel makes, too (complete.hh).
  Fib(const state::Namespace& ns, Family family, const SlotOf& slot_of);

  Found find(const Query& query) const;
  // In one table, whatever the rules say.
  Found find_in(std::uint32_t table, const Query& query) const;

  // Rules besides those that every namespace has: then source validation is never skipped
  // (fib4_has_custom_rules).
  bool has_custom_rules() const { return custom_rules_; }
  // Routes with several ways, of which one is chosen for each flow.
  bool has_choices() const;
  bool is_empty() const { return tables_.empty(); }

 private:
  struct Rule {
    Key from, to;
    std::uint8_t from_length = 0;
    std::uint8_t to_length = 0;
    Slot incoming = kNoSlot;
    Slot outgoing = kNoSlot;
    bool names_incoming = false;  // an interface that is not there matches nothing
    bool names_outgoing = false;
    bool inverted = false;
    state::FirewallMark mark{0, 0};
    std::optional<std::uint8_t> suppressed_length;
    state::RuleAction action = state::RuleAction::Lookup;
    std::uint32_t table = 0;
  };
  void add_rules(const state::Namespace& ns, Family family, const SlotOf& slot_of);
  void add_route(const state::Route& route, const SlotOf& slot_of);
  Table& table(std::uint32_t id);
  static bool matches(const Rule& rule, const Query& query, const Key& source, const Key& target);
  static bool is_selected(const Rule& rule, const Query& query, const Key& source,
                          const Key& target);

  std::vector<Rule> rules_;
  std::vector<std::pair<std::uint32_t, Table>> tables_;
  bool custom_rules_ = false;
};

}  // namespace topoproof::routing
