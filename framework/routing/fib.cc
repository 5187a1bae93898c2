// SPDX-License-Identifier: GPL-2.0-or-later
#include "routing/fib.hh"

#include <algorithm>

namespace topoproof::routing {
namespace {

using state::RouteType;
using state::RuleAction;

Refusal refusal_of(RouteType type) {
  switch (type) {
    case RouteType::Blackhole:
      return Refusal::Blackhole;
    case RouteType::Unreachable:
      return Refusal::Unreachable;
    case RouteType::Prohibit:
      return Refusal::Prohibit;
    case RouteType::Unicast:
    case RouteType::Local:
    case RouteType::Broadcast:
    case RouteType::Anycast:
    case RouteType::Multicast:
    case RouteType::Throw:
      break;
  }
  return Refusal::None;
}

Refusal refusal_of(RuleAction action) {
  switch (action) {
    case RuleAction::Lookup:
      break;
    case RuleAction::Blackhole:
      return Refusal::Blackhole;
    case RuleAction::Unreachable:
      return Refusal::Unreachable;
    case RuleAction::Prohibit:
      return Refusal::Prohibit;
  }
  return Refusal::None;
}

bool has_way(std::span<const Hop> hops, Slot outgoing) {
  return outgoing == kNoSlot ||
         std::ranges::any_of(hops, [&](const Hop& hop) { return hop.interface == outgoing; });
}

bool is_kernel_rule(const state::Rule& rule) {
  return (rule.priority == 0 && rule.table == state::kTableLocal) ||
         (rule.priority == 32766 && rule.table == state::kTableMain) ||
         (rule.priority == 32767 && rule.table == state::kTableDefault);
}

}  // namespace

Fib::Fib(const state::Namespace& ns, Family family, const SlotOf& slot_of) {
  add_rules(ns, family, slot_of);
  for (const state::Route& route : ns.routes) {
    if (route.family() == family) add_route(route, slot_of);
  }
  for (auto& [id, table] : tables_) table.seal();
  tables_.shrink_to_fit();
}

void Fib::add_rules(const state::Namespace& ns, Family family, const SlotOf& slot_of) {
  std::vector<const state::Rule*> sorted;
  for (const state::Rule& rule : ns.rules) {
    if (rule.family == family) sorted.push_back(&rule);
  }
  std::ranges::stable_sort(sorted, {}, [](const state::Rule* rule) { return rule->priority; });
  for (const state::Rule* rule : sorted) {
    custom_rules_ |= !is_kernel_rule(*rule);
    Rule compiled{.inverted = rule->inverted,
                  .suppressed_length = rule->suppressed_length,
                  .action = rule->action,
                  .table = rule->table};
    if (rule->from) compiled.from = key_of(rule->from->address());
    if (rule->from) compiled.from_length = static_cast<std::uint8_t>(rule->from->length());
    if (rule->to) compiled.to = key_of(rule->to->address());
    if (rule->to) compiled.to_length = static_cast<std::uint8_t>(rule->to->length());
    compiled.names_incoming = rule->incoming.has_value();
    compiled.names_outgoing = rule->outgoing.has_value();
    if (rule->incoming) compiled.incoming = slot_of(*rule->incoming);
    if (rule->outgoing) compiled.outgoing = slot_of(*rule->outgoing);
    if (rule->mark) compiled.mark = *rule->mark;
    rules_.push_back(compiled);
  }
  rules_.shrink_to_fit();
}

void Fib::add_route(const state::Route& route, const SlotOf& slot_of) {
  std::vector<Hop> hops;
  if (route.interface || route.gateway) {
    hops.push_back({route.gateway, route.interface ? slot_of(*route.interface) : kNoSlot, 1});
  }
  for (const state::NextHop& hop : route.next_hops) {
    hops.push_back({hop.gateway, hop.interface ? slot_of(*hop.interface) : kNoSlot,
                    static_cast<std::uint16_t>(hop.weight)});
  }
  const bool is_v6 = route.family() == Family::Ipv6;
  const bool kernel_made = route.protocol == state::RouteProtocol::Kernel;
  table(route.table)
      .add({.prefix = key_of(route.destination.address()),
            .length = static_cast<std::uint8_t>(route.destination.length()),
            .type = route.type,
            .scope = route.scope.value_or(state::natural_scope(route)),
            .kernel_made = kernel_made,
            .metric = is_v6 && route.metric == 0 && !kernel_made ? 1024 : route.metric,
            .mtu = route.mtu.value_or(0),
            .source = route.source},
           hops);
}

Table& Fib::table(std::uint32_t id) {
  const auto found = std::ranges::find(tables_, id, &std::pair<std::uint32_t, Table>::first);
  if (found != tables_.end()) return found->second;
  return tables_.emplace_back(id, Table()).second;
}

bool Fib::matches(const Rule& rule, const Query& query, const Key& source, const Key& target) {
  return is_selected(rule, query, source, target) != rule.inverted;
}

bool Fib::is_selected(const Rule& rule, const Query& query, const Key& source, const Key& target) {
  if (rule.names_incoming && (rule.incoming == kNoSlot || rule.incoming != query.incoming)) {
    return false;
  }
  if (rule.names_outgoing && (rule.outgoing == kNoSlot || rule.outgoing != query.outgoing)) {
    return false;
  }
  return (query.mark & rule.mark.mask) == rule.mark.value &&
         masked(source, rule.from_length) == rule.from && masked(target, rule.to_length) == rule.to;
}

// A table without a route, `throw`, and what a rule suppresses, send the search on to the next
// rule.
Found Fib::find(const Query& query) const {
  const Key source = key_of(query.source);
  const Key target = key_of(query.destination);
  for (const Rule& rule : rules_) {
    if (!matches(rule, query, source, target)) continue;
    if (rule.action != RuleAction::Lookup) return {.refusal = refusal_of(rule.action)};
    const Found found = find_in(rule.table, query);
    if (found.route == nullptr || found.route->type == RouteType::Throw) continue;
    // fib4_rule_suppress: a route that refuses is none that it looks at.
    const bool is_suppressed = rule.suppressed_length && found.refusal == Refusal::None &&
                               found.route->length <= *rule.suppressed_length;
    if (!is_suppressed) return found;
  }
  return {};
}

Found Fib::find_in(std::uint32_t id, const Query& query) const {
  const auto at = std::ranges::find(tables_, id, &std::pair<std::uint32_t, Table>::first);
  if (at == tables_.end()) return {};
  const Table& table = at->second;
  const Route* route = table.find(key_of(query.destination), [&](const Route& r) {
    if (r.type == RouteType::Throw || refusal_of(r.type) != Refusal::None) return true;
    if (table.hops(r).empty() || table.hops(r).front().interface == kNoSlot) return false;
    return r.scope >= query.scope && has_way(table.hops(r), query.outgoing);
  });
  if (route == nullptr) return {};
  return {refusal_of(route->type), route, table.hops(*route), id};
}

bool Fib::has_choices() const {
  return std::ranges::any_of(tables_, [](const auto& table) {
    return std::ranges::any_of(table.second.routes(),
                               [](const Route& route) { return route.hop_count > 1; });
  });
}

}  // namespace topoproof::routing
