// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/program.hh"

#include <algorithm>
#include <map>

namespace topoproof::machine {
namespace {

using firewall::ChainType;

bool is_registered(const firewall::Table& table, TableFamily family) {
  if (table.dormant) return false;
  if (table.family == family) return true;
  return table.family == TableFamily::Inet &&
         (family == TableFamily::Ip || family == TableFamily::Ip6);
}

// "eth*" is every device whose name begins so.
bool is_called(std::string_view device, std::string_view name) {
  if (!name.ends_with('*')) return device == name;
  return device.starts_with(name.substr(0, name.size() - 1));
}

bool is_in(const firewall::Table& table, Family family) {
  return is_registered(table, family == Family::Ipv4 ? TableFamily::Ip : TableFamily::Ip6);
}

bool is_tracking(const firewall::Expression& expression) {
  return std::holds_alternative<firewall::CtLoad>(expression) ||
         std::holds_alternative<firewall::CtStore>(expression) ||
         std::holds_alternative<firewall::Nat>(expression) ||
         std::holds_alternative<firewall::Masquerade>(expression) ||
         std::holds_alternative<firewall::Redirect>(expression) ||
         std::holds_alternative<firewall::Connlimit>(expression) ||
         std::holds_alternative<firewall::Synproxy>(expression) ||
         std::holds_alternative<firewall::FlowOffload>(expression);
}

// Extensions of x_tables that call nf_ct_netns_get() (xt_conntrack.c, xt_connmark.c, ...).
constexpr std::string_view kTrackingExtensions[] = {
    "conntrack", "state",    "connmark", "connbytes",   "connlabel", "connlimit",
    "helper",    "CONNMARK", "CT",       "DNAT",        "SNAT",      "MASQUERADE",
    "REDIRECT",  "NETMAP",   "NOTRACK",  "CONNSECMARK", "SYNPROXY",  "cluster"};

bool is_tracking_extension(const firewall::Expression& expression) {
  const auto* match = std::get_if<firewall::XtMatch>(&expression);
  const auto* target = std::get_if<firewall::XtTarget>(&expression);
  if (match == nullptr && target == nullptr) return false;
  const auto& name = match != nullptr ? match->name : target->name;
  return std::ranges::find(kTrackingExtensions, name) != std::end(kTrackingExtensions);
}

// nft_ct_helper_obj_init and the like.
bool is_tracking_object(const firewall::Object& object) {
  return std::holds_alternative<firewall::CtHelper>(object.value) ||
         std::holds_alternative<firewall::CtTimeout>(object.value) ||
         std::holds_alternative<firewall::CtExpectation>(object.value) ||
         std::holds_alternative<firewall::Synproxy>(object.value);
}

bool has_tracking(const firewall::Set& set) {
  const auto limits = [](const firewall::StatefulExpression& e) {
    return std::holds_alternative<firewall::Connlimit>(e);
  };
  return std::ranges::any_of(set.expressions, limits);
}

}  // namespace

std::vector<std::uint32_t> Program::base_chains(TableFamily family, firewall::Hook hook,
                                                Which which) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < chains_.size(); ++i) {
    const auto& chain = chains_[i];
    const auto& at = chain.source->base;
    if (!at || at->hook != hook || !is_registered(*chain.table, family)) continue;
    if ((at->type == ChainType::Nat) == (which == Which::Nat)) found.push_back(i);
  }
  return in_order(std::move(found));
}

std::vector<std::uint32_t> Program::device_chains(std::string_view device,
                                                  firewall::Hook hook) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < chains_.size(); ++i) {
    const auto& at = chains_[i].source->base;
    if (!at || at->hook != hook || chains_[i].table->dormant) continue;
    const bool is_there =
        std::ranges::any_of(at->devices, [&](const auto& name) { return is_called(device, name); });
    if (is_there) found.push_back(i);
  }
  return in_order(std::move(found));
}

std::vector<std::uint32_t> Program::in_order(std::vector<std::uint32_t> as_registered) const {
  std::ranges::reverse(as_registered);
  std::ranges::stable_sort(as_registered, {}, [this](std::uint32_t i) { return base(i).priority; });
  return as_registered;
}

