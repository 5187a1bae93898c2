// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/trace.hh"

#include <set>
#include <utility>

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <libnftnl/trace.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "firewall/describe.hh"
#include "netfilter/kernel_ruleset.hh"
#include "netfilter/trace_filter.hh"
#include "nft/attributes.hh"
#include "nft/unique_c.hh"

namespace topoproof::netfilter {
namespace {

using UniqueTrace = nft::UniqueC<nftnl_trace, nftnl_trace_free>;

constexpr std::int32_t kBeforeAll = INT32_MIN;
constexpr std::int32_t kBehindAll = INT32_MAX;
constexpr std::string_view kGoesOn = "translated-";  // how those chains' names begin

// A verdict to queue carries the queue's number above its lower half.
firewall::VerdictKind kind_of(std::uint32_t number) {
  const auto verdict = static_cast<std::int32_t>(number);
  return static_cast<firewall::VerdictKind>(verdict < 0 ? verdict : verdict & NF_VERDICT_MASK);
}

std::string text(const nftnl_trace& trace, std::uint16_t attribute) {
  const auto* value = nftnl_trace_get_str(&trace, attribute);
  return value == nullptr ? "" : value;
}

std::optional<std::uint32_t> number(const nftnl_trace& trace, std::uint16_t attribute) {
  if (!nftnl_trace_is_set(&trace, attribute)) return std::nullopt;
  return nftnl_trace_get_u32(&trace, attribute);
}

Bytes data(const nftnl_trace& trace, std::uint16_t attribute) {
  std::uint32_t size = 0;
  const auto* begin =
      nftnl_trace_is_set(&trace, attribute)
          ? static_cast<const std::byte*>(nftnl_trace_get_data(&trace, attribute, &size))
          : nullptr;
  return begin == nullptr ? Bytes{} : Bytes(begin, begin + size);
}

firewall::Verdict verdict_of(const nftnl_trace& trace) {
  if (const auto policy = number(trace, NFTNL_TRACE_POLICY)) return {kind_of(*policy), {}};
  const auto verdict = number(trace, NFTNL_TRACE_VERDICT);
  if (!verdict) return {firewall::VerdictKind::Continue, {}};
  return {kind_of(*verdict), text(trace, NFTNL_TRACE_JUMP_TARGET)};
}

TraceType type_of(const nftnl_trace& trace) {
  if (number(trace, NFTNL_TRACE_TYPE) == NFT_TRACETYPE_POLICY) return TraceType::Policy;
  return nftnl_trace_is_set(&trace, NFTNL_TRACE_RULE_HANDLE) ? TraceType::Rule
                                                             : TraceType::ChainEnd;
}

firewall::Chain trace_chain(firewall::TableFamily family, std::string name, firewall::Hook hook,
                            std::int32_t priority, std::vector<firewall::Statement> statements) {
  auto chain =
      firewall::make_base_chain(std::move(name), firewall::ChainType::Filter, hook, priority);
  statements.push_back(firewall::set_nftrace());
  statements.push_back(firewall::accept());  // else the chain's policy would be told of as well
  chain.rules.push_back(make_rule(family, statements));
  return chain;
}

// By what a packet that comes in, or is sent from here, may come to this hook.
bool is_behind_prerouting(firewall::Hook hook) {
  using firewall::Hook;
  return hook == Hook::Prerouting || hook == Hook::Input || hook == Hook::Forward ||
         hook == Hook::Postrouting;
}

bool is_behind_output(firewall::Hook hook) {
  return hook == firewall::Hook::Output || hook == firewall::Hook::Postrouting;
}

// Interface names in chains may have a wildcard at their end: they are no devices.
std::set<std::pair<firewall::Hook, std::string>> device_hooks(const firewall::Ruleset& rules) {
  std::set<std::pair<firewall::Hook, std::string>> devices;
  for (const auto& table : rules.tables) {
    for (const auto& chain : table.chains) {
      if (!chain.base || table.name == kTraceTableName) continue;
      for (const std::string& device : chain.base->devices) {
        if (!device.ends_with('*')) devices.emplace(chain.base->hook, device);
      }
    }
  }
  return devices;
}

bool translates_destinations(const firewall::BaseChain& base) {
  return base.type == firewall::ChainType::Nat &&
         (base.hook == firewall::Hook::Prerouting || base.hook == firewall::Hook::Output);
}

}  // namespace

bool TraceEvent::ends_packet() const {
  return verdict.kind == firewall::VerdictKind::Drop ||
         verdict.kind == firewall::VerdictKind::Stolen;
}

bool TraceEvent::goes_on() const { return table == kTraceTableName && chain.starts_with(kGoesOn); }

std::string describe(const TraceEvent& event) {
  const auto place = fmt::format("{} {} {}", to_string(event.family), event.table, event.chain);
  const auto verdict = firewall::describe(event.verdict);
  switch (event.type) {
    case TraceType::Rule:
      return fmt::format("rule {} of {}: {}", event.rule, place, verdict);
    case TraceType::ChainEnd:
      return fmt::format("end of {}", place);
    case TraceType::Policy:
      return fmt::format("policy of {}: {}", place, verdict);
  }
  return "?";
}

TraceMonitor::TraceMonitor() : socket_(netlink::Protocol::Netfilter) {
  take_no_event_of(socket_.fd(), kTraceTableName, kGoesOn);
  socket_.subscribe(NFNLGRP_NFTRACE);
}

std::vector<TraceEvent> TraceMonitor::receive() {
  std::vector<TraceEvent> events;
  const auto add = [&](const netlink::Message& message) {
    auto event = decode_trace(nft::with_header(message));
    if (!event) return;
    event->namespace_id = message.namespace_id;
    events.push_back(*std::move(event));
  };
  while (socket_.receive_events(add)) continue;
  return events;
}

std::optional<TraceEvent> decode_trace(BytesView message) {
  const auto* header = reinterpret_cast<const nlmsghdr*>(message.data());
  if (header->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE)) return std::nullopt;
  const UniqueTrace object(nftnl_trace_alloc());
  if (nftnl_trace_nlmsg_parse(header, object.get()) < 0) return std::nullopt;
  const auto& trace = *object;
  TraceEvent event{
      .id = number(trace, NFTNL_TRACE_ID).value_or(0),
      .type = type_of(trace),
      .family = static_cast<firewall::TableFamily>(number(trace, NFTNL_TRACE_FAMILY).value_or(0)),
      .table = text(trace, NFTNL_TRACE_TABLE),
      .chain = text(trace, NFTNL_TRACE_CHAIN),
      .verdict = verdict_of(trace),
      .nfproto = number(trace, NFTNL_TRACE_NFPROTO).value_or(0),
      .iif = number(trace, NFTNL_TRACE_IIF),
      .oif = number(trace, NFTNL_TRACE_OIF),
      .mark = number(trace, NFTNL_TRACE_MARK),
      .link_header = data(trace, NFTNL_TRACE_LL_HEADER),
      .network_header = data(trace, NFTNL_TRACE_NETWORK_HEADER),
      .transport_header = data(trace, NFTNL_TRACE_TRANSPORT_HEADER)};
  if (nftnl_trace_is_set(&trace, NFTNL_TRACE_RULE_HANDLE)) {
    event.rule = nftnl_trace_get_u64(&trace, NFTNL_TRACE_RULE_HANDLE);
  }
  return event;
}

TraceWish packets_that_meet(const firewall::Ruleset& rules) {
  TraceWish wish{.incoming = false, .outgoing = false};
  for (const auto& table : rules.tables) {
    for (const auto& chain : table.chains) {
      if (!chain.base) continue;
      wish.incoming |= is_behind_prerouting(chain.base->hook);
      wish.outgoing |= is_behind_output(chain.base->hook);
      wish.translated |= translates_destinations(*chain.base);
    }
  }
  return wish;
}

firewall::Ruleset make_trace_ruleset(const TraceWish& wish, firewall::TableFamily family) {
  using firewall::Hook;
  firewall::Table table{.family = family, .name = std::string(kTraceTableName)};
  const auto add = [&](std::string name, Hook hook) {
    table.chains.push_back(trace_chain(family, name, hook, kBeforeAll, wish.matching));
    if (!wish.translated) return;
    name.insert(0, kGoesOn);
    table.chains.push_back(trace_chain(family, std::move(name), hook, kBehindAll, wish.matching));
  };
  if (wish.incoming) add("prerouting", Hook::Prerouting);
  if (wish.outgoing) add("output", Hook::Output);
  return {{std::move(table)}};
}

Issues install_trace(netlink::Socket& socket, const TraceWish& wish) {
  return load_ruleset(socket, make_trace_ruleset(wish));
}

Issues install_bridge_trace(netlink::Socket& socket) {
  return load_ruleset(socket, make_trace_ruleset({}, firewall::TableFamily::Bridge));
}

Issues install_device_trace(netlink::Socket& socket, const firewall::Ruleset& rules) {
  constexpr auto kFamily = firewall::TableFamily::Netdev;
  const auto devices = device_hooks(rules);
  if (devices.empty()) return {};
  firewall::Table table{.family = kFamily, .name = std::string(kTraceTableName)};
  for (const auto& [hook, device] : devices) {
    auto chain = trace_chain(kFamily, fmt::format("{}-{}", to_string(hook), table.chains.size()),
                             hook, kBeforeAll, {});
    chain.base->devices = {device};
    table.chains.push_back(std::move(chain));
  }
  return load_ruleset(socket, {{std::move(table)}});
}

void remove_trace(netlink::Socket& socket) {
  remove_table(socket, firewall::TableFamily::Inet, kTraceTableName);
}

void remove_all_traces(netlink::Socket& socket) {
  using firewall::TableFamily;
  const auto found = observe_ruleset(socket);
  for (const TableFamily family : {TableFamily::Inet, TableFamily::Bridge, TableFamily::Netdev}) {
    const bool is_there = found ? firewall::find_table(*found, family, kTraceTableName) != nullptr
                                : family == TableFamily::Inet;
    if (is_there) remove_table(socket, family, kTraceTableName);
  }
}

RuleIndex::RuleIndex(const firewall::Ruleset& ruleset) {
  for (const auto& table : ruleset.tables) {
    for (const auto& chain : table.chains) {
      for (const auto& rule : chain.rules) {
        rules_.emplace(Key{table.family, table.name, rule.handle}, &rule);
      }
    }
  }
}

const firewall::Rule* RuleIndex::find(const TraceEvent& event) const {
  const auto found = rules_.find(Key{event.family, event.table, event.rule});
  return found == rules_.end() ? nullptr : found->second;
}

}  // namespace topoproof::netfilter