bool Program::needs_nat(Family family) const {
  return std::ranges::any_of(chains_, [&](const CompiledChain& chain) {
    return chain.source->base && chain.source->base->type == ChainType::Nat &&
           is_in(*chain.table, family);
  });
}

bool Program::needs_defragmentation(Family family) const {
  if (!ruleset_) return false;
  const auto finds_sockets = [&](const firewall::Table& table, const firewall::Expression& e) {
    if (const auto* target = std::get_if<firewall::XtTarget>(&e)) {
      return target->name == "TPROXY" && is_in(table, family);
    }
    const auto* tproxy = std::get_if<firewall::Tproxy>(&e);
    return tproxy != nullptr && is_in(table, family) && tproxy->family.value_or(family) == family;
  };
  return std::ranges::any_of(ruleset_->tables, [&](const firewall::Table& table) {
    return std::ranges::any_of(table.chains, [&](const firewall::Chain& chain) {
      return std::ranges::any_of(chain.rules, [&](const firewall::Rule& rule) {
        return std::ranges::any_of(rule.expressions,
                                   [&](const auto& e) { return finds_sockets(table, e); });
      });
    });
  });
}

bool Program::needs_tracking(Family family) const {
  return ruleset_ && machine::needs_tracking(*ruleset_, family);
}

bool needs_tracking(const firewall::Ruleset& ruleset, Family family) {
  // A nat chain alone does not: without a rule that does, nothing is tracked nor translated.
  for (const auto& table : ruleset.tables) {
    // A rule of a dormant table holds on to tracking all the same.
    const bool applies =
        table.family == TableFamily::Inet ||
        table.family == (family == Family::Ipv4 ? TableFamily::Ip : TableFamily::Ip6);
    if (!applies) continue;
    if (std::ranges::any_of(table.sets, has_tracking)) return true;
    if (std::ranges::any_of(table.objects, is_tracking_object)) return true;
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) {
        if (std::ranges::any_of(rule.expressions, is_tracking)) return true;
        if (std::ranges::any_of(rule.expressions, is_tracking_extension)) return true;
      }
    }
  }
  return false;
}

bool Program::draws() const {
  const auto draws = [](const Instruction& instruction) {
    if (const auto* load = std::get_if<code::LoadMeta>(&instruction)) {
      return load->kinds != code::LoadMeta::kNoKinds;
    }
    const auto* other = std::get_if<code::Other>(&instruction);
    if (other == nullptr) return false;
    if (const auto* hash = std::get_if<firewall::Hash>(other->expression)) {
      return hash->modulus > 1 && is_drawn(*hash);
    }
    const auto* number = std::get_if<firewall::NumberGenerator>(other->expression);
    return number != nullptr && number->kind == firewall::NumberKind::Random;
  };
  return std::ranges::any_of(code_, draws) ||
         std::ranges::any_of(xt_matches_, [](const XtMatchCode& match) {
           const auto* statistic = std::get_if<xtables::StatisticMatch>(&match.form);
           return statistic != nullptr && statistic->mode == xtables::StatisticMode::Random;
         });
}

Program Program::copy() const {
  Program copy = *this;
  std::map<const void*, std::shared_ptr<HashLimitTable>> buckets;
  std::map<const void*, std::shared_ptr<RecentList>> lists;
  const auto own = []<class T>(auto& known, std::shared_ptr<T>& shared) {
    if (shared == nullptr) return;
    auto& mine = known[shared.get()];
    if (mine == nullptr) mine = std::make_shared<T>(*shared);
    shared = mine;
  };
  for (XtMatchCode& match : copy.xt_matches_) {
    own(buckets, match.buckets);
    own(lists, match.recent);
  }
  return copy;
}

std::optional<firewall::Counter> Program::counter_of(const CompiledRule& rule) const {
  for (const auto& instruction : std::span(code_).subspan(rule.first, rule.count)) {
    const auto* count = std::get_if<code::Count>(&instruction);
    if (count == nullptr) continue;
    const auto& state = std::get<CounterState>(states_[count->state]);
    return firewall::Counter{state.packets, state.bytes};
  }
  return {};
}

}  // namespace topoproof::machine
